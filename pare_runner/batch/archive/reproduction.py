"""Making the runs of an unpacked archive again, and comparing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pare_runner.batch.agents import online_engines
from pare_runner.batch.archive.layout import CODE, JOBS, PROMPTS_FROM_CODE, SCENARIOS_FROM_CODE, Contents, is_inside
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.manifest import MANIFEST
from pare_runner.batch.plan import Plan, PlannedJob, read_plan
from pare_runner.batch.verification import OnRun, Tally, compare_results, usable_job, verify_job
from pare_runner.batch.verified_sweep import verify_sweep
from pare_runner.errors import InputError
from pare_runner.llm.config import LLMEngineConfig

_PROMPTS = f"{PROMPTS_FROM_CODE}/"

How = Literal["replayed", "run again", "results only"]
"""How a job can be compared: from its recorded calls, by its offline policies, or as far as its files go."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An unpacked archive: its folder, what it says of itself, its plan."""

    root: Path
    contents: Contents
    plan: Plan

    @classmethod
    def at(cls, root: Path, contents: Contents) -> Unpacked:
        """The archive in the folder `root`; InputError for a job that is not inside of it."""
        root = root.absolute()
        plan = read_plan(root / JOBS)
        for job in plan.jobs:
            if not (root / JOBS / job.folder).resolve().is_relative_to((root / JOBS).resolve()):
                raise InputError(f"{job.folder} is no folder of the archive", where=str(root / JOBS))
        return cls(root, contents, plan)

    @property
    def jobs(self) -> list[PlannedJob]:
        """The jobs that were begun."""
        return [job for job in self.plan.jobs if (self.root / JOBS / job.folder / MANIFEST).exists()]

    def config(self, job: PlannedJob) -> MultiScenarioRunnerConfig:
        """The configuration of a job; InputError if it names places outside of the archive."""
        config, _ = usable_job(self.root / JOBS / job.folder)
        outside = [name for name in config.scenarios or ("scenarios",) if name != SCENARIOS_FROM_CODE]
        prompts = config.prompts_dir
        if prompts is not None and not (prompts.startswith(_PROMPTS) and is_inside(prompts.removeprefix(_PROMPTS))):
            outside.append(prompts)
        if not is_inside(config.logs_dir):
            outside.append(config.logs_dir)
        if config.replay is not None:
            outside.append(config.replay)
        if outside:
            raise InputError(
                f"its configuration reads or writes {outside[0]} outside of the archive",
                where=f"{JOBS}/{job.folder}/{MANIFEST}",
            )
        return config

    def how(self, job: PlannedJob) -> How:
        """How a job can be compared."""
        config = self.config(job)
        if self.contents.calls or config.oracle:
            return "replayed"
        return "results only" if online_engines(config) else "run again"

    def compare(self, job: PlannedJob, tally: Tally, on_run: OnRun) -> How:
        """Compare a job with what comes of it here; raises as `verify_job`."""
        how = self.how(job)
        with self.inside():
            folder = Path(JOBS, job.folder)
            if how == "results only":
                compare_results(folder, tally)
            else:
                verify_job(folder, tally, on_run, traces=self.contents.traces, recorded=how == "replayed")
        return how

    def compare_sweep(self, tally: Tally) -> None:
        """Compare the files of a sweep with its jobs; nothing to do for a single job."""
        if self.plan.sweep:
            with self.inside():
                verify_sweep(Path(JOBS), tally)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Inside, the archive's folder is the working directory, and its modules are found before all others."""
        code = str(self.root / CODE)
        sys.path.insert(0, code)
        try:
            with chdir(self.root):
                yield
        finally:
            sys.path.remove(code)


def refuse_named_code(unpacked: Unpacked) -> None:
    """InputError for a job whose assistant is named by its module: it may be any that is installed here."""
    for job in unpacked.jobs:
        agent = unpacked.config(job).agent_type
        if ":" in agent:
            raise InputError(f"agent_type={agent} would be imported and run", hint="--trust-code if you trust it")


def refuse_services(unpacked: Unpacked, known: Iterable[tuple[str, str | None]]) -> None:
    """InputError for a model whose address would get a key from here and is none of the `known` pairs.

    A pair is the address of a service and the name of the variable that holds its key.
    """
    pairs = set(known)
    for job in unpacked.jobs:
        for role, engine in online_engines(unpacked.config(job)).items():
            if _sends_key(engine) and (str(engine.endpoint), engine.api_key_env) not in pairs:
                raise InputError(
                    f"{role} would send what is in {_named(engine)} to {engine.endpoint}, which the archive names",
                    hint="--trust-code if you trust it",
                )


def versions_differ(contents: Contents, here: str) -> str | None:
    """In words, that the runs were made by another version of the package than `here`; None if not."""
    if set(contents.ran_with) == {here}:
        return None
    return f"made by pare_runner {'; '.join(contents.ran_with)}; this is {here}: tried all the same"


def _sends_key(engine: LLMEngineConfig) -> bool:
    return engine.api_key_env is not None or any("$" in value for value in engine.extra_headers.values())


def _named(engine: LLMEngineConfig) -> str:
    headers: Sequence[str] = [value for value in engine.extra_headers.values() if "$" in value]
    return ", ".join(filter(None, (engine.api_key_env, *headers)))
