"""`pare traces show`."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pare_runner.atomic import write_atomic, writing
from pare_runner.cli.console import is_terminal, mark, say, say_json, warn
from pare_runner.errors import ConfigError, InputError, Problem
from pare_runner.library.files import shown, to_path
from pare_runner.traces.conversation import HEAD, WIDTH, acting, entries_of, lines
from pare_runner.traces.entry import Detail, Entry, Kind
from pare_runner.traces.page.render import BEGINNING, page
from pare_runner.traces.page.view import DETAIL as PAGE
from pare_runner.traces.record import RunTrace
from pare_runner.traces.selecting import PARTS, Turns, parts_of, selected, turns_of
from pare_runner.traces.sources import RunSource, SeveralRuns, find_runs, only, pick_run
from pare_runner.traces.told_json import ALL, entries_json, run_json
from pare_runner.traces.words import LONGEST, shortened

_STDOUT = "-"


def show(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A trace, or the id of a run or of its scenario.")],
    directory: Annotated[
        str | None,
        typer.Option("--in", metavar="DIR", help="Where to look for an id: by default the newest experiment."),
    ] = None,
    run_number: Annotated[int | None, typer.Option("--run", metavar="N", help="This run of the scenario.")] = None,
    turns: Annotated[
        str | None, typer.Option(metavar="N|N-M|N-", help="Only these turns; they count from 0, as in the trace.")
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option(metavar="ROLE", help=f"Only what this one did: {', '.join(PARTS)}.")
    ] = None,
    thoughts: Annotated[bool, typer.Option("--thoughts", help="Show what the models said they think.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Do not cut texts, arguments and results.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours, on a terminal, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: the run, and a list of entries.")] = False,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write one page that needs no network; - prints it.")
    ] = None,
) -> None:
    """Show a run as a conversation on its time line: turns, screens, news, calls with results, proposals, noise.

    Reads native traces, and hf traces, ours and PARE's. Times are virtual, since the start of the run.

    \b
    pare traces show dinner_headcount_change
    pare traces show dinner_headcount_change --in outputs/my_sweep --run 2 --turns 3-5 --thoughts
    pare traces show traces/hf/dinner_headcount_change.json --html dinner.html
    """
    if as_json and html is not None:
        raise ConfigError("one of --json and --html, not both")
    wanted, parts = None if turns is None else turns_of(turns), parts_of(role or ())
    if html not in (None, _STDOUT):
        _refuse_foreign(to_path(str(html)))
    source = _source(run, directory, run_number)
    trace = source.load()
    if as_json:
        entries = selected(entries_of(trace, ALL), wanted, parts)
        say_json(
            {
                "file": shown(source.path),
                "format": source.format,
                "run": run_json(trace),
                "entries": entries_json(trace, entries),
            }
        )
    elif html is not None:
        _write_page(trace, selected(entries_of(trace, PAGE), wanted, parts), html)
    else:
        _print(trace, source, wanted, parts, thoughts=thoughts, full=full, coloured=not no_color)


def _source(run: str, directory: str | None, run_number: int | None) -> RunSource:
    """The run that somebody means."""
    if not run.strip():
        raise ConfigError("RUN is empty", hint="name a trace, or the id of a run or of its scenario")
    path = to_path(run)
    if directory is None and (os.path.exists(path) or "/" in run or path.suffix == ".json"):
        return only(_runs(path), run, run_number)
    if directory is not None:
        return pick_run(_runs(to_path(directory)), run, run_number)
    newest = _newest()
    try:
        return pick_run(_runs(newest), run, run_number)
    except SeveralRuns:
        raise
    except InputError as error:
        problem = error.problems[0]
        hint = problem.hint or "look elsewhere with --in"
        raise InputError(problem.message, where=shown(newest), hint=hint) from None


def _runs(place: Path) -> list[RunSource]:
    """The runs at a place; what cannot be read there is said, and is an InputError if there is nothing else."""
    unreadable: list[Problem] = []
    runs = find_runs([place], unreadable)
    if not runs:
        raise InputError(unreadable[0].message, where=unreadable[0].where, hint=unreadable[0].hint)
    warn(unreadable)
    return runs


def _newest() -> Path:
    """The directory of the newest experiment."""
    # They bring the engine along, which loads longer than a file takes to be shown.
    from pare_runner.batch.past_runs import newest
    from pare_runner.cli.found import OUTPUTS

    found = newest(OUTPUTS)
    if not found:
        raise InputError(f"there is no experiment below {OUTPUTS}/", hint="name a trace, or a directory with --in")
    return found[0]


def _print(
    trace: RunTrace,
    source: RunSource,
    turns: Turns | None,
    parts: frozenset[str],
    *,
    thoughts: bool,
    full: bool,
    coloured: bool,
) -> None:
    kinds: set[Kind] = {"turn", "screen", "result"}
    detail = Detail(frozenset(kinds | ({"thought"} if thoughts else set())), full)
    entries = selected(entries_of(trace, detail), turns, parts)
    width = shutil.get_terminal_size().columns if is_terminal() else WIDTH
    if not full:  # a line is enough to see that there was noise
        entries = [replace(e, text=shortened(e.text, max(width - HEAD, HEAD))) if e.noise else e for e in entries]
    paint = mark if coloured else _plain
    run = "" if trace.run_number is None else f", run {trace.run_number}"
    room = width if is_terminal() else None
    for line in _wrapped(f"{trace.scenario_id}{run}; {acting(trace)}", room):
        say(paint(line, "bold"))
    for line in _wrapped(f"{shown(source.path)}; virtual time since the start", room):
        say(line)
    if entries and entries[0].kind != "turn":
        say()
    for line in lines(entries, width, paint, None if full else LONGEST):
        say(line)


def _wrapped(text: str, width: int | None) -> list[str]:
    """Lines of at most `width` columns, but for names that are longer; one line without it."""
    return [text] if width is None else textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _write_page(trace: RunTrace, entries: Sequence[Entry], name: str) -> None:
    data = page(trace, entries)
    if name == _STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        return
    path = to_path(name)
    with writing(path):
        write_atomic(path, data)
    say(f"written: {shown(path)}")


def _refuse_foreign(path: Path) -> None:
    """InputError if `path` is something else than a page, which must not be overwritten."""
    if not path.exists():
        return
    try:
        with path.open("rb") as file:
            ours = file.read(len(BEGINNING)) == BEGINNING
    except OSError:  # a folder, or a file that cannot be read
        ours = False
    if not ours:
        raise InputError(f"{shown(path)} is there already and is no page", hint="name another file with --html")


def _plain(text: str, kind: str) -> str:
    return text
