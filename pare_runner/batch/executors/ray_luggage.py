"""What a worker on another machine needs of this one's files: collected here, found again there.

Scenario files that are named by path or lie in `PARE_SCENARIOS_DIR`, an assistant of one's own with the Python files
beside it, prompts, augmentation data, and the recording of a replay. Installed packages are not among it.
"""

from __future__ import annotations

import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.executors.ray_host import PACKAGE, files_below, zipped
from pare_runner.batch.journal import JOURNAL
from pare_runner.batch.manifest import MANIFEST
from pare_runner.batch.work import JobSpec
from pare_runner.errors import ConfigError
from pare_runner.library import noise_data
from pare_runner.library.files import PYTHON_ENDING, looks_like_path, to_path
from pare_runner.library.sources import VARIABLE as SCENARIOS_DIR
from pare_runner.llm.recording.files import recorded_files

MARK = "luggage:"
"""Before what stands for a path until the luggage is unpacked."""
CODE = "code"
"""The folder for assistants; a worker's working directory."""
MAX_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Luggage:
    """The files as an archive, and the jobs and variables with marks in place of paths; None: not to be set."""

    archive: bytes
    jobs: dict[int, JobSpec]
    environ: dict[str, str | None]


def packed(jobs: Mapping[int, JobSpec], environ: Mapping[str, str]) -> Luggage:
    """The luggage of `jobs`; ConfigError if it is more than one would want to send about."""
    packer = _Packer()
    for spec in jobs.values():
        packer.code(spec.config.agent_type)
    marked = {number: replace(spec, config=packer.config(spec.config)) for number, spec in jobs.items()}
    folders = [part for part in map(str.strip, environ.get(SCENARIOS_DIR, "").split(",")) if part]
    data = environ.get(noise_data.VARIABLE, "").strip() or (
        str(noise_data.DOCUMENTED) if noise_data.DOCUMENTED.exists() else ""
    )
    variables = {
        SCENARIOS_DIR: ",".join(packer.folder(to_path(part)) for part in folders) or None,
        noise_data.VARIABLE: packer.file(to_path(data)) if data else None,
    }
    return Luggage(zipped(packer.files), marked, variables)


def unpacked(luggage: Luggage, root: Path) -> Luggage:
    """`luggage` with paths below `root`, where the archive was unpacked, in place of marks."""

    def found(text: str) -> str:
        return ",".join(
            str(root / part.removeprefix(MARK)) if part.startswith(MARK) else part for part in text.split(",")
        )

    def restored(config: MultiScenarioRunnerConfig) -> MultiScenarioRunnerConfig:
        paths = {
            "scenarios": tuple(map(found, config.scenarios)),
            "prompts_dir": config.prompts_dir and found(config.prompts_dir),
            "replay": config.replay and found(config.replay),
        }
        return config.model_copy(update=paths)

    jobs = {number: replace(spec, config=restored(spec.config)) for number, spec in luggage.jobs.items()}
    environ = {name: value and found(value) for name, value in luggage.environ.items()}
    return Luggage(b"", jobs, environ)


@dataclass(slots=True)
class _Packer:
    """Collects files by their name in the archive; each place is taken along once."""

    files: dict[str, str] = field(default_factory=dict)
    _places: dict[Path, str] = field(default_factory=dict)
    _bytes: int = 0

    def config(self, config: MultiScenarioRunnerConfig) -> MultiScenarioRunnerConfig:
        """`config` with marks in place of paths."""
        paths = {
            "scenarios": tuple(map(self._scenario, config.scenarios)),
            "prompts_dir": config.prompts_dir and self.folder(Path(config.prompts_dir)),
            "replay": config.replay and self._recording(Path(config.replay)),
        }
        return config.model_copy(update=paths)

    def folder(self, path: Path) -> str:
        """The mark of a folder, which is taken along with all that is in it."""
        return self._add(path, files_below(str(path.resolve())))

    def file(self, path: Path) -> str:
        """The mark of a file, taken along without what is beside it."""
        place = self._add(path, {path.name: str(path)} if path.is_file() else {})
        return f"{place}/{path.name}"

    def code(self, agent_type: str) -> None:
        """Take an assistant `module:Class` along, unless it is installed: its package, and the files beside it."""
        top = agent_type.partition(":")[0].partition(".")[0]
        if ":" not in agent_type or top == PACKAGE:
            return
        module = sys.modules.get(top)
        spec = getattr(module, "__spec__", None) or importlib.util.find_spec(top)
        if spec is None or spec.origin is None or _is_installed(Path(spec.origin)):
            return
        origin = Path(spec.origin).resolve()
        folder = origin.parent if spec.submodule_search_locations is None else origin.parent.parent
        beside = {path.name: str(path) for path in folder.glob(f"*{PYTHON_ENDING}")}
        inside = {} if spec.submodule_search_locations is None else files_below(str(origin.parent), f"{top}/")
        self._take(folder, {f"{CODE}/{name}": path for name, path in (beside | inside).items()})

    def _scenario(self, name: str) -> str:
        if not (looks_like_path(name) or os.path.exists(name)):
            return name
        path = to_path(name)
        if path.is_dir():
            return self.folder(path)
        if path.suffix == PYTHON_ENDING:  # it may import what lies beside it
            return f"{self.folder(path.parent)}/{path.name}"
        return self.file(path)

    def _recording(self, path: Path) -> str:
        files = [*recorded_files(path), path / JOURNAL, path / MANIFEST]
        return self._add(path, {str(file.relative_to(path)): str(file) for file in files if file.is_file()})

    def _add(self, path: Path, files: Mapping[str, str]) -> str:
        place = path.resolve()
        if place not in self._places:
            # The folder keeps its name: modules of scenarios are called after it.
            self._places[place] = f"{len(self._places)}/{place.name}"
            self._take(path, {f"{self._places[place]}/{name}": file for name, file in files.items()})
        return MARK + self._places[place]

    def _take(self, path: Path, files: Mapping[str, str]) -> None:
        self._bytes += sum(os.path.getsize(file) for name, file in files.items() if name not in self.files)
        if self._bytes > MAX_BYTES:
            raise ConfigError(
                f"executor=ray sends {path} to the nodes: with it there are more than {MAX_BYTES // 2**20} MiB",
                hint="keep what runs need in a folder of its own",
            )
        self.files.update(files)


def _is_installed(path: Path) -> bool:
    places = [*site.getsitepackages(), site.getusersitepackages(), sysconfig.get_paths()["stdlib"]]
    return any(path.resolve().is_relative_to(Path(place).resolve()) for place in places)
