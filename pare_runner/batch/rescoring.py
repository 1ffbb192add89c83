"""Finished runs judged anew, in place, by their scenarios as they are now.

What an agent did is taken from the recording; no model is asked but a judge whose checks or prompt are new. A run whose
scenario judges as before stays as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from pare_runner.atomic import writing
from pare_runner.batch.again import JUDGE, Again
from pare_runner.batch.agents import AgentFactory, noise_settings, scoring_hash, with_hashes
from pare_runner.batch.bench import report_on
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.ending import VERDICTS, begin, unfinished
from pare_runner.batch.frames_io import SCORING
from pare_runner.batch.identity import BEHAVIOUR_VERSION, config_hash
from pare_runner.batch.interrupts import uninterrupted
from pare_runner.batch.job import EXCEPTION
from pare_runner.batch.journal import read_journal
from pare_runner.batch.lock import locked
from pare_runner.batch.logs import logging_runs, unit_log
from pare_runner.batch.manifest import read_manifest
from pare_runner.batch.metrics import COST, row_cost
from pare_runner.batch.plan import find_plan, planned_job
from pare_runner.batch.price_lists import Models, paid_at, price_lists
from pare_runner.batch.rendering import Renderer
from pare_runner.batch.rescored_files import write_rescored
from pare_runner.batch.scenario_texts import ScenarioTexts
from pare_runner.batch.staging import settle
from pare_runner.batch.sweep_files import write_sweep
from pare_runner.batch.verification import find_place, jobs_below, recorded_job
from pare_runner.batch.work import Report, Task
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.run import new_outcome
from pare_runner.errors import ConfigError, InputError
from pare_runner.library.catalog import Catalog
from pare_runner.llm.adapters import Adapters
from pare_runner.llm.config import OFFLINE
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.llm.recording.kept import KeptCalls
from pare_runner.llm.recording.keys import FIRST_ATTEMPT, UnitKey
from pare_runner.llm.recording.recording import Recording
from pare_runner.llm.recording.replay import ReplayMismatch
from pare_runner.llm.secrets import environment
from pare_runner.policy.policy import Policy
from pare_runner.policy.request import ModelError
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.scenarios.yaml_scenario import scoring_of

Row = dict[str, Any]
TOLD = ("status", "checks")
"""Columns by which people are told how a verdict turned."""
OnRun = Callable[[int, int], None]
"""Told how many runs of a job are judged, and how many are to be."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A run that was judged anew: its line of the journal before and after."""

    unit: UnitKey
    before: Row
    after: Row

    @property
    def turned(self) -> list[str]:
        """Names of checks that hold now and did not, or the other way round, or are new or gone."""
        old, new = self.before.get("checks") or {}, self.after.get("checks") or {}
        return [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]

    @property
    def changed(self) -> bool:
        """Whether the verdict, or a check that led to it, is another one."""
        return self.before["status"] != self.after["status"] or bool(self.turned)

    def note(self) -> list[Any]:
        """What is told of it, as JSON."""
        return [*self.unit, *({name: row.get(name) for name in TOLD} for row in (self.before, self.after))]

    @classmethod
    def noted(cls, note: Sequence[Any]) -> Self:
        """What `note` was made of, as far as it is told."""
        scenario, run, before, after = note
        return cls(UnitKey(scenario, run), before, after)


@dataclass(slots=True)
class Rescored:
    """What came of a job: runs that were judged anew, and the number of those that stayed as they were."""

    directory: Path
    judged: list[Judged]
    untouched: int


