"""Turns what Hydra, OmegaConf and pydantic say about a bad configuration into one message a user can act on.

Nothing here runs on the good path. When a composition failed, its overrides are examined one by one for the usual
mistakes (grammar, unknown option, unknown key); only if none is found is the library's own text passed on, shortened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hydra.core.config_loader import ConfigLoader
from hydra.core.object_type import ObjectType
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.cli.live import DERIVED, DORMANT, is_live
from pare_runner.cli.nodes import ENGINES, composed_key, node_keys
from pare_runner.errors import ConfigError, InputError, did_you_mean, nearest

_SHOWN = 60
_UNSHOWN = ("api_key_env", "extra_headers", "extra_body")
"""Keys whose wrong values may be keys of a service: they are never repeated."""
_ELSEWHERE = re.compile(r"\$\{(\w+(?:\.\w+)*)\}")
_NOISE = ("See https://", "To append to your", "full_key:", "object_type=", "reference_type=")


@dataclass(frozen=True, slots=True)
class Context:
    """What a composition was made from."""

    loader: ConfigLoader
    config_name: str | None
    overrides: Sequence[str]


def composition_error(error: Exception, context: Context) -> InputError:
    """The error to show for a composition that failed with `error`."""
    if isinstance(error, InputError):
        return error
    return _from_overrides(context) or ConfigError(_shortened(error))


def sweep_without_flag(override: Override, context: Context) -> ConfigError:
    """Several values were given for one key, and no sweep was asked for."""
    key, _, values = (override.input_line or "").partition("=")
    text = f"{key}={values} gives several values for one key"
    if OmegaConf.is_list(OmegaConf.select(_base(context), override.key_or_group, default=None)):
        return ConfigError(text, hint=f"write '{key}=[{values}]' for a list, or add -m to run one job for each")
    return ConfigError(text, hint="add -m to run one job for each")


def validation_error(error: ValidationError, composed: DictConfig) -> ConfigError:
    """All of pydantic's findings, one line each.

    The values shown are those of `composed` before interpolation, so that nothing an interpolation would fetch from the
    environment can get into a message.
    """
    raw = OmegaConf.to_container(composed, resolve=False)
    findings = (_finding(detail, raw) for detail in error.errors(include_url=False))
    return ConfigError("\n".join(dict.fromkeys(findings)))  # observe and execute may follow one and the same key


def parse(text: str, loader: ConfigLoader) -> Override:
    """One override of the command line; raises ConfigError with what is wrong with it."""
    if "=" not in text and not text.startswith("~"):
        raise _not_an_override(text, loader)
    try:
        return OverridesParser.create(config_loader=loader).parse_overrides([text])[0]
    except HydraException as error:
        reason = str(error).splitlines()[0].removeprefix("LexerNoViableAltException: ")
        why = "" if text in reason else f": {reason}"
        hint = """a text with special characters: KEY='"text"'"""
        raise ConfigError(f"cannot read the override {text!r}{why}", hint=hint) from error


def known_keys(composed: DictConfig) -> list[str]:
    """Dotted names of all values in a composed configuration."""
    return list(_dotted(OmegaConf.to_container(composed, resolve=False), ""))


def _from_overrides(context: Context) -> ConfigError | None:
    overrides = []
    for text in context.overrides:
        try:
            overrides.append(parse(text, context.loader))
        except ConfigError as unreadable:
            return unreadable
    settings = []
    for override in overrides:
        options = context.loader.get_group_options(override.key_or_group)
        if not options:
            settings.append(override)
        elif (problem := _bad_option(override, options)) is not None:
            return problem
    return _bad_key(settings, context)


def _not_an_override(text: str, loader: ConfigLoader) -> ConfigError:
    choices = [f"{group}={option}" for group in _groups(loader) for option in loader.get_group_options(group)]
    by_option = {choice.partition("=")[2]: choice for choice in choices}
    match = nearest(text, by_option)
    hint = f"did you mean {by_option[match]}?" if match else "write GROUP=OPTION or KEY=VALUE"
    return ConfigError(f"{text!r} sets nothing", hint=hint)


def _bad_option(override: Override, options: list[str]) -> ConfigError | None:
    group = override.get_key_element().lstrip("+~")
    if override.key_or_group == "model" and override.package is not None and override.package not in ENGINES:
        return ConfigError(f"{group}: there is no such role", hint=did_you_mean(override.package, ENGINES))
    if override.is_delete():
        return None
    for value in _option_values(override):
        if isinstance(value, str) and value in options:
            continue
        shown = str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)
        text = f"{group} has no option {shown!r}"
        if shown in options:
            text = f"{group}={shown}: a name that reads as a number cannot be chosen, rename the file"
        return ConfigError(text, hint=did_you_mean(shown, options))
    return None


def _option_values(override: Override) -> list[object]:
    if override.is_sweep_override():
        return [
            OverridesParser.create().parse_override(f"x={text}").value() for text in override.sweep_string_iterator()
        ]
    value = override.value()
    return list(value) if isinstance(value, list) else [value]


def _bad_key(settings: Sequence[Override], context: Context) -> ConfigError | None:
    try:
        base = _base(context)
    except (HydraException, OmegaConfBaseException, ValueError, OSError):
        return None  # the configuration files themselves are at fault
    for override in settings:
        key = override.key_or_group
        if not _exists(base, key):
            return unknown_key(key, [*known_keys(base), *_groups(context.loader)])
    return None


def dormant_key(key: str) -> ConfigError:
    """`key` is documented, but nothing reads it yet."""
    return ConfigError(f"{key} has no effect yet, so it cannot be set")


def derived_key(key: str) -> ConfigError:
    """`key` follows from others."""
    return ConfigError(f"{key} cannot be set itself", hint=DERIVED[key.partition(".")[0]])


def unknown_key(key: str, known: Iterable[str]) -> ConfigError:
    """Nobody knows `key`."""
    if key.partition(".")[0] in DORMANT:
        return dormant_key(key)
    if key.partition(".")[0] in DERIVED:
        return derived_key(key)
    names = [name for name in known if key.startswith("hydra") or not name.startswith("hydra.")]
    short = {name.rpartition(".")[2]: name for name in names}
    match = nearest(key, names) or short.get(nearest(key, short) or "")
    hint = f"did you mean {match!r}?" if match else "--help lists the keys"
    return ConfigError(f"unknown key {key!r}", hint=hint)


def _base(context: Context) -> DictConfig:
    """The configuration without the settings of the command line."""
    return context.loader.load_configuration(
        config_name=context.config_name, overrides=[], run_mode=RunMode.RUN, from_shell=False
    )


def _exists(composed: DictConfig, key: str) -> bool:
    parent, _, last = key.rpartition(".")
    try:
        node = OmegaConf.select(composed, parent) if parent else composed
    except OmegaConfBaseException:
        return False
    return isinstance(node, DictConfig) and last in node.keys()  # noqa: SIM118 - `in` is false for interpolations


def _groups(loader: ConfigLoader) -> list[str]:
    return [
        group
        for group in loader.list_groups("")
        if group != "hydra" and loader.get_group_options(group, ObjectType.CONFIG)
    ]


def _dotted(value: object, prefix: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            name = f"{prefix}.{key}" if prefix else str(key)
            yield name
            yield from _dotted(item, name)


def _finding(detail: ErrorDetails, raw: object) -> str:
    """One finding of pydantic in our words."""
    place = composed_key(tuple(part for part in detail["loc"] if not str(part).startswith("function-")))
    place, value = _origin(raw, place)
    key = ".".join(map(str, place))
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        live = [name for name in MultiScenarioRunnerConfig.model_fields if is_live(name)]
        nested = [f"suite.{name}" for name in MultiScenarioRunnerConfig().suite.model_dump()]
        return str(unknown_key(key, [*live, *nested, *node_keys()]))
    if kind == "value_error":
        return f"{key}: {context['error']}" if key else str(context["error"])
    got = "a value that is not shown" if set(place) & set(_UNSHOWN) else f"{value!r:.{_SHOWN}}"
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", str(context["expected"]))
        match = nearest(value, options)
        hint = f" (did you mean {match!r}?)" if match else ""
        return f"{key}: must be one of {', '.join(options)}, got {got}{hint}"
    if kind == "string_type" and isinstance(value, int | float):
        return f"{key}: must be a text, got the number {got} (as a text: '\"{value}\"')"
    message = detail["msg"].replace("Input should", "must").replace("String should", "must")
    message = message.replace("must be a valid integer", "must be a whole number").replace("a valid", "a")
    return f"{key}: {message}, got {got}"


def _origin(raw: object, place: Sequence[int | str]) -> tuple[list[int | str], object]:
    """Where the value at `place` was set, following whole-value interpolations, and that value as it stands there."""
    value, at = raw, list[int | str]()
    for part in place:
        inside = (isinstance(value, dict) and part in value) or (isinstance(value, list) and part in range(len(value)))
        at.append(part)
        if inside:
            value = value[part]  # type: ignore[index]
            elsewhere = _ELSEWHERE.fullmatch(value) if isinstance(value, str) else None
            if elsewhere is not None and elsewhere[1] != ".".join(map(str, at)):
                at, value = _origin(raw, elsewhere[1].split("."))
    return at, value


def _shortened(error: Exception) -> str:
    """The library's own text without its list of search paths and advice that does not apply here."""
    texts = [str(item) for item in (error, error.__cause__) if item is not None and str(item)]
    lines = []
    for text in texts:
        for line in text.partition("Config search path:")[0].splitlines():
            said = line.strip()
            if said and not said.startswith(_NOISE) and said not in lines:
                lines.append(said)
    return "cannot compose the configuration: " + ("\n  ".join(lines) or type(error).__name__)
