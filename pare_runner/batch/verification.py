"""Make recorded runs again, from their recording alone, and compare what comes of them.

The code that shapes a line of the journal or a trace is the code that made the recorded one (`batch.rendering`); only
the agents are replays.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from pare_runner.atomic import json_bytes, read_json
from pare_runner.batch.agents import AgentFactory, noise_settings, scoring_hash, with_hashes
from pare_runner.batch.archive.layout import working_directory
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.frame import WALL_CLOCK_COLUMNS
from pare_runner.batch.frames_io import LATER_COLUMNS, PARQUET
from pare_runner.batch.identity import config_hash
from pare_runner.batch.invocation import library_suite
from pare_runner.batch.job import EXCEPTION
from pare_runner.batch.joined_traces import JoinedTraces
from pare_runner.batch.journal import JOURNAL, read_journal
from pare_runner.batch.logs import logging_runs, unit_log
from pare_runner.batch.manifest import MANIFEST
from pare_runner.batch.metrics import COST, row_cost
from pare_runner.batch.plan import planned_job
from pare_runner.batch.price_lists import Models, paid_at, price_lists
from pare_runner.batch.provenance import DISTRIBUTION, package_versions
from pare_runner.batch.rendering import Renderer
from pare_runner.batch.staging import check_settled
from pare_runner.batch.summary import SUMMARY
from pare_runner.batch.units import LoadSuite, Unit, plan_units, remembered
from pare_runner.batch.verified_files import parquet_difference, stray_trace, summary_difference
from pare_runner.batch.verified_logs import Logs
from pare_runner.batch.work import SOURCE, Report, Task
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import finish, run_episode
from pare_runner.errors import InputError, PareError
from pare_runner.llm.recording.difference import changed_lines
from pare_runner.llm.recording.files import recorded_files
from pare_runner.llm.recording.keys import FIRST_ATTEMPT, UnitKey
from pare_runner.llm.recording.replay import ReplayMismatch, ReplayPolicy
from pare_runner.policy.request import ModelError
from pare_runner.traces.contract import TRACES

OnRun = Callable[[int, int], None]
"""Told how many runs of a job are verified, and how many there are."""

Row = Mapping[str, Any]


class Difference(PareError):
    """Something did not come out as it was recorded."""


@dataclass(slots=True)
class Tally:
    """What was verified: runs of those planned, and their model calls.

    In words, `partly` has the runs of which only a part can be repeated, and `unfinished` the jobs with runs that are
    still to be made.
    """

    runs: int = 0
    planned: int = 0
    calls: int = 0
    partly: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)


def jobs_below(directory: Path) -> list[Path]:
    """The folders of the jobs in `directory`: itself, or those of a sweep; InputError if there is none."""
    found = (
        [directory] if (directory / MANIFEST).exists() else sorted(path.parent for path in directory.rglob(MANIFEST))
    )
    if not found:
        what = "holds no job" if directory.is_dir() else "is no directory"
        raise InputError(f"{directory} {what}", hint=f"each job has a {MANIFEST}, a sweep has jobs below it")
    return found


def verify_job(
    directory: Path,
    tally: Tally,
    on_run: OnRun = lambda done, planned: None,
    *,
    traces: bool = True,
    recorded: bool = True,
) -> None:
    """Replay every finished run of a job; `on_run` is told how many are done, of how many.

    Relative paths of its configuration count from where it ran, if what they name is there, else from here. Without
    `traces` these are not compared. Without `recorded` calls the policies themselves play, which must be offline ones.
    Raises Difference for the first thing that is not as recorded, InputError for files that cannot be used.
    """
    check_settled(directory)
    config, ran_in = recorded_job(directory)
    rows = _rows(directory)
    place, load = find_place(config, ran_in)
    files = directory if place == Path.cwd() else directory.absolute()
    renderer = Renderer.of(config)
    with chdir(place), logging_runs("ERROR", to_file=True), JoinedTraces(files, renderer.writers) as joined:
        units = _planned(files, plan_units(config, load(config)))
        factory = None
        if not config.oracle and (rows or recorded_files(files)):  # a job that has not begun has no recording
            replay = str(files) if recorded else None
            factory = AgentFactory.of(config, prompts_dir=config.prompts_dir, replay=replay)
        lists = price_lists(read_json(files / MANIFEST), config)
        rerun = _Rerun(str(directory), files, config, renderer, factory, rows, tally, on_run, joined, lists)
        rerun.compares_traces = traces
        made_with = _version(files)
        if made_with == package_versions().get(DISTRIBUTION):
            rerun.logs = Logs.of(files, config)
        elif (files / config.logs_dir).exists():
            tally.partly.append(f"{directory}: made by pare_runner {made_with}, so its logs were not compared")
        rerun.run(units)


def compare_results(directory: Path, tally: Tally) -> None:
    """Compare the frame and the summary of a job with its journal; nothing is run. Raises as `verify_job`."""
    check_settled(directory)
    config, _ = recorded_job(directory)
    rows = list(_rows(directory).values())
    found = planned_job(directory)
    planned = len(rows) if found is None else found[1].planned
    what = parquet_difference(directory, rows) or summary_difference(directory, config, rows, planned)
    if what is not None:
        raise Difference(f"{directory}: {what}")
    tally.planned += planned


def _planned(directory: Path, units: Sequence[Unit]) -> list[Unit]:
    """Those of `units` that the plan has: a job that grew need not have as many runs of each scenario."""
    found = planned_job(directory)
    if found is None:
        return list(units)
    runs = found[1].units
    return [unit for unit in units if unit.run_number <= runs.get(unit.scenario.scenario_id, 0)]


def row_difference(recorded: Row, now: Row) -> str | None:
    """The first column in which two lines of the journal differ, in words.

    The wall clock is passed over, whether a run came from the cache, and columns that earlier versions did not write.
    """
    for name in dict.fromkeys((*recorded, *now)):
        if name in WALL_CLOCK_COLUMNS or name == SOURCE or (name in LATER_COLUMNS and name not in recorded):
            continue
        before, after = json_bytes(recorded.get(name)), json_bytes(now.get(name))
        if before != after or (name in recorded) != (name in now):
            return f"{name} is not the recorded one" + changed_lines(_text(recorded, name), _text(now, name))
    return None


@dataclass(slots=True)
class _Rerun:
    """Makes the finished runs of a job again and compares each; messages call the job `name`."""

    name: str
    directory: Path
    config: MultiScenarioRunnerConfig
    renderer: Renderer
    factory: AgentFactory | None
    rows: Mapping[UnitKey, Row]
    tally: Tally
    on_run: OnRun
    joined: JoinedTraces
    lists: Sequence[Models]
    compares_traces: bool = True
    logs: Logs | None = None
    traces: set[str] = field(default_factory=set)

    def run(self, units: Sequence[Unit]) -> None:
        """Raises Difference."""
        planned = {UnitKey(unit.scenario.scenario_id, unit.run_number): unit for unit in units}
        for key in self.rows:
            if key not in planned:
                raise self._difference(key, f"{JOURNAL} has this run, but the job's configuration has no such run")
        if len(self.rows) < len(planned) and (self.directory / PARQUET).exists():
            raise self._difference(next(key for key in planned if key not in self.rows), f"missing in {JOURNAL}")
        self.tally.planned += len(planned)
        if len(self.rows) < len(planned):
            left = len(planned) - len(self.rows)
            have = "has" if left == 1 else "have"
            what = f"{len(self.rows)} of {len(planned)} planned runs; {left} {have} not run"
            self.tally.unfinished.append(f"{self.name}: {what}")
        finished = [key for key in planned if key in self.rows]
        for count, key in enumerate(finished, 1):
            unit, row = planned[key], self.rows[key]
            world = getattr(unit.scenario, "world_hash", None)
            if world != row.get("world_hash"):
                what = f"the scenario has changed since: world_hash {row.get('world_hash')} → {world}"
                raise self._difference(key, what)
            with unit_log():
                task = Task(0, key, row["run_id"], row.get("attempt") or FIRST_ATTEMPT)
                try:
                    outcome, whole = self._again(key, unit, row)
                    self._compare(key, row if whole else None, self.renderer.report(task, outcome))
                    self._compare_log(key, task.run_id, outcome if whole else None)
                except Difference as difference:
                    if row.get("scoring_hash") in (None, scoring_hash(self.config, unit.scenario)):
                        raise
                    likely = "likely because the checks of the scenario have changed since"
                    raise Difference(f"{difference}\n({likely}; `pare rescore` judges by those of now)") from difference
            self.tally.runs += 1
            self.on_run(count, len(finished))
        if self.logs is not None and self.logs.mixed:
            holds = "1 log holds" if self.logs.mixed == 1 else f"{self.logs.mixed} logs hold"
            self.tally.partly.append(f"{self.name}: {holds} lines of others, too, which were not compared")
        self._compare_files([unit for key, unit in planned.items() if key not in self.rows], len(planned))

    def _compare_files(self, unfinished: Sequence[Unit], planned: int) -> None:
        """Compare what is made of the journal with the journal, whose lines are as recorded."""
        rows = list(self.rows.values())
        formats, finished = [writer.name for writer in self.renderer.writers], [row["run_id"] for row in rows]
        what = (
            parquet_difference(self.directory, rows)
            or summary_difference(self.directory, self.config, rows, planned)
            or self.joined.difference(self.traces)
            or stray_trace(self.directory, self.traces, formats, finished, [unit.run_id for unit in unfinished])
        )
        if what is not None:
            raise Difference(f"{self.name}: {what}")

    def _again(self, key: UnitKey, unit: Unit, row: Row) -> tuple[Outcome, bool]:
        """What comes of a run, and whether all of it can be repeated."""
        scenario, seed, number = unit.scenario, self.config.seed, unit.run_number
        noise = noise_settings(self.config, scenario)
        if self.factory is None:
            return run_oracle(scenario, seed=seed, run_number=number, noise=noise), True
        agents = self.factory.agents(scenario, key.run)
        replay = agents.policies["user"]  # one replay answers all roles
        outcome = finish(run_episode(scenario, agents, seed=seed, run_number=number, noise=noise))
        if not isinstance(replay, ReplayPolicy):
            return outcome, True
        self.tally.calls += replay.calls
        if replay.ended and row.get("exception_type") not in (None, ModelError.__name__):
            # What ended the run was no answer of a model: a time-out, an error of the policy itself.
            self.tally.partly.append(f"{key} ended in {row.get('exception_type')}: compared up to its last model call")
            return outcome, False
        try:
            replay.check()
        except ReplayMismatch as mismatch:
            raise Difference(f"{self.name}: {mismatch}") from mismatch
        return outcome, True

    def _compare(self, key: UnitKey, recorded: Row | None, now: Report) -> None:
        """Compare what a run left with `recorded`, unless that is None."""
        if recorded is not None:  # which start made it is not known, but what it cost then
            paid = paid_at({**now.row, COST: recorded.get(COST)}, self.lists)
            now.row[COST] = row_cost(now.row, paid)
        what = None if recorded is None else row_difference(recorded, orjson.loads(json_bytes(now.row)))
        if what is not None:
            raise self._difference(key, f"{JOURNAL}: {what}")
        if not self.compares_traces:
            return
        self.joined.add(now.traces, now.task.run_id, whole=recorded is not None)
        for folder, trace in now.traces:
            name = f"{TRACES}/{folder}/{trace.name}"
            before = _bytes(self.directory / name)
            if before is None and self.joined.holds(folder, trace.name):
                continue
            self.traces.add(name)
            if before is None:
                raise self._difference(key, f"its trace {name} is gone")
            if recorded is not None and before != trace.data:
                raise self._difference(key, f"{name} is not the recorded one" + _changed_bytes(before, trace.data))

    def _compare_log(self, key: UnitKey, run_id: str, outcome: Outcome | None) -> None:
        what = None if self.logs is None or outcome is None else self.logs.difference(run_id, outcome)
        if what is not None:
            raise self._difference(key, what)

    def _difference(self, key: UnitKey, what: str) -> Difference:
        return Difference(f"{self.name}: {key}: {what}")


def recorded_job(directory: Path) -> tuple[MultiScenarioRunnerConfig, Path]:
    """The configuration of a job, and the directory it ran in; this one if the manifest does not say."""
    path = directory / MANIFEST
    manifest = read_json(path)
    try:
        config = MultiScenarioRunnerConfig.model_validate_json(json_bytes(manifest["config"]))
        recorded = manifest["config_hash"]
        ran_in = working_directory(manifest.get("working_directory") or ".", directory)
    except (KeyError, TypeError, ValidationError) as error:
        raise InputError(f"no configuration that can be used: {str(error).splitlines()[0]}", where=str(path)) from error
    if recorded != config_hash(config):
        raise Difference(f"{path}: config_hash {recorded} does not stand for this configuration: {config_hash(config)}")
    return config, ran_in


def usable_job(directory: Path) -> tuple[MultiScenarioRunnerConfig, Path]:
    """`recorded_job` for whoever wants to do something with it: InputError as well if its hash is that of another."""
    try:
        return recorded_job(directory)
    except Difference as found:
        raise InputError(str(found), hint="the manifest was changed: put it back as it was") from None


def _version(directory: Path) -> str | None:
    """The version of the package that a job was made with; None if its manifest does not say."""
    packages = read_json(directory / MANIFEST).get("packages")
    return packages.get(DISTRIBUTION) if isinstance(packages, dict) else None


def find_place(config: MultiScenarioRunnerConfig, ran_in: Path) -> tuple[Path, LoadSuite]:
    """From where the scenarios, the prompts and the assistant of `config` are found, and the scenarios found there."""
    here, problem = Path.cwd(), None
    there = os.path.isdir(ran_in) and os.access(ran_in, os.X_OK)
    for place in dict.fromkeys([ran_in, here] if there else [here]):
        load = remembered(library_suite)
        try:
            with chdir(place):
                load(config)
                with_hashes(config)
            return place, load
        except InputError as error:
            problem = problem or error
    assert problem is not None
    if ran_in == here:
        raise problem
    missing = "" if there else ", which is not there"
    raise InputError(str(problem), hint=f"relative paths count from {ran_in}, where the job ran{missing}") from problem


def _rows(directory: Path) -> Mapping[UnitKey, Row]:
    content = read_journal(directory)
    ended = any((directory / name).exists() for name in (PARQUET, SUMMARY))
    cut = [] if ended else content.unusable[-1:]  # the last line of a job that was killed may be half a line
    for text in content.unusable:
        if text not in cut:
            line = text[:80].decode(errors="backslashreplace")
            raise InputError(f"a line that cannot be read: {line}", where=str(directory / JOURNAL))
    keys = [UnitKey(row["base_scenario_id"], row["run_number"]) for row in content.lines]
    for key, count in Counter(keys).items():
        lines = [line for line in content.lines if (line["base_scenario_id"], line["run_number"]) == key]
        if count > 1 and any(line["status"] != EXCEPTION for line in lines[:-1]):
            raise Difference(f"{directory}: {key}: {JOURNAL} has {count} lines of this run")
    return content.latest()


def _bytes(path: Path) -> bytes | None:
    """What is in a file; None if it does not exist."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def _changed_bytes(before: bytes, after: bytes) -> str:
    if b"\0" in before + after:  # no text that anybody could read
        return ""
    return changed_lines(before.decode(errors="backslashreplace"), after.decode(errors="backslashreplace"))


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else json_bytes(value).decode()