def rescore(
    directory: Path, scenarios: Path | None = None, on_run: OnRun = lambda done, planned: None
) -> list[Rescored]:
    """Judge the jobs in `directory` anew, one after another, and write the files of the sweep they belong to.

    Every job is checked before the first one is written: see `rescore_job`. Reports, and `ending.ended`, are left to
    the caller.
    """
    jobs = jobs_below(directory)
    top = invocation_of(directory)
    with writing(directory), locked(top):
        try:
            if unfinished(top) == VERDICTS:  # this command ends what that one began
                begin(top, VERDICTS)
            # Of all jobs, not of these alone: what is left of another one would be taken for done when this one ends.
            left = {job: _left_over(job) for job in {job.absolute() for job in (*jobs_below(top), *jobs)}}
            for job in jobs:
                prepare(job, scenarios)
            return [rescore_job(job, scenarios, on_run, left.get(job.absolute(), {})) for job in jobs]
        finally:
            plan = find_plan(top)
            if plan is not None and plan.sweep:
                write_sweep(top, plan.jobs)


def rescore_job(
    directory: Path,
    scenarios: Path | None = None,
    on_run: OnRun = lambda done, planned: None,
    left: Mapping[UnitKey, Judged] = MappingProxyType({}),
) -> Rescored:
    """Judge the finished runs of a job anew, and write its files; an interrupted one leaves all of them as they were.

    Scenarios in the folder `scenarios` take the place of those of the same id. `left` is what an interrupted command
    had judged; it counts with what is judged now. InputError if a scenario, its prompts or the program do not do what
    they did when the job ran.
    """
    files = directory.absolute()
    config, place, known, rows = prepare(directory, scenarios)
    with chdir(place), logging_runs(config.log_level, config.log_to_file):
        wanted = {
            unit: row
            for unit, row in rows.items()
            if row.get("scoring_hash") != scoring_hash(config, known[unit.scenario])
        }
        if not wanted:
            return Rescored(directory, list(left.values()), len(rows) - len(left))
        recording = None if config.oracle else Recording.load(files, tolerant=True)
        prices = price_lists(read_manifest(files), config)
        reports = asyncio.run(_Anew(config, prices, known, recording, on_run).all(wanted))
        judged = dict(left)
        for report in reports:
            unit = report.task.unit
            before = left[unit].before if unit in left else wanted[unit]
            judged[unit] = Judged(unit, before, report.row)
        top = invocation_of(files)
        with uninterrupted():
            texts = ScenarioTexts.of(top, known.values())
            write_rescored(files, config, known, reports, texts, top, [item.note() for item in judged.values()])
    return Rescored(directory, list(judged.values()), len(rows) - len(judged))


def prepare(
    directory: Path, scenarios: Path | None
) -> tuple[MultiScenarioRunnerConfig, Path, dict[str, PAREScenario], dict[UnitKey, Row]]:
    """The configuration of a job, the place its paths count from, its scenarios, and its lines; errors as above."""
    settle(directory)
    config, ran_in = recorded_job(directory)
    replacing = {} if scenarios is None else {name: entry() for name, entry in _named(scenarios).items()}
    place, load = find_place(config, ran_in)
    rows = read_journal(directory).latest()
    with chdir(place):
        known = {scenario.scenario_id: scenario for scenario in load(config)} | replacing
        config = with_hashes(config)
    _check_same(directory, config, rows.values(), known)
    return config, place, known, rows


def _left_over(directory: Path) -> dict[UnitKey, Judged]:
    """Finish what an interrupted command has left of a job: what it had judged, if it left anything that counts."""
    judged = [Judged.noted(note) for note in settle(directory) or ()]
    return {item.unit: item for item in judged}


def invocation_of(directory: Path) -> Path:
    """The directory of the invocation that `directory` belongs to: its own, or the sweep around it."""
    found = planned_job(directory)
    return directory if found is None else found[0]


