"""What a single override may not say: told before anything is composed, where Hydra would compose something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.types import Override

from pare_runner.batch.config import SuiteConfig
from pare_runner.cli.explain import parse
from pare_runner.cli.live import is_live
from pare_runner.cli.nodes import node_keys
from pare_runner.cli.sweep import refuse_unlisted
from pare_runner.errors import ConfigError
from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig

LIST_GROUPS = ("noise",)
"""Groups of which several options can be chosen at once."""
NEEDED_GROUPS = ("model", "time", "limits", "suite", "protocol", "export", "executor")
"""Groups of which an option must be chosen: without one a composition would fall back on the defaults of classes."""
_NESTED = {
    "suite": tuple(SuiteConfig.model_fields),
    "tool_augmentation_config": tuple(field.name for field in fields(ToolAugmentationConfig)),
    "env_events_config": tuple(field.name for field in fields(EnvEventsConfig)),
}


def read_overrides(texts: Sequence[str], loader: ConfigLoader) -> list[Override]:
    """The overrides in `texts`; ConfigError for the first that cannot be read or means nothing."""
    found = []
    for text in texts:
        override = parse(text, loader)
        refuse_unlisted([override])
        options = loader.get_group_options(override.key_or_group)
        if override.is_delete():
            _check_deletion(override, options)
        elif options:
            _check_one_option(override)
        found.append(override)
    return found


def _check_one_option(override: Override) -> None:
    """Hydra would merge the options of a list into one; only noise adds up."""
    group = override.key_or_group
    if group in LIST_GROUPS:
        return
    values = override.sweep_string_iterator() if override.is_sweep_override() else [override.value()]
    if any(isinstance(value, list) or str(value).startswith("[") for value in values):
        raise ConfigError(f"{override.input_line}: {group} takes one option")


def _check_deletion(override: Override, options: Sequence[str]) -> None:
    """What is deleted would have the value of a class, which is not that of compositions."""
    key, line = override.key_or_group, override.input_line
    if options:
        if key in NEEDED_GROUPS:
            group = override.get_key_element().lstrip("~")
            raise ConfigError(f"{line}: this choice cannot be left out", hint=f"choose an option: {group}=")
    elif _is_key(key):
        hint = f"unnamed it has the value of the chosen options; empty, where its help says what that means: {key}="
        raise ConfigError(f"{line}: this key cannot be left out", hint=hint)


def _is_key(key: str) -> bool:
    """Whether every composition has `key`; members of mappings that hold any keys are nobody's."""
    part, _, member = key.partition(".")
    return is_live(key) or key in node_keys() or member in _NESTED.get(part, ())
