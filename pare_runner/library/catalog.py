"""The catalogue: every scenario there is by id, and the choice an experiment makes from it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from pare_runner.errors import InputError, Problem, ScenarioError, did_you_mean
from pare_runner.library.entries import Entry
from pare_runner.library.files import looks_like_path
from pare_runner.library.selection import Filters, by_features, by_id
from pare_runner.library.sources import (
    Findings,
    from_entry_points,
    from_environment,
    from_path,
    import_python,
    load_modules,
    registered,
    shipped,
)
from pare_runner.scenarios.registration import DuplicateScenario, ScenarioRegistry, registry
from pare_runner.scenarios.scenario import PAREScenario

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Catalog:
    """Entries by id; `warnings` tell what could not be used."""

    entries: dict[str, Entry] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)

    @classmethod
    def installed(cls) -> Catalog:
        """Shipped scenarios, entry points, `PARE_SCENARIOS_DIR`, and what this process registered.

        InputError if two have one id, if a shipped file is broken, or if a folder of `PARE_SCENARIOS_DIR` is missing.
        """
        catalog = cls()
        for source in (shipped, from_entry_points, from_environment, registered):
            catalog.add(source())
        return catalog

    @classmethod
    def named(cls, names: Iterable[str]) -> Catalog:
        """The scenarios called `names`: ids of installed ones, or paths of files and folders.

        What is installed is only searched if a name is no path; its Python is imported in any case, and so are all
        Python files named, before a YAML file is compiled: they may register apps. InputError for a name that is
        neither, and if two scenarios have one id.
        """
        names = list(names)
        everything = None if all(map(looks_like_path, names)) else cls.installed()
        known = everything.entries if everything else {}
        catalog = cls(warnings=list(everything.warnings) if everything else load_modules())
        paths = [name for name in names if looks_like_path(name) or (name not in known and os.path.exists(name))]
        for path in paths:
            import_python(path)
        for name in names:
            if everything is None or name in paths:
                catalog.add(Findings(from_path(name)))
            else:
                catalog.add(Findings([replace(everything.find(name), tolerant=False)]))
        return catalog

    def add(self, found: Findings) -> None:
        """Take what a source found; the same place twice counts once, two places with one id are an InputError."""
        self.warnings += found.warnings
        for entry in found.entries:
            known = self.entries.setdefault(entry.scenario_id, entry)
            if known.source != entry.source:
                raise DuplicateScenario(entry.scenario_id, known.place, entry.place)

    def find(self, scenario_id: str) -> Entry:
        """The entry of an id; if there is none, an InputError with the nearest id and what could not be used."""
        if scenario_id not in self.entries:
            message = f"there is no scenario {scenario_id!r}"
            raise ScenarioError([Problem(message, hint=did_you_mean(scenario_id, self.entries)), *self.warnings])
        return self.entries[scenario_id]

    def select(self, filters: Filters) -> list[PAREScenario]:
        """The scenarios that pass `filters`, in the order of their ids.

        ScenarioError with the problems of every one that cannot be made; those of tolerant entries are warnings.
        InputError for an id, tag or app that nothing has.
        """
        wanted, broken = self.collect(filters)
        if broken:
            raise ScenarioError(broken)
        return wanted

    def collect(self, filters: Filters) -> tuple[list[PAREScenario], list[Problem]]:
        """Like `select`, with the problems of those that cannot be made instead of an error."""
        broken: list[Problem] = []
        chosen = by_id(sorted(self.entries.values(), key=lambda entry: entry.scenario_id), filters.ids)
        return by_features(self._make(chosen, broken), filters), broken

    def _make(self, entries: Sequence[Entry], broken: list[Problem]) -> Iterator[PAREScenario]:
        for entry in entries:
            try:
                yield entry()
            except InputError as error:
                if entry.tolerant:
                    Findings(warnings=self.warnings).warn(error, entry.place)
                else:
                    broken += error.problems


def load_suite(suite: Filters, scenarios: Sequence[str] = ()) -> list[PAREScenario]:
    """The scenarios of an experiment, in the order of their ids: `scenarios` if any are named, else all installed.

    `scenarios` holds ids and paths; `suite` (a SuiteConfig) filters by `ids`, `tags`, `apps` and `limit`. InputError
    for what cannot be found or used; what is merely left out is logged as a warning.
    """
    catalog = Catalog.named(scenarios) if scenarios else Catalog.installed()
    try:
        return catalog.select(suite)
    finally:
        for problem in catalog.warnings:
            log.warning("%s", Problem(problem.message, problem.where, problem.hint))


def register_pare_scenarios() -> ScenarioRegistry:
    """Put every installed scenario into the registry, and return it; `get(id)()` makes one. InputError as above."""
    for entry in Catalog.installed().entries.values():
        registry.register(entry, entry.scenario_id, entry.place)
    return registry
