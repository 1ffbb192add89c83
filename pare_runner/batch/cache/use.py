"""The cache as the engine uses it: what it has for a task, and what is kept of a report.

One entry holds one run with one judgement, the last one asked for. It serves as it is where the same line, traces and
log are wanted. Where others are (another scoring, a trace format it lacks, other prices) it still has the calls,
and the run is made again from them without asking a model.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pare_runner.batch.agents import engines, online_engines, scenario_reads_data, scoring_hash
from pare_runner.batch.cache.entry import CacheKey, Entry, Head
from pare_runner.batch.cache.store import CacheStore
from pare_runner.batch.config import CacheMode, MultiScenarioRunnerConfig
from pare_runner.batch.frames_io import SCORING
from pare_runner.batch.identity import BEHAVIOUR_VERSION, config_hash, digest
from pare_runner.batch.job import EXCEPTION, Job
from pare_runner.batch.rendering import export_path
from pare_runner.batch.results import config_columns
from pare_runner.batch.units import Unit
from pare_runner.batch.work import Recorded, Report, Task
from pare_runner.llm.recording.keys import UnitKey
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.scenarios.yaml_scenario import scoring_of
from pare_runner.traces.registry import trace_writers


def cache_mode(config: MultiScenarioRunnerConfig) -> CacheMode:
    """How a job uses the cache: `enable_caching=false` means bypass, and so does a replay, which is no run."""
    return config.cache if config.enable_caching and config.replay is None else "bypass"


def answered(config: MultiScenarioRunnerConfig, units: Iterable[Unit], store: CacheStore) -> list[bool]:
    """Which of `units` the cache is going to answer without a model, as far as the first lines of its entries tell.

    Nothing is promised: that an entry is damaged, or gone meanwhile, is found out when it is used. Runs that a judge
    would have to judge anew are none of these.
    """
    units = list(units)
    if cache_mode(config) != "use":
        return [False] * len(units)
    digest, judged = config_hash(config), "judge" in online_engines(config)
    found = []
    for unit in units:
        key = _key(config, digest, UnitKey(unit.scenario.scenario_id, unit.run_number), unit.scenario)
        head = None if key is None else store.head(key)
        as_judged = not judged or (head is not None and head.scoring_hash == scoring_hash(config, unit.scenario))
        found.append(head is not None and as_judged)
    return found


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What all runs of a job want of the cache."""

    config_hash: str
    rendering: str
    writers: frozenset[str]


@dataclass(slots=True)
class CacheUse:
    """The cache in use by one invocation."""

    store: CacheStore
    _wanted: dict[int, _Wanted] = field(default_factory=dict)

    def find(self, job: Job, task: Task) -> Report | Task:
        """The report on `task` if the cache has it as it is wanted; else the task, with the calls that it has.

        A run that was broken off in this job goes on with its own replies and is not looked for.
        """
        if cache_mode(job.config) != "use" or (task.earlier is not None and task.earlier.attempt == task.attempt):
            return task
        key = self._key(job, task)
        entry = None if key is None else self.store.find(key)
        if entry is None:
            return task
        if self._fits(job, task, entry):
            return self._report(job, task, entry)
        if job.config.oracle:
            return task  # made in a moment, and has no calls to be made from
        return replace(task, recorded=Recorded(entry.calls, entry.row.get("run_duration")))

    def keep(self, job: Job, report: Report) -> None:
        """Keep what came of a run, unless it ended in an exception, is as it was found, or is not to be kept."""
        key = self._key(job, report.task)
        if key is None or cache_mode(job.config) == "bypass" or report.row["status"] == EXCEPTION:
            return
        if not job.config.oracle and report.calls is None:
            return
        wanted = self._of(job)
        names = [str(report.row[f"{role}_model"]) for role in ("user", "observe", "execute")]
        models = "oracle" if job.config.oracle else ", ".join(names)
        head = Head(key, report.row["scoring_hash"], _rendering(wanted, report.task), models)
        self.store.put(Entry(head, report.row, report.traces, report.log, report.calls or b""))

    def _fits(self, job: Job, task: Task, entry: Entry) -> bool:
        wanted = self._of(job)
        return (
            entry.head.scoring_hash == scoring_hash(job.config, job.units[task.unit].scenario)
            and entry.head.rendering == _rendering(wanted, task)
            and wanted.writers <= entry.writers
            and entry.log is not None  # without files of their own runs say their end in run.log, when they are made
            and job.config.writes_unit_logs
            and (job.config.oracle or entry.attempt == task.attempt)
        )

    def _report(self, job: Job, task: Task, entry: Entry) -> Report:
        """`entry` as if its run had just been made for this job."""
        wanted = self._of(job).writers
        traces = tuple((writer, trace) for writer, trace in entry.traces if writer in wanted)
        row = {**entry.row, "export_path": export_path(traces), SCORING: scoring_of(job.units[task.unit].scenario)}
        return Report(task, row, traces, entry.log, None if job.config.oracle else entry.calls, "cache")

    def _key(self, job: Job, task: Task) -> CacheKey | None:
        return _key(job.config, self._of(job).config_hash, task.unit, job.units[task.unit].scenario)

    def _of(self, job: Job) -> _Wanted:
        if job.number not in self._wanted:
            config = job.config
            prices = {role: engine.prices and engine.prices.model_dump() for role, engine in engines(config).items()}
            rendering = {
                "columns": config_columns(config),
                "prices": {} if config.oracle else prices,
                "log_level": config.log_level,
                "traces": [config.export_dialect, *config.export_redact] if config.export else [],
            }
            writers = trace_writers(config.trace_dump_format) if config.export else ()
            names = frozenset(writer.name for writer in writers)
            self._wanted[job.number] = _Wanted(config_hash(config), digest(rendering), names)
        return self._wanted[job.number]


def _key(config: MultiScenarioRunnerConfig, config_hash: str, unit: UnitKey, scenario: PAREScenario) -> CacheKey | None:
    """The key of a run; None if its scenario has no hash, or noise of its own whose data no hash covers."""
    world = getattr(scenario, "world_hash", None)
    if world is None or scenario_reads_data(config, scenario):
        return None
    return CacheKey(unit.scenario, unit.run, config_hash, world, BEHAVIOUR_VERSION)


def _rendering(wanted: _Wanted, task: Task) -> str:
    return digest([wanted.rendering, task.run_id])
