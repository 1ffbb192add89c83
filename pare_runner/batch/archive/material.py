"""What there is to be packed, and whether it is still what was run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pare_runner.batch.agents import scoring_hash, with_hashes
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.frames_io import PARQUET
from pare_runner.batch.identity import BEHAVIOUR_VERSION, config_hash
from pare_runner.batch.journal import JOURNAL, JournalContent, read_journal
from pare_runner.batch.plan import HERE, PLAN, Plan, planned_job, read_plan
from pare_runner.batch.provenance import DISTRIBUTION, package_versions
from pare_runner.batch.staging import check_settled
from pare_runner.batch.summary import SUMMARY
from pare_runner.batch.verified_files import parquet_difference, summary_difference
from pare_runner.errors import InputError
from pare_runner.kernel.draws import word
from pare_runner.library.files import shown
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.scenario import PAREScenario

SHOWN = 3
"""Names that a message lists at most."""


def plan_of(directory: Path) -> Plan:
    """The plan of a directory of results: its own, or its job in the one above; InputError if there is none."""
    if not directory.exists():
        raise InputError(f"there is no {directory}")
    if not directory.is_dir():
        raise InputError(f"{directory} is no directory of results")
    if (directory / PLAN).exists():
        return read_plan(directory)
    found = planned_job(directory)
    if found is None and (below := sorted({*directory.glob(f"*/{PLAN}"), *directory.glob(f"*/*/{PLAN}")})):
        names = [str(path.parent.relative_to(directory)) for path in below]
        said = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
        number = "results of one command" if len(names) == 1 else f"results of {len(names)} commands"
        raise InputError(
            f"{directory} holds {number}, and one is packed at a time: {said}", hint=f"such as {below[0].parent}"
        )
    if found is None:
        raise InputError(f"{directory} has no {PLAN}: it holds no results", hint="name the folder of a job or a sweep")
    above = read_plan(found[0])
    return Plan((replace(found[1], folder=HERE),), False, above.command_line, above.working_directory)


def sampled(scenarios: Iterable[str], number: int | None) -> list[str]:
    """`number` of the scenarios, drawn by keys: the same for the same ids, smaller samples inside larger ones."""
    names = sorted(set(scenarios))
    return names if number is None else sorted(sorted(names, key=lambda name: word("sample", name))[:number])


def usable_journal(folder: Path, top: Path) -> JournalContent:
    """The lines of a job below the results in `top`; the last one of a killed job may be unusable.

    InputError for any other line that cannot be read.
    """
    check_settled(folder)
    content = read_journal(folder)
    ended = any((folder / name).exists() for name in (PARQUET, SUMMARY))
    if content.unusable and (ended or len(content.unusable) > 1):
        raise InputError(
            f"{len(content.unusable)} of its lines cannot be read",
            where=shown(folder / JOURNAL),
            hint=f"`pare resume {shown(top)}` sets them aside and makes these runs again",
        )
    return content


def version_here() -> str:
    """This version of the package, as `version_of` says it."""
    return f"{own_version()}, behaviour {BEHAVIOUR_VERSION}"


def version_of(manifest: Mapping[str, Any]) -> str:
    """The version of the package that a job was made with, and the version of its behaviour."""
    version = (manifest.get("packages") or {}).get(DISTRIBUTION, "unknown")
    return f"{version}, behaviour {manifest['behaviour_version']}"


def own_version() -> str:
    """The version of the package that is installed here."""
    return package_versions().get(DISTRIBUTION, "unknown")


def check_unchanged(
    name: str, manifest: Mapping[str, Any], config: MultiScenarioRunnerConfig, scenarios: Iterable[PAREScenario]
) -> None:
    """InputError, which calls the job `name`, unless all is as it was when the job ran; from its working directory."""
    if config_hash(with_hashes(config)) != manifest["config_hash"]:
        raise InputError(
            f"{name}: prompts, assistant or augmentation data have changed since it ran",
            hint="put them back as they were: what is packed must be what was run",
        )
    for scenario in scenarios:
        entry = manifest["scenarios"].get(scenario.scenario_id) or {}
        what = f"{name}: scenario {scenario.scenario_id!r}"
        if entry.get("world_hash") != getattr(scenario, "world_hash", None):
            raise InputError(f"{what} has changed since it ran", hint="put its file back as it was")
        if entry.get("scoring_hash") != scoring_hash(config, scenario):
            hint = f"`pare rescore {name}` judges what is there anew"
            raise InputError(f"{what} is judged by other checks now", hint=hint)


def check_agreed(
    folder: Path, name: str, config: MultiScenarioRunnerConfig, rows: Sequence[Mapping[str, Any]], planned: int
) -> None:
    """InputError, which calls the job in `folder` `name`, if its frame or its summary is not what its journal says."""
    what = parquet_difference(folder, rows) or summary_difference(folder, config, rows, planned)
    if what is not None:
        raise InputError(f"{name}: {what}", hint="put it back as it was: what is packed must be what was run")


def same_scenario(text: str, other: str) -> bool:
    """Whether two texts of a YAML scenario are the same world, judged alike."""
    try:
        one, two = compile_scenario(text, "one"), compile_scenario(other, "other")
    except InputError:
        return False
    return (one.world_hash, one.scoring_hash) == (two.world_hash, two.scoring_hash)


def listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ("; " if any(", " in name for name in names) else ", ").join(names[:SHOWN]) + more
