"""`pare config diff`."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from pare_runner.batch.identity import config_hash
from pare_runner.cli.config.composition import ABSENT, differences, field_decides, shown_key
from pare_runner.cli.config.sources import compose, named
from pare_runner.cli.console import plural, say, say_json, table
from pare_runner.traces.words import shortened

LONGEST = 60
"""Characters of a value that are shown."""


def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="Results, a saved configuration, or defaults.")],
    second: Annotated[
        str | None, typer.Argument(metavar="B", help="The same; otherwise what runs without any overrides.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the keys in which two configurations differ, and which of them are part of a result's identity.

    `defaults` are the documented defaults of each field; `pare config diff defaults` shows what compositions set
    otherwise.

    \b
    pare config diff outputs/a outputs/b
    pare config diff outputs/a conf/mine.yaml
    """
    before = named(first)
    after = compose()[1] if second is None else named(second)
    found = differences(before, after)
    same = config_hash(before) == config_hash(after)
    if as_json:
        say_json(
            {
                "same_config_hash": same,
                "config_hashes": [config_hash(before), config_hash(after)],
                "differences": [
                    {"key": shown_key(key), "identity": field_decides(key), "a": _plain(old), "b": _plain(new)}
                    for key, (old, new) in found.items()
                ],
            }
        )
        return
    rows = [
        [shown_key(key), shortened(_text(old), LONGEST), shortened(_text(new), LONGEST), "yes" * field_decides(key)]
        for key, (old, new) in found.items()
    ]
    if rows:
        table(["key", "a", "b", "identity"], rows)
    which = "the same config_hash" if same else "another config_hash"
    say(f"{which}: {plural(len(rows), 'difference')}, {sum(map(field_decides, found)) or 'none'} in the identity")


def _plain(value: Any) -> Any:
    return None if value is ABSENT else value


def _text(value: Any) -> str:
    if value is ABSENT:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