@dataclass(slots=True)
class _Anew:
    """Judges runs of one job anew, one after another; each costs what it did, at its list of `prices`."""

    config: MultiScenarioRunnerConfig
    prices: Sequence[Models]
    scenarios: Mapping[str, PAREScenario]
    recording: Recording | None
    on_run: OnRun

    async def all(self, rows: Mapping[UnitKey, Row]) -> list[Report]:
        """The reports on the runs of `rows`."""
        factory = None if self.config.oracle else AgentFactory.of(self.config, prompts_dir=self.config.prompts_dir)
        renderer, reports = Renderer.of(self.config), []
        async with Endpoints(environment()) as endpoints:
            judged = any(getattr(self.scenarios[unit.scenario], "judgements", ()) for unit in rows)
            judge = self._judge(endpoints) if judged and factory is not None else None
            for unit, row in rows.items():
                with unit_log() as collected:
                    reports.append(await self._report(renderer, factory, judge, unit, row))
                    if reports[-1].log is not None:
                        reports[-1].log = collected.getvalue()
                self.on_run(len(reports), len(rows))
        return reports

    async def _report(
        self, renderer: Renderer, factory: AgentFactory | None, judge: Policy | None, unit: UnitKey, row: Row
    ) -> Report:
        config, scenario = self.config, self.scenarios[unit.scenario]
        noise = noise_settings(config, scenario)
        task = Task(0, unit, row["run_id"], row.get("attempt") or FIRST_ATTEMPT)
        calls = KeptCalls()
        if factory is None or self.recording is None:
            outcome = run_oracle(scenario, seed=config.seed, run_number=unit.run, noise=noise)
        else:
            outcome = new_outcome(scenario, seed=config.seed, run_number=unit.run)
            again = Again(factory, self.recording, unit, task.attempt, judge)
            try:
                await again.fill(outcome, noise, calls, task.attempt)
            except ReplayMismatch:
                if row["status"] != EXCEPTION or row.get("exception_type") == ModelError.__name__:
                    raise
                # What ended the run was no answer of a model, a time-out for one: there is nothing to judge.
                now = {"scoring_hash": scoring_hash(config, scenario), SCORING: scoring_of(scenario)}
                return Report(task, {**row, **now})
        outcome.result.duration = row.get("run_duration")
        report = report_on(renderer, task, outcome, None)
        report.row[COST] = row_cost(report.row, paid_at(row, self.prices))
        asked = b"" if factory is None else calls.lines()
        return replace(report, calls=asked, log="" if config.log_to_file else None)

    def _judge(self, endpoints: Endpoints) -> Policy | None:
        engine = self.config.judge_engine_config
        if engine is None:
            return None
        if engine.adapter == OFFLINE:
            return offline_policy(engine.model_name, JUDGE)
        return Adapters().policy(engine, endpoints)


def _named(folder: Path) -> Mapping[str, Any]:
    if not folder.exists():
        raise InputError(f"{folder} does not exist")
    return Catalog.named([str(folder.absolute())]).entries


def _check_same(
    directory: Path,
    config: MultiScenarioRunnerConfig,
    rows: Iterable[Row],
    scenarios: Mapping[str, PAREScenario],
) -> None:
    """ConfigError, naming what differs, unless the same runs would come of the same replies."""
    manifest = read_manifest(directory)
    if manifest["behaviour_version"] != BEHAVIOUR_VERSION:
        versions = f"{manifest['behaviour_version']}, this is {BEHAVIOUR_VERSION}"
        raise ConfigError(f"{directory} was made by a version that behaves otherwise ({versions})")
    if manifest["config_hash"] != config_hash(config):
        raise ConfigError(f"{directory}: the prompts or the assistant have changed since: its runs would be others")
    gone, changed = [], []
    for row in rows:
        scenario = scenarios.get(row["base_scenario_id"])
        if scenario is None:
            gone.append(row["base_scenario_id"])
        elif getattr(scenario, "world_hash", None) != row.get("world_hash"):
            changed.append(row["base_scenario_id"])
    for names, what in ((gone, "gone"), (changed, "another world now, not only other checks")):
        if names:
            listed = ", ".join(dict.fromkeys(names))
            raise ConfigError(f"{directory}: {listed}: {what}", hint="run the experiment again: the cache has the rest")
