"""`pare models list`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from pare_runner.cli.console import plural, say, say_json, table
from pare_runner.cli.models.catalog import Entry, load_models
from pare_runner.llm.config import OFFLINE, Prices
from pare_runner.llm.secrets import environment


def list_models(
    config_dir: Annotated[
        Path | None, typer.Option("--config-dir", metavar="DIR", help="Add a directory of your own options.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the models there are: what results call them, where they are, whether their key is set, what they cost.

    Prices are US dollars per million tokens: input / output. A key may be set in the environment or in .env.

    \b
    pare models list
    """
    entries, environ = load_models(config_dir), environment()
    if as_json:
        say_json([_described(entry, environ) for entry in entries])
        return
    table(
        ("name", "alias", "provider", "base URL", "key", "USD per 1M tokens, in / out"),
        [_row(entry, environ) for entry in entries],
    )
    say(plural(len(entries), "model"))


def _row(entry: Entry, environ: Mapping[str, str]) -> tuple[str, ...]:
    engine = entry.engine
    is_set = _key_is_set(entry, environ)
    key = "-" if is_set is None else f"{engine.api_key_env} ({'set' if is_set else 'not set'})"
    price = "-" if _is_offline(entry) else _price(engine.prices)
    return entry.name, engine.label, engine.provider or "-", engine.endpoint or "-", key, price


def _price(prices: Prices | None) -> str:
    return "unknown" if prices is None else f"{prices.input:.2f} / {prices.output:.2f}"


def _key_is_set(entry: Entry, environ: Mapping[str, str]) -> bool | None:
    """None where no key is needed."""
    name = entry.engine.api_key_env
    return None if name is None else bool(environ.get(name))


def _is_offline(entry: Entry) -> bool:
    return entry.engine.adapter == OFFLINE


def _described(entry: Entry, environ: Mapping[str, str]) -> dict[str, Any]:
    engine = entry.engine
    return {
        "name": entry.name,
        "description": entry.description,
        "alias": engine.label,
        "model_name": engine.model_name,
        "adapter": engine.adapter,
        "provider": engine.provider,
        "base_url": engine.endpoint,
        "api_key_env": engine.api_key_env,
        "key_is_set": _key_is_set(entry, environ),
        "prices": None if engine.prices is None else engine.prices.model_dump(),
    }
