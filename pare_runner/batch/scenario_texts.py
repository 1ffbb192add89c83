"""The texts of the scenarios that ran, kept once beside all jobs that ran them: a diff shows how an edited one differs.

directory/.scenarios/<digest>.yaml|.py     named after its content

A name is there only with all of its content, so nothing is written twice and a kill leaves no half of a text. The
folder is hidden: its files are copies, and whoever looks for scenarios below must not find them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from pare_runner.atomic import write_together
from pare_runner.library.files import PYTHON_ENDING
from pare_runner.library.modules import module_of
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.scenarios.yaml_scenario import YamlScenario

FOLDER = ".scenarios"
ENDING = ".yaml"


@dataclass(frozen=True, slots=True)
class ScenarioTexts:
    """The texts for an invocation's `directory`: scenario (by identity, with itself) → its file.

    `missing` are those that are not there yet.
    """

    directory: Path
    missing: Mapping[Path, bytes]
    _names: Mapping[int, tuple[PAREScenario, str]]

    @classmethod
    def of(cls, directory: Path, scenarios: Iterable[PAREScenario]) -> ScenarioTexts:
        """The texts of `scenarios`; nothing is written."""
        names: dict[int, tuple[PAREScenario, str]] = {}
        missing: dict[Path, bytes] = {}
        for scenario in scenarios:
            if id(scenario) in names or (found := text_of(scenario)) is None:
                continue
            ending, data = found
            name = f"{blake2b(data, digest_size=8).hexdigest()}{ending}"
            names[id(scenario)] = scenario, name
            path = directory / FOLDER / name
            if not _is_there(path, len(data)):
                missing[path] = data
        return cls(directory, missing, names)

    def keep(self) -> None:
        """Write what is missing; OSError if that cannot be done."""
        write_together(self.missing.items())

    def seen_from(self, job: Path) -> Callable[[PAREScenario], str | None]:
        """Scenario → its file, from the folder of a job below; None if nothing is known of its text."""
        folder = Path(os.path.relpath(self.directory / FOLDER, job)).as_posix()  # slow: once for all scenarios

        def file(scenario: PAREScenario) -> str | None:
            known = self._names.get(id(scenario))
            return None if known is None else f"{folder}/{known[1]}"

        return file


def text_of(scenario: PAREScenario) -> tuple[str, bytes] | None:
    """Ending and bytes of the file a scenario is written in; None if it has none, as one made in a notebook."""
    if isinstance(scenario, YamlScenario):
        return ENDING, scenario.source.encode(errors="surrogatepass")
    module = module_of(scenario.scenario_id) or sys.modules.get(type(scenario).__module__)
    path = getattr(module, "__file__", None)
    if path is None or not path.endswith(PYTHON_ENDING):
        return None
    try:
        return PYTHON_ENDING, Path(path).read_bytes()
    except OSError:
        return None


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False
