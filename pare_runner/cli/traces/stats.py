"""`pare traces stats`."""

from __future__ import annotations

from typing import Annotated

import typer

from pare_runner.cli.console import mark, plural, problem_json, say, say_json, warn
from pare_runner.cli.progress.bar import Bar
from pare_runner.cli.traces.count_tables import print_counts
from pare_runner.errors import InputError, Problem
from pare_runner.library.files import to_path
from pare_runner.traces.counting import Counting
from pare_runner.traces.sources import find_runs

BAD_INPUT = 2


def stats(
    places: Annotated[list[str], typer.Argument(metavar="DIR|FILE...", help="Jobs, sweeps, folders, hf files.")],
    tools: Annotated[bool, typer.Option("--tools", help="Show the calls of each role by tool, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Count what happened in many runs: turns, calls, proposals, failures, tokens, time, noise.

    Reads native traces, and hf traces, ours and PARE's; a row for each format and models. A file that cannot be read is
    told and the others go on; exit status 2 then.

    \b
    pare traces stats outputs/my_sweep
    pare traces stats traces/ --tools
    """
    counting, problems, unreadable = Counting(), list[Problem](), 0
    runs = find_runs(map(to_path, places), problems)
    with Bar("traces") as bar:
        for number, run in enumerate(runs, 1):
            try:
                counting.add(run, run.load())
            except InputError as error:
                # What is wrong with a table is wrong with each of its runs.
                problems += [problem for problem in error.problems if problem not in problems]
                unreadable += 1
            bar.show(number, len(runs))
    groups = counting.sorted()
    if as_json:
        say_json(
            {
                "runs": len(runs) - unreadable,
                "unreadable": unreadable,
                "problems": [problem_json(problem) for problem in problems],
                "groups": [group.as_json() for group in groups],
            }
        )
    else:
        warn(problems)
        print_counts(groups, tools=tools)
        if unreadable:
            say(mark(f"not readable: {plural(unreadable, 'trace')}", "error"))
    if problems:
        raise typer.Exit(BAD_INPUT)
