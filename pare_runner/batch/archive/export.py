"""Packing an experiment, one job or a sweep, into one file."""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pare_runner.atomic import read_json, write_atomic, write_json, writing
from pare_runner.batch.archive.jobs import SERVICES, JobFiles
from pare_runner.batch.archive.layout import (
    CODE,
    EXPERIMENT,
    FORMAT,
    JOBS,
    KIND,
    MULTIRUN,
    REQUIREMENTS,
    Contents,
    FileEntry,
    Sample,
)
from pare_runner.batch.archive.machine import Machine
from pare_runner.batch.archive.material import (
    check_agreed,
    check_unchanged,
    listed,
    own_version,
    plan_of,
    same_scenario,
    sampled,
    usable_journal,
    version_here,
    version_of,
)
from pare_runner.batch.archive.packages import installed, lock_text, needed
from pare_runner.batch.archive.scrubbing import Finding, Scrubber
from pare_runner.batch.archive.sources import Sources
from pare_runner.batch.archive.zipping import file_hash, files_below, write_zip
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.frames_io import PARQUET
from pare_runner.batch.identity import BEHAVIOUR_VERSION
from pare_runner.batch.job import EXCEPTION
from pare_runner.batch.journal import JOURNAL, JournalContent
from pare_runner.batch.lock import refuse_in_use
from pare_runner.batch.manifest import MANIFEST, read_manifest
from pare_runner.batch.plan import HERE, Plan, PlannedJob, planned_job
from pare_runner.batch.sweep_files import SWEEP, write_sweep
from pare_runner.batch.units import LoadSuite
from pare_runner.batch.verification import find_place, usable_job
from pare_runner.errors import InputError
from pare_runner.library.files import shown


@dataclass(frozen=True, slots=True)
class Options:
    """What goes into an archive; `public` are addresses of services that everybody may know."""

    anonymous: bool = False
    calls: bool = True
    traces: bool = False
    sample: int | None = None
    public: Collection[str] = ()


@dataclass(slots=True)
class Exported:
    """What was packed. `notes` stand in the archive too, `warnings` are for whoever packs it alone."""

    contents: Contents
    bytes: int
    warnings: list[str] = field(default_factory=list)


OnJob = Callable[[int, int], None]
"""Told how many jobs are packed, and how many there are."""


def export_experiment(
    directory: Path, target: Path, options: Options = Options(), on_job: OnJob = lambda done, planned: None
) -> Exported:
    """Pack the results in `directory` into the zip file `target`; equal results give equal bytes.

    InputError if there are no results, if a command is at work there, if scenarios, prompts or code are not what the
    jobs were made with, for a damaged file, and if `options.anonymous` cannot be kept. The file is whole or not there.
    """
    plan = plan_of(directory)
    found = planned_job(directory)
    refuse_in_use(directory if found is None else found[0])
    target = target.absolute()
    work = _Export(directory.absolute(), plan, options, on_job)
    with writing(target.parent), TemporaryDirectory(prefix="pare_export_") as scratch:
        stage = Path(scratch).resolve() / "archive"
        contents = work.fill(stage)
        write_zip(target, stage)
    return Exported(contents, target.stat().st_size, work.warnings)


