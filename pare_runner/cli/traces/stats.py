"""`pare traces stats`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer

from pare_runner.cli.console import mark, plural, problem_json, say, say_json, table, warn
from pare_runner.cli.progress.bar import Bar
from pare_runner.errors import InputError, Problem
from pare_runner.library.files import to_path
from pare_runner.scenarios.result import STATUSES
from pare_runner.traces.counting import Counting, Counts, by_count
from pare_runner.traces.sources import find_runs
from pare_runner.traces.words import clock

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
        _tell(groups, tools=tools)
        if unreadable:
            say(mark(f"not readable: {plural(unreadable, 'trace')}", "error"))
    if problems:
        raise typer.Exit(BAD_INPUT)


def _tell(groups: Sequence[Counts], *, tools: bool) -> None:
    """Tables with a row for each group; what a group is called comes first."""
    if not groups:
        return
    labels = _labels(groups)
    named = list(zip(labels, groups, strict=True))
    table(
        ["models", "format", "runs", *map(_words, STATUSES), "turns", "proposals", "accepted", "rejected", "size"],
        [
            [
                label,
                group.format,
                f"{group.runs:,}",
                *(f"{group.statuses[status]:,}" for status in STATUSES),
                *(f"{number:,}" for number in (group.turns, group.proposals, group.accepted, group.rejected)),
                _size(group.bytes),
            ]
            for label, group in named
        ],
    )
    say()
    table(
        ["models", "calls", "failed", "model calls", "prompt tokens", "completion tokens", "virtual time", "events",
         "unseen", "noise"],
        [
            [
                label,
                f"{sum(group.calls.values()):,}",
                f"{sum(group.failed_calls.values()):,}",
                f"{sum(group.model_calls.values()):,}",
                f"{group.prompt_tokens:,}",
                f"{group.completion_tokens:,}",
                clock(group.seconds),
                *(f"{number:,}" for number in (group.events, group.unseen_events, group.noise_events)),
            ]
            for label, group in named
        ],
    )  # fmt: skip
    failures = [[label, kind, f"{number:,}"] for label, group in named for kind, number in by_count(group.failures)]
    if failures:
        say()
        table(["models", "failure", "times"], failures)
    if tools:
        say()
        table(
            ["models", "role", "tool", "calls", "failed"],
            [
                [label, role, tool, f"{number:,}", f"{group.failed_calls[role, tool]:,}"]
                for label, group in named
                for (role, tool), number in by_count(group.calls)
            ],
        )


def _labels(groups: Sequence[Counts]) -> list[str]:
    """What each group is called: its models, and its agents where the models do not tell groups apart."""
    models = [_short(group.model_id) for group in groups]
    several = Counter((group.format, label) for group, label in zip(groups, models, strict=True))
    return [
        f"{label} ({group.agent_id})" if several[group.format, label] > 1 else label
        for group, label in zip(groups, models, strict=True)
    ]


def _short(model_id: str) -> str:
    """`eager, user scripted` for `user:scripted|observe:eager|execute:eager`; whatever else there is as it is."""
    roles = dict(part.partition(":")[::2] for part in model_id.split("|"))
    if set(roles) != {"user", "observe", "execute"}:
        return model_id
    observe, execute = roles["observe"], roles["execute"]
    return f"{observe if observe == execute else f'{observe}, execute {execute}'}, user {roles['user']}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _size(number: int) -> str:
    return f"{number / 2**20:,.1f} MiB" if number >= 2**20 else f"{number / 2**10:,.1f} KiB"
