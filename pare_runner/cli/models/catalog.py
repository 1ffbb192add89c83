"""The options of the group `model`, each as a validated model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import ValidationError

from pare_runner.cli.compose import Composer
from pare_runner.cli.conf_dirs import conf_dirs
from pare_runner.cli.flags import CommandLine
from pare_runner.cli.help import group_options
from pare_runner.cli.nodes import BASE_URL, ENDPOINT, engine_fields
from pare_runner.errors import ConfigError, did_you_mean
from pare_runner.llm.config import LLMEngineConfig

NO_MODELS = ("none", "same")
"""Options of the group that say who plays a role without being a model."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One option: its name, what its file says about it, and the model it stands for."""

    name: str
    description: str
    engine: LLMEngineConfig


def load_models(config_dir: Path | None, names: Sequence[str] = ()) -> list[Entry]:
    """The models called `names` (default: all), from our configuration and from `config_dir`, which wins.

    ConfigError for an unknown name and for a file that is no model.
    """
    line = CommandLine({} if config_dir is None else {"--config-dir": str(config_dir)})
    described = {name: text for name, text in group_options(conf_dirs(line))["model"].items() if name not in NO_MODELS}
    for name in names:
        if name not in described:
            raise ConfigError(f"there is no model {name!r}", hint=did_you_mean(name, described, limit=0) or SEE_LIST)
    loader = Composer.for_line(line).loader
    wanted = list(names or described)
    try:
        composed = _compose(loader, wanted)
    except (HydraException, OmegaConfBaseException, ValueError):
        composed = [_alone(loader, name) for name in wanted]
    return [
        Entry(name, described[name], as_engine(name, values)) for name, values in zip(wanted, composed, strict=True)
    ]


SEE_LIST = "`pare models list` shows them"


def as_engine(name: str, values: Mapping[str, Any]) -> LLMEngineConfig:
    """A composed model, validated; ConfigError that names the keys that are wrong."""
    try:
        return LLMEngineConfig.model_validate(engine_fields(values))
    except ValidationError as error:
        findings = [
            f"{'.'.join(BASE_URL if part == ENDPOINT else str(part) for part in detail['loc'])}: {detail['msg']}"
            for detail in error.errors(include_url=False, include_input=False)
        ]
        raise ConfigError(f"model {name}: {'; '.join(findings)}") from error


def _compose(loader: ConfigLoader, names: Sequence[str]) -> list[dict[str, Any]]:
    """All models in one composition, which is much quicker than one for each."""
    composed = loader.load_configuration(
        config_name=None,
        overrides=[f"+model@models.m{number}={name}" for number, name in enumerate(names)],
        run_mode=RunMode.RUN,
        from_shell=False,
    )
    values = OmegaConf.to_container(composed.models, resolve=True, throw_on_missing=True)
    assert isinstance(values, dict)
    return list(values.values())


def _alone(loader: ConfigLoader, name: str) -> dict[str, Any]:
    try:
        return _compose(loader, [name])[0]
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise ConfigError(f"model {name} cannot be composed: {str(error).splitlines()[0]}") from error