@dataclass(slots=True)
class _Export:
    """The packing of one experiment."""

    directory: Path
    plan: Plan
    options: Options
    on_job: OnJob
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    sources: Sources = field(default_factory=Sources)
    _places: dict[tuple[object, ...], tuple[Path, LoadSuite]] = field(default_factory=dict)

    def fill(self, stage: Path) -> Contents:
        """Write all files of the archive below `stage`."""
        journals = {job.folder: usable_journal(self._folder(job), self.directory) for job in self.plan.jobs}
        if not any(journal.lines for journal in journals.values()):
            raise InputError(f"{shown(self.directory)} holds no finished run: there is nothing to share")
        every = {name for job in self.plan.jobs for name in job.units}
        kept = sampled(every, self.options.sample)
        self._note_missing(journals)
        begun = [job for job in self.plan.jobs if (self._folder(job) / MANIFEST).exists()]
        ran_with = self._versions(begun)
        scrubber = self._scrubber(begun) if self.options.anonymous else None
        chosen = [job for job in begun if not set(kept).isdisjoint(job.units)]
        jobs = [self._job(job, journals[job.folder], kept, len(every), scrubber) for job in chosen]
        self._write_jobs(stage, jobs, kept, scrubber)
        self._write_sources(stage, scrubber)
        for job in jobs:
            self._warn(shown(job.directory), job.findings)
        return self._describe(stage, jobs, kept, len(every), ran_with)

    def _folder(self, job: PlannedJob) -> Path:
        return self.directory / job.folder

    def _name(self, job: PlannedJob) -> str:
        if job.folder == HERE or self.options.anonymous:
            return f"job {self.plan.jobs.index(job) + 1}"
        return job.folder

    def _note_missing(self, journals: dict[str, JournalContent]) -> None:
        for job in self.plan.jobs:
            if journals[job.folder].unusable:
                self.notes.append(f"{self._name(job)}: the last line of {JOURNAL} was cut short and is left out")
        planned = self.plan.planned
        done = sum(len(journal.latest()) for journal in journals.values())
        crashed = sum(row["status"] == EXCEPTION for journal in journals.values() for row in journal.latest().values())
        if done < planned:
            self.notes.append(f"not complete: {done} of {planned} planned runs")
        if crashed:
            self.notes.append(f"{crashed} of {done} runs ended in an exception")

    def _versions(self, jobs: Sequence[PlannedJob]) -> tuple[str, ...]:
        """The versions of the package that jobs were made with; several, and others than this one, are told."""
        made_with: dict[str, list[str]] = {}
        for job in jobs:
            made_with.setdefault(version_of(read_manifest(self._folder(job))), []).append(self._name(job))
        if len(made_with) > 1:
            told = "; ".join(f"{version}: {listed(names)}" for version, names in sorted(made_with.items()))
            self.notes.append(f"its jobs were made by {len(made_with)} versions of pare_runner: {told}")
        if set(made_with) != {version_here()}:
            self.warnings.append(f"made by pare_runner {listed(sorted(made_with))}; packed by {version_here()}")
        return tuple(sorted(made_with))

    def _scrubber(self, jobs: Sequence[PlannedJob]) -> Scrubber:
        manifests = [read_manifest(self._folder(job)) for job in jobs]
        places = [str(manifest.get("working_directory") or "") for manifest in manifests]
        outputs = [str(manifest["config"].get("output_dir") or "") for manifest in manifests]
        own = [self.plan.working_directory, str(self.directory.absolute())]
        services = [name for manifest in manifests for name in self._private(manifest["config"])]
        return Scrubber(Machine.of([*places, *outputs, *own], services))

    def _private(self, config: Mapping[str, Any]) -> Iterator[str]:
        """Addresses of a configuration's services that not everybody knows, and the names of the keys for them."""
        for name in SERVICES:
            engine = config.get(name) or {}
            if engine.get("endpoint") and engine["endpoint"] not in self.options.public:
                yield from filter(None, (engine["endpoint"], engine.get("api_key_env")))
        if config.get("ray_address"):
            yield config["ray_address"]

    def _job(
        self, job: PlannedJob, journal: JournalContent, kept: Sequence[str], every: int, scrubber: Scrubber | None
    ) -> JobFiles:
        folder = self._folder(job)
        name = shown(folder)
        config, ran_in = usable_job(folder)
        wanted = [name for name in job.units if name in kept]
        place, load = self._place(config, ran_in)
        with chdir(place):
            found = {scenario.scenario_id: scenario for scenario in load(config)}
            there = [found[name] for name in wanted if name in found]
            check_unchanged(name, read_manifest(folder), config, there)
            check_agreed(folder, name, config, list(journal.latest().values()), job.planned)
            missing = [name for name in wanted if name not in found]
            if missing:
                raise InputError(f"{name}: its scenarios {listed(missing)} cannot be found any more")
            prompts = self.sources.add(config, [found[name] for name in wanted])
        return JobFiles(
            folder,
            job,
            config,
            journal,
            wanted,
            len(kept) < every,
            prompts,
            scrubber,
            self.options.public,
            self.sources.texts,
        )

    def _place(self, config: MultiScenarioRunnerConfig, ran_in: Path) -> tuple[Path, LoadSuite]:
        """From where paths of a job count, and its scenarios, which are loaded once for all jobs that choose alike."""
        suite = config.suite.model_copy(update={"name": "", "runs": 1})
        key = (ran_in, config.scenarios, suite, config.prompts_dir, config.agent_type)
        if key not in self._places:
            self._places[key] = find_place(config, ran_in)
        return self._places[key]

    def _write_jobs(
        self, stage: Path, jobs: Sequence[JobFiles], kept: Sequence[str], scrubber: Scrubber | None
    ) -> None:
        """The folders of the jobs, and above them what holds for all of them."""
        target = stage / JOBS
        by_folder = {job.planned.folder: job for job in jobs}
        placed = []
        for number, planned in enumerate(self.plan.jobs, 1):
            folder = planned.folder
            if folder != HERE and scrubber is not None and scrubber.words(planned.overrides) != list(planned.overrides):
                folder = f"job_{number}"  # it is named after the overrides
            job = by_folder.get(planned.folder)
            if set(kept).isdisjoint(planned.units):
                continue
            if job is None:  # it was planned and never begun
                words = planned.overrides if scrubber is None else scrubber.words(planned.overrides)
                units = {name: runs for name, runs in planned.units.items() if name in kept}
                placed.append(replace(planned, folder=folder, overrides=tuple(words), units=units))
                continue
            placed.append(job.placed(folder))
            job.write(stage, folder, calls=self.options.calls, traces=self.options.traces)
            self.on_job(len(placed), len(self.plan.jobs))
        words = self.plan.command_line if scrubber is None else tuple(scrubber.words(self.plan.command_line))
        plan = Plan(tuple(placed), self.plan.sweep, words, CODE)
        plan.write(target)
        if self.plan.sweep:
            self._write_sweep(target, plan, anew=scrubber is not None or any(job.sampled for job in jobs))

    def _write_sweep(self, target: Path, plan: Plan, *, anew: bool) -> None:
        names = [name for name in (SWEEP, PARQUET) if (self.directory / name).exists()]
        if anew and names:
            write_sweep(target, plan.jobs)
            return
        for name in [*names, MULTIRUN]:
            if (self.directory / name).exists() and not anew:
                write_atomic(target / name, (self.directory / name).read_bytes())

    def _write_sources(self, stage: Path, scrubber: Scrubber | None) -> None:
        for name, data in self.sources.files.items():
            write_atomic(stage / name, data if scrubber is None else self._cleaned(name, data, scrubber))
        versions = needed(self.sources.installed) if self.options.anonymous else installed()
        write_atomic(stage / REQUIREMENTS, lock_text(versions).encode())
        if self.sources.installed:
            self.notes.append(f"needs installed modules that are not inside: {listed(sorted(self.sources.installed))}")

    def _cleaned(self, name: str, data: bytes, scrubber: Scrubber) -> bytes:
        """A source without what tells of the machine, if it stays the same scenario; InputError if it cannot."""
        text = data.decode(errors="surrogateescape")
        found = scrubber.find(text)
        if found is None:
            return data
        for cleaned in (scrubber.text(text), scrubber.text(text, words=False)):
            if name.endswith(".yaml") and same_scenario(text, cleaned):
                self._warn(name, list(filter(None, [scrubber.find(cleaned)])))
                return cleaned.encode(errors="surrogateescape")
        if found.certain:
            raise InputError(
                f"the {found.kind} {found.text!r} of this machine is part of what was run and cannot be taken out",
                where=f"{name}:{found.line}",
                hint="only a run without it can be shared anonymously",
            )
        self._warn(name, [found])
        return data

    def _warn(self, where: str, findings: Sequence[Finding]) -> None:
        for kind, text in dict.fromkeys((finding.kind, finding.text) for finding in findings):
            self.warnings.append(f"{where} holds {text!r}, like the {kind} of this machine: it was left as it is")

    def _describe(
        self, stage: Path, jobs: Sequence[JobFiles], kept: Sequence[str], every: int, ran_with: tuple[str, ...]
    ) -> Contents:
        files = {
            name: FileEntry(bytes=path.stat().st_size, sha256=file_hash(path)) for name, path in files_below(stage)
        }
        rows = [row for job in jobs for row in job.journal.latest().values() if row["base_scenario_id"] in kept]
        contents = Contents(
            format=FORMAT,
            kind=KIND,
            package=own_version(),
            python=platform.python_version(),
            behaviour_version=BEHAVIOUR_VERSION,
            ran_with=ran_with,
            anonymous=self.options.anonymous,
            calls=self.options.calls,
            traces=self.options.traces,
            sample=Sample(scenarios=tuple(kept), of=every) if len(kept) < every else None,
            jobs=len(jobs),
            runs=len(rows),
            notes=tuple(self.notes),
            origin=None if self.options.anonymous else self._origin(jobs),
            files=files,
        )
        write_json(stage / EXPERIMENT, contents.model_dump(mode="json"))
        return contents

    def _origin(self, jobs: Sequence[JobFiles]) -> dict[str, Any]:
        revisions = {read_json(job.directory / MANIFEST).get("code_revision") for job in jobs}
        return {
            "directory": str(self.directory.absolute()),
            "working_directory": self.plan.working_directory,
            "command_line": list(self.plan.command_line),
            "code_revisions": sorted(revision for revision in revisions if revision),
        }
