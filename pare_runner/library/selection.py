"""Filters: which scenarios of many are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import islice
from typing import Protocol

from pare_runner.errors import InputError, did_you_mean
from pare_runner.library.entries import Entry
from pare_runner.scenarios.scenario import PAREScenario


class Filters(Protocol):
    """A filter that is empty keeps everything; a SuiteConfig has these fields."""

    @property
    def ids(self) -> Sequence[str]:
        """Ids, or patterns of ids with `*`, `?` and `[...]`."""

    @property
    def tags(self) -> Sequence[str]:
        """Keep scenarios with at least one of these tags."""

    @property
    def apps(self) -> Sequence[str]:
        """Keep scenarios that use at least one of these apps: by class, by name, or by handle in the file."""

    @property
    def limit(self) -> int | None:
        """Keep the first so many."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Filters by hand."""

    ids: Sequence[str] = ()
    tags: Sequence[str] = ()
    apps: Sequence[str] = ()
    limit: int | None = None


def by_id(entries: Sequence[Entry], patterns: Sequence[str]) -> list[Entry]:
    """The entries with one of the ids; InputError for an id or pattern that none has. Named ones are not tolerated."""
    if not patterns:
        return list(entries)
    known = [entry.scenario_id for entry in entries]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise InputError(f"there is no scenario {pattern!r}", hint=did_you_mean(pattern, known))
    return [
        replace(entry, tolerant=entry.tolerant and entry.scenario_id not in patterns)
        for entry in entries
        if any(fnmatchcase(entry.scenario_id, pattern) for pattern in patterns)
    ]


def by_features(scenarios: Iterable[PAREScenario], filters: Filters) -> list[PAREScenario]:
    """The scenarios with a wanted tag and a wanted app, and of these the first `limit`; InputError if nothing has one.

    Without tags and apps no more scenarios are made than are wanted.
    """
    if filters.tags or filters.apps:
        scenarios = list(scenarios)
        _check("tag", filters.tags, [tag for scenario in scenarios for tag in scenario.tags])
        _check("app", filters.apps, [name for scenario in scenarios for name in app_names(scenario)])
        tags, apps = set(filters.tags), {name.casefold() for name in filters.apps}
        scenarios = [
            scenario
            for scenario in scenarios
            if (not tags or tags & set(scenario.tags))
            and (not apps or apps & {name.casefold() for name in app_names(scenario)})
        ]
    return list(islice(scenarios, filters.limit))


def app_names(scenario: PAREScenario) -> list[str]:
    """Every name the apps of a scenario go by: class, name, and handle in its file."""
    scenario.initialize()
    names = [name for app in scenario.apps for name in (type(app).__name__, app.name)]
    return [*names, *getattr(scenario, "handles", ())]


def _check(what: str, wanted: Sequence[str], known: Sequence[str]) -> None:
    plain = {name.casefold() for name in known} if what == "app" else set(known)
    for name in wanted:
        if (name.casefold() if what == "app" else name) not in plain:
            raise InputError(f"no scenario has the {what} {name!r}", hint=did_you_mean(name, known))
