"""What the jobs of an experiment were made of: scenarios, prompts, code of one's own, augmentation data."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from pare_runner.agents.prompts import ENDING
from pare_runner.apps.registry import ALL_APPS, app_classes
from pare_runner.batch.agents import online_engines, scenario_reads_data
from pare_runner.batch.archive.layout import CODE, PROMPTS, SCENARIOS
from pare_runner.batch.archive.modules import code_name, is_own, own_modules
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import digest
from pare_runner.errors import InputError
from pare_runner.library.assistants import GROUP as ASSISTANTS
from pare_runner.library.assistants import assistant
from pare_runner.library.modules import module_of, place_of
from pare_runner.library.noise_data import DOCUMENTED, data_file
from pare_runner.library.prompts import load_prompts
from pare_runner.llm.adapters import GROUP as ADAPTERS
from pare_runner.llm.secrets import environment
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.scenarios.yaml_scenario import YamlScenario
from pare_runner.traces.registry import GROUP as TRACE_WRITERS


@dataclass(slots=True)
class Sources:
    """Files of an archive by name. `installed` are modules that are not inside, since they belong to a distribution."""

    files: dict[str, bytes] = field(default_factory=dict)
    installed: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    """Scenario → the file that it is written in, where that is inside."""

    def add(self, config: MultiScenarioRunnerConfig, scenarios: Sequence[PAREScenario]) -> str | None:
        """Take in what a job needs, from the working directory, where its paths count from.

        Gives the folder of its prompts below `prompts/`, None without agents. InputError for a scenario that has no
        source, and if two jobs have different files of one name.
        """
        modules = [module for scenario in scenarios for module in self._scenario(scenario)]
        if not config.oracle:
            module = inspect.getmodule(assistant(config.agent_type))
            modules += [module] if module is not None else []
        self._modules(modules)
        self.installed |= set(_plugins(config))
        self._data(config, scenarios)
        return None if config.oracle else self._prompts(config)

    def _scenario(self, scenario: PAREScenario) -> Iterable[ModuleType]:
        """Take in a scenario's file; the modules that it needs."""
        if isinstance(scenario, YamlScenario):
            self.texts[scenario.scenario_id] = f"{SCENARIOS}/{scenario.scenario_id}.yaml"
            self._put(self.texts[scenario.scenario_id], scenario.source.encode())
            own = [cls for cls in app_classes().values() if cls not in ALL_APPS and cls.__name__ in scenario.source]
            return [sys.modules[cls.__module__] for cls in own]
        module = module_of(scenario.scenario_id) or inspect.getmodule(type(scenario))
        if module is None or getattr(module, "__file__", None) is None:
            raise InputError(
                f"scenario {scenario.scenario_id!r} has no source: only the script that made it knows it",
                hint="register it with @register_scenario in a file of its own",
            )
        if is_own(module):
            self.texts[scenario.scenario_id] = _name(module)
        return [module]

    def _modules(self, modules: Iterable[ModuleType]) -> None:
        modules = list(modules)
        self.installed |= {
            module.__name__
            for module in modules
            if not is_own(module) and not module.__name__.startswith("pare_runner.")
        }
        for module in own_modules(modules):
            self._put(_name(module), Path(str(module.__file__)).read_bytes())

    def _prompts(self, config: MultiScenarioRunnerConfig) -> str:
        """All templates, the shipped ones too: another version may have others."""
        prompts = load_prompts(None if config.prompts_dir is None else Path(config.prompts_dir))
        folder = digest(prompts.texts)[:12]
        for name, text in prompts.texts.items():
            self._put(f"{PROMPTS}/{folder}/{name}{ENDING}", text.encode())
        return folder

    def _data(self, config: MultiScenarioRunnerConfig, scenarios: Sequence[PAREScenario]) -> None:
        """Augmentation data of one's own, where it is looked for from the working directory of the archive."""
        path = data_file(environment())
        reads = config.noise_hash is not None or any(scenario_reads_data(config, item) for item in scenarios)
        if path is not None and reads:
            self._put(f"{CODE}/{DOCUMENTED.as_posix()}", path.read_bytes())

    def _put(self, name: str, content: bytes) -> None:
        if self.files.setdefault(name, content) != content:
            raise InputError(
                f"two jobs have different files for {name}", hint="export them one at a time: name a job's own folder"
            )


def _name(module: ModuleType) -> str:
    """What the file of a module is called in an archive."""
    place = place_of(module)
    return f"{CODE}/{code_name(module)}" if place is None else f"{SCENARIOS}/{place.as_posix()}"


def _plugins(config: MultiScenarioRunnerConfig) -> Iterator[str]:
    """Modules of what a job has by the name of an entry point: assistant, adapters, trace writer."""
    named = {
        ASSISTANTS: {config.agent_type},
        ADAPTERS: {engine.adapter for engine in online_engines(config).values()},
        TRACE_WRITERS: {config.trace_dump_format} if config.export else set(),
    }
    for group, names in named.items():
        yield from (point.module for point in entry_points(group=group) if point.name in names)
