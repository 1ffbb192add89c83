"""`pare diff`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pare_runner.analysis.diff import gate
from pare_runner.analysis.diff.compare import SCENARIOS, diff
from pare_runner.analysis.diff.model import Diff
from pare_runner.analysis.given import names
from pare_runner.atomic import write_atomic, writing
from pare_runner.cli.console import is_terminal, mark, say, say_json, warn
from pare_runner.cli.progress.busy import busy
from pare_runner.cli.results import UNREAD
from pare_runner.errors import ConfigError, InputError

REGRESSION, NOTHING = 1, 2
WIDTH = 100
"""Columns in a pipe."""


def diff_command(
    a: Annotated[str, typer.Argument(metavar="A", help="The baseline: a job, a sweep, a folder of them, a file.")],
    b: Annotated[str, typer.Argument(metavar="B", help="What is compared with it.")],
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="KEY,...", help="Match runs by these keys instead of all that vary."),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="KEY,...", help="Do not match runs by these keys.")
    ] = None,
    mix: Annotated[bool, typer.Option("--mix", help="Compare runs of several protocols all the same.")] = False,
    margin: Annotated[
        float | None,
        typer.Option("--margin", metavar="D", help="Say whether they are equal within D: 0.05 is five points."),
    ] = None,
    estimand: Annotated[
        str,
        typer.Option(
            "--estimand", metavar="WHAT", help="What rates are about: situations like these, or this benchmark."
        ),
    ] = "situations",
    fail_on: Annotated[
        str | None, typer.Option("--fail-on", metavar="regression:D", help="Status 1 if B is surely worse by over D.")
    ] = None,
    scenarios: Annotated[
        int, typer.Option("--scenarios", metavar="N", min=0, help="Open the traces of at most N scenarios.")
    ] = SCENARIOS,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    html: Annotated[str | None, typer.Option("--html", metavar="FILE", help="Write a page to FILE, too.")] = None,
) -> None:
    """Say what changed from A to B: what was run, what came of it, and where the runs of a scenario part.

    Runs are matched by scenario, run number and every key that varies on both sides; what is constant on each side is
    what is compared. Every difference is B less A. Exit status 1 if --fail-on holds, 2 for bad input, if a file could
    not be read, and if no run of A has a partner in B.

    \b
    pare diff outputs/before outputs/after
    pare diff outputs/before outputs/after --fail-on regression:0.02 --html diff.html
    """
    limit = None if fail_on is None else gate.parse(fail_on)
    target = None if html is None else _target(html)
    with busy("comparing results and traces"):
        found = diff(a, b, by=by, ignore=ignore or (), mix=mix, margin=margin, estimand=estimand, scenarios=scenarios)
    warn(found.notes)
    if as_json:
        say_json(found.as_json())
    else:
        _show(found)
    if target is not None:
        with writing(target.parent):
            write_atomic(target, found.html().encode())
    if not found.matching.pairs:
        why = "\n".join(
            f"{label}: {'; '.join(side.why) or 'no run has finished'}"
            for label, side in zip("AB", found.matching.unmatched, strict=True)
        )
        hint = _fewer(found.matching.apart, () if by is None else names(by))
        raise InputError(f"no run of {a} has a partner in {b}{hint}\n{why}")
    if limit is not None:
        _judge(found, limit)
    if found.unread:
        raise typer.Exit(UNREAD)


def _fewer(apart: Sequence[str], by: Sequence[str]) -> str:
    """What to do about keys that keep all runs apart; nothing where no choice of keys would help."""
    if asked := [name for name in apart if name in by]:
        return f" (what --by asks for keeps them apart: {','.join(asked)})"
    return f" (--ignore {','.join(apart)} matches fewer keys)" if apart else ""


def _judge(found: Diff, limit: float) -> None:
    verdict = gate.judge(found, limit)
    kind = "error" if verdict.failed else "ok" if verdict.known else "warning"
    head = "regression" if verdict.failed else "no regression shown" if verdict.known else "regression unknown"
    print(mark(f"{head}: {verdict.reason}", kind, sys.stderr), file=sys.stderr)
    if verdict.failed:
        raise typer.Exit(REGRESSION)


def _show(found: Diff) -> None:
    width = shutil.get_terminal_size().columns if is_terminal() else WIDTH
    for line in found.text(width=width).splitlines():
        if line.startswith("warning: "):
            say(mark(line, "warning"))
        else:
            say(mark(line, "bold") if line and not line.startswith(" ") else line)


def _target(name: str) -> Path:
    path = Path(name)
    if path.suffix not in (".html", ".htm"):
        raise ConfigError(f"{name} is no name for a page", hint="end it in .html")
    return path
