"""What is odd about results that somebody is going to compare: said first, by every report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from pare_runner.analysis.discover import Job
from pare_runner.analysis.note import Code, note
from pare_runner.analysis.reading import collected_all
from pare_runner.errors import Problem

SHOWN = 3
"""Names in one note at most."""

KEYS = ("protocol", "protocol_version")
HASHES: Mapping[str, tuple[Code, str, str]] = {
    "world_hash": ("other_scenarios", "stand", "for several contents of a scenario"),
    "scoring_hash": ("other_checks", "were", "judged by several versions of {} checks"),
}
SINGULAR = {"stand": "stands", "were": "was"}
FEATURES: Mapping[str, Code] = {"tags": "other_tags", "apps": "other_apps"}


def job_notes(jobs: Sequence[Job], rows: Sequence[int]) -> Iterator[Problem]:
    """What the manifests say together; `rows` are the finished runs of each job."""
    yield from _incomplete(jobs, rows)
    versions = _known(job.package_version for job in jobs)
    if len(versions) > 1:
        yield note("mixed_versions", f"several versions of the package ran them: {', '.join(versions)}")
    behaviours = _known(None if job.behaviour_version is None else str(job.behaviour_version) for job in jobs)
    if len(behaviours) > 1:
        message = f"they are of several behaviour versions: {', '.join(behaviours)}"
        yield note("mixed_behaviour", message, hint="the same replies lead to other runs")
    yield from _changed_features(jobs)


def _changed_features(jobs: Sequence[Job]) -> Iterator[Problem]:
    for name, code in FEATURES.items():
        known = scenario_features(name, jobs)
        other = {
            scenario
            for job in jobs
            for scenario, entry in job.scenarios.items()
            if isinstance(entry.get(name), list) and entry[name] != known[scenario]
        }
        if other:
            message = f"the {name} of {counted(len(other), 'scenario')} have changed, the last are shown: "
            yield note(code, message + listed(sorted(other)))


def scenario_features(name: str, jobs: Iterable[Job]) -> dict[str, list[str]]:
    """Scenario id → its `name` (tags, apps) by the manifests of `jobs`; the last one wins."""
    return {
        scenario: list(map(str, entry[name]))
        for job in jobs
        for scenario, entry in job.scenarios.items()
        if isinstance(entry.get(name), list)
    }


def _incomplete(jobs: Sequence[Job], rows: Sequence[int]) -> Iterator[Problem]:
    lacking = [
        (job.name, there, job.planned)
        for job, there in zip(jobs, rows, strict=True)
        if job.planned is not None and there < job.planned
    ]
    if not lacking:
        return
    there, planned = sum(count for _, count, _ in lacking), sum(count for _, _, count in lacking)
    names = listed([name for name, _, _ in lacking])
    which = (
        f"{len(lacking)} of {len(jobs)} jobs {'is' if len(lacking) == 1 else 'are'}" if len(jobs) > 1 else "the job is"
    )
    message = f"{which} not complete, {there} of {planned} runs are there: {names}"
    yield note("incomplete", message)


def row_notes(frame: pl.LazyFrame) -> Iterator[Problem]:
    """What the rows of a frame of results say together; only the columns that are needed are read.

    InputError if they cannot be read.
    """
    statuses, protocols, *hashes = collected_all(
        [
            frame.group_by("status").len(),
            frame.select(KEYS).unique().drop_nulls("protocol").sort(KEYS),
            *(
                frame.select("base_scenario_id", name)
                .drop_nulls()
                .group_by("base_scenario_id")
                .agg(pl.col(name).n_unique())
                .filter(pl.col(name) > 1)
                .sort("base_scenario_id")
                for name in HASHES
            ),
        ],
        "the results",
    )
    if len(protocols) > 1:
        names = [name if version is None else f"{name} v{version}" for name, version in protocols.iter_rows()]
        yield note("mixed_protocols", f"several protocols are mixed: {', '.join(names)}", hint="do not compare them")
    for (code, verb, what), found in zip(HASHES.values(), hashes, strict=True):
        if len(found):
            names = found["base_scenario_id"].to_list()
            said = verb if len(names) > 1 else SINGULAR[verb]
            about = what.format("its" if len(names) == 1 else "their")
            yield note(code, f"{counted(len(names), 'scenario id')} {said} {about}: {listed(names)}")
    counts = dict(statuses.iter_rows())
    if crashed := counts.get("exception", 0):
        message = f"{crashed} of {counted(sum(counts.values()), 'run')} ended in an exception, and have no verdict"
        yield note("exceptions", message)


def listed(names: Sequence[str], between: str = ", ") -> str:
    """The first few of `names`, and how many there are beyond."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return between.join(names[:SHOWN]) + more


def _known(values: Iterator[str | None]) -> list[str]:
    return sorted({value for value in values if value is not None})


def counted(number: int, noun: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
