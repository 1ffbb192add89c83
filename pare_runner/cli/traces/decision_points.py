"""`pare traces decision-points`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from pare_runner.atomic import writing
from pare_runner.cli.console import mark, plural, problem_json, say, say_json, table, warn
from pare_runner.cli.progress.bar import Bar
from pare_runner.cli.progress.words import percent
from pare_runner.errors import ConfigError, InputError, Problem
from pare_runner.library.files import to_path
from pare_runner.traces.agent_roles import phrases_with
from pare_runner.traces.decision_frame import refuse_foreign, write_points
from pare_runner.traces.decision_points import DECISIONS, DecisionPoint, Decisions
from pare_runner.traces.decision_points import decision_points as points_of
from pare_runner.traces.detection import PHRASES
from pare_runner.traces.hf import HfWriter
from pare_runner.traces.sources import RunSource, find_runs

BAD_INPUT = 2
OUT = Path("decision_points.parquet")


def decision_points(
    places: Annotated[list[str], typer.Argument(metavar="DIR", help="Jobs, sweeps, folders, hf files.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The Parquet file to write.")] = OUT,
    detect: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE=PHRASE", help=f"Tells an agent by its system prompt: {', '.join(PHRASES)}."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write what users decided on proposals (accept, reject, gather_context) as a Parquet file to annotate.

    Reads hf and native traces of agent runs, and those of PARE. A trace that cannot be read is told and the others go
    on; exit status 2 then. Nothing is written if none can be read.

    \b
    pare traces decision-points outputs/my_sweep --out decisions.parquet
    pare traces decision-points traces/ --detect "user=You are Ada"
    """
    phrases = phrases_with(detect or ())
    if out.suffix != OUT.suffix:
        raise ConfigError(f"{out}: decision points are written as Parquet", hint=f"name it {out.stem}{OUT.suffix}")
    refuse_foreign(out)
    found = _Found()
    runs = find_runs(map(to_path, places), found.problems)
    with Bar("traces") as bar:
        for number, run in enumerate(runs, 1):
            name = _name(run)
            try:
                found.add(name, points_of(run.document(), name, phrases))
            except InputError as error:
                # What is wrong with a table is wrong with each of its runs.
                found.problems += [problem for problem in error.problems if problem not in found.problems]
                found.unreadable.append(name)
            bar.show(number, len(runs))
    written = found.read > 0
    if written:
        with writing(out.parent):
            write_points(out, found.points)
    if as_json:
        say_json(found.as_json(out if written else None))
    else:
        found.tell(out if written else None)
    if found.problems:
        raise typer.Exit(BAD_INPUT)


@dataclass(slots=True)
class _Found:
    """What came of the files so far."""

    points: list[DecisionPoint] = field(default_factory=list)
    read: int = 0
    with_points: int = 0
    skipped: dict[str, list[str]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, file: str, decisions: Decisions) -> None:
        """Take in a file that could be read."""
        self.read += 1
        self.with_points += bool(decisions.points)
        self.points += decisions.points
        if decisions.skipped:
            self.skipped.setdefault(decisions.skipped, []).append(file)

    def counts(self) -> dict[str, int]:
        """Decision → how many points."""
        counter = Counter(point.user_agent_decision for point in self.points)
        return {decision: counter[decision] for decision in DECISIONS}

    def repeated(self) -> int:
        """How many points have a sample id that another one has, too."""
        ids = Counter(point.sample_id for point in self.points)
        return sum(number for number in ids.values() if number > 1)

    def as_json(self, out: Path | None) -> dict[str, Any]:
        """All of it for a program."""
        return {
            "out": None if out is None else str(out),
            "points": len(self.points),
            "decisions": self.counts(),
            "repeated_sample_ids": self.repeated(),
            "files": self.read + len(self.unreadable),
            "files_with_points": self.with_points,
            "skipped": [{"file": file, "reason": reason} for reason, files in self.skipped.items() for file in files],
            "problems": [problem_json(problem) for problem in self.problems],
        }

    def tell(self, out: Path | None) -> None:
        """All of it for people; problems on standard error."""
        warn(self.problems)
        if out is None:
            print(mark("nothing written: no trace could be read", "error", sys.stderr), file=sys.stderr)
            return
        total = len(self.points)
        accepted = Counter[str](point.user_agent_decision for point in self.points if point.final_decision)
        rows = [
            [decision, str(count), percent(count, total), str(accepted[decision])]
            for decision, count in self.counts().items()
        ]
        table(
            ["decision", "points", "share", "accepted"],
            [*rows, ["all", str(total), percent(total, total), str(sum(accepted.values()))]],
        )
        say()
        say(f"read {plural(self.read, 'trace')}, {self.with_points} of them with decision points")
        for reason, files in self.skipped.items():
            say(f"skipped {plural(len(files), 'trace')}, {reason}: {_named(files)}")
        if self.unreadable:
            say(f"not readable: {plural(len(self.unreadable), 'trace')}")
        if self.repeated():
            say(
                mark(
                    f"{self.repeated()} points share their sample_id: the same scenario and run in several jobs",
                    "warning",
                )
            )
        say(f"written: {out}")


def _name(run: RunSource) -> str:
    """The file, or the folder and the run, as text that UTF-8 can hold, whatever bytes its name has."""
    name = run.path.as_posix() if run.format == HfWriter.name else f"{run.path.as_posix()}: {run.run_id}"
    return name.encode("utf-8", "replace").decode()


def _named(files: Sequence[str]) -> str:
    """The first of them, and how many more."""
    return files[0] + (f" and {len(files) - 1} more" if len(files) > 1 else "")
