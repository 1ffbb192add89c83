"""A configuration as a primary configuration file of its own, made after ours.

Two forms. What overrides say is written as they say it: options into the list of defaults, values below, so that other
options can still be chosen on the command line. Where that does not give the configuration back, every value is written
out; then options that are chosen later change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import experiment_key
from pare_runner.cli.compose import Composer
from pare_runner.cli.conf_dirs import PRIMARY, packaged_conf_dir
from pare_runner.cli.config.composition import composition_of, differences, shown_key
from pare_runner.cli.config.sources import compose
from pare_runner.cli.explain import parse
from pare_runner.cli.flags import CommandLine
from pare_runner.cli.live import MAX_TURNS_FIXED
from pare_runner.cli.next_steps import PLACES
from pare_runner.cli.nodes import VIEWS
from pare_runner.errors import ConfigError, InputError

_RUN = "python -m pare_runner --config-dir <this folder> --config-name {name}"
_AS_TYPED = "# Options of groups can still be chosen: model=eager\n"
_WRITTEN_OUT = "# Every value is written out: change values here or by KEY=VALUE; options of groups change nothing.\n"
_INHERITED = {field for keys in VIEWS.values() for field in keys.values()}
"""Fields that our configuration takes from `time`, `limits` and `export`."""


def saved_text(
    name: str, config: MultiScenarioRunnerConfig, overrides: Sequence[str] | None, folders: Sequence[Path] = ()
) -> str:
    """The text of `<name>.yaml` that composes to `config`, but for where results go.

    `overrides` are those that gave `config`, if they are known; `folders` those of options that it may use. ConfigError
    if no file gives the configuration back.
    """
    wanted = experiment_key(_unplaced(config))
    texts = [_as_typed(name, overrides)] if overrides is not None else []
    reason = ""
    for text in filter(None, (*texts, _written_out(name, config))):
        try:
            found = _composed(name, text, folders)
        except InputError as error:
            reason = str(error)
            continue
        if experiment_key(_unplaced(found)) == wanted:
            return text
        odd = ", ".join(map(shown_key, differences(_unplaced(config), _unplaced(found))))
        reason = f"a file gives other values of {odd}"
    raise ConfigError(f"this configuration cannot be written as a file that gives it back: {reason}")


def _as_typed(name: str, overrides: Sequence[str]) -> str | None:
    """Our primary configuration with `overrides` in it; None if one of them says what no file can."""
    values = _primary()
    loader = Composer.for_line(CommandLine()).loader
    for text in overrides:
        override = parse(text, loader)
        key = override.key_or_group
        if key in PLACES:
            continue
        if override.is_delete() or override.is_sweep_override():
            return None
        if loader.get_group_options(key):
            _choose(values["defaults"], override.get_key_element().lstrip("+"), override.value())
        else:
            _put(values, key.split("."), override.value())
            if key == "max_turns":
                values[MAX_TURNS_FIXED] = True
    return _text(name, values, _AS_TYPED)


def _written_out(name: str, config: MultiScenarioRunnerConfig) -> str:
    values = _primary()
    composition = composition_of(_unplaced(config))
    hydra = values.pop("hydra")
    kept = {key: value for key, value in values.items() if key in _INHERITED or key == "defaults"}
    return _text(
        name, {**kept, **{k: v for k, v in composition.items() if k not in kept}, "hydra": hydra}, _WRITTEN_OUT
    )


def _primary() -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((packaged_conf_dir() / f"{PRIMARY}.yaml").read_text(encoding="utf-8"))
    return values


def _choose(defaults: list[Any], key: str, option: Any) -> None:
    """Let `option` of the group `key` be chosen; a group that is no default is added before our own values."""
    for entry in defaults:
        if isinstance(entry, Mapping) and key in (name.removeprefix("override ") for name in entry):
            assert isinstance(entry, dict)
            entry[next(iter(entry))] = option
            return
    defaults.insert(defaults.index("_self_"), {key: option})


def _put(values: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    *above, last = keys
    for key in above:
        inner = values.setdefault(key, {})
        if not isinstance(inner, dict):
            inner = values[key] = {}
        values = inner
    values[last] = value


def _text(name: str, values: Mapping[str, Any], what: str) -> str:
    body = yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=110)
    return f"# An experiment, saved by `pare config save`. It runs by\n#   {_RUN.format(name=name)}\n{what}{body}"


def _composed(name: str, text: str, folders: Sequence[Path]) -> MultiScenarioRunnerConfig:
    """What the file composes to, from a folder that holds nothing but it."""
    with TemporaryDirectory(prefix="pare_config_") as folder:
        Path(folder, f"{name}.yaml").write_text(text, encoding="utf-8")
        for other in folders:
            for group in other.iterdir():
                if group.is_dir():
                    Path(folder, group.name).symlink_to(group.absolute(), target_is_directory=True)
        return compose((), folder, name)[1]


def _unplaced(config: MultiScenarioRunnerConfig) -> MultiScenarioRunnerConfig:
    return config.model_copy(update=dict.fromkeys(("output_dir", "resume", "only")))
