"""Turns what Hydra and OmegaConf say about a bad configuration into one message a user can act on.

Nothing here runs on the good path. When a composition failed, its overrides are examined one by one for the usual
mistakes (grammar, unknown option, unknown key); only if none is found is the library's own text passed on, shortened.
"""

from __future__ import annotations

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
from yaml import MarkedYAMLError

from pare_runner.cli.live import DERIVED, DORMANT
from pare_runner.cli.nodes import ENGINES, node_keys
from pare_runner.errors import ConfigError, InputError, did_you_mean, nearest
from pare_runner.llm.keyless import is_key, masked

GLOBAL = ("sweep", "noise", "protocol", "executor")
"""Groups whose files set keys of the whole configuration; a file without that line would set its own node."""
_CLOSE = 0.75
"""How alike a key of the same depth must be to come before keys that are more alike elsewhere."""
_NOISE = ("See https://", "To append to your", "full_key:", "object_type=", "reference_type=")


@dataclass(frozen=True, slots=True)
class Context:
    """What a composition was made from."""

    loader: ConfigLoader
    config_name: str | None
    overrides: Sequence[str]


def composition_error(error: Exception, context: Context) -> InputError:
    """The error to show for a composition that failed with `error`."""
    own: BaseException | None = error
    while own is not None:  # one of ours, also inside of what OmegaConf makes of an error of a resolver
        if isinstance(own, InputError):
            return own
        if isinstance(own, MarkedYAMLError) and own.problem_mark is not None:
            mark = own.problem_mark
            where = f"{mark.name}:{mark.line + 1}:{mark.column + 1}"
            return ConfigError(own.problem or "this is not YAML", where=where)
        own = own.__cause__ or own.__context__
    return _from_overrides(context) or ConfigError(_shortened(error))


def sweep_without_flag(override: Override, context: Context) -> ConfigError:
    """Several values were given for one key, and no sweep was asked for."""
    key, _, values = (override.input_line or "").partition("=")
    text = f"{key}={masked(values)} gives several values for one key"
    if OmegaConf.is_list(OmegaConf.select(_base(context), override.key_or_group, default=None)):
        return ConfigError(text, hint=f"write '{key}=[{masked(values)}]' for a list, or add -m to run one job for each")
    return ConfigError(text, hint="add -m to run one job for each")


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
        raise ConfigError(f"cannot read the override {masked(text)!r}{masked(why)}", hint=hint) from error


def refuse_keys(overrides: Iterable[str]) -> None:
    """ConfigError if a command line holds a key: it would get into manifests, folder names and logs."""
    for text in overrides:
        if is_key(text):
            name = text.partition("=")[0]
            what = "an argument" if is_key(name) or name == text else f"the value of {name}"
            hint = "name the environment variable that holds it: model.api_key_env=NAME, in a header $NAME"
            raise ConfigError(f"{what} looks like a key, which would be written to files", hint=hint)


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
    settings, chosen = list[Override](), list[str]()
    for override in overrides:
        options = context.loader.get_group_options(override.key_or_group)
        if not options:
            settings.append(override)
        elif (problem := _bad_option(override, options)) is not None:
            return problem
        elif not override.is_sweep_override():
            chosen.append(override.input_line or "")
    return _bad_key(settings, chosen, context)


def _not_an_override(text: str, loader: ConfigLoader) -> ConfigError:
    choices = [f"{group}={option}" for group in _groups(loader) for option in loader.get_group_options(group)]
    by_option = {choice.partition("=")[2]: choice for choice in choices}
    match = nearest(text, by_option)
    hint = f"did you mean {by_option[match]}?" if match else "write GROUP=OPTION or KEY=VALUE"
    return ConfigError(f"{masked(text)!r} sets nothing", hint=hint)


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
        text = f"{group} has no option {masked(shown)!r}"
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


def _bad_key(settings: Sequence[Override], chosen: Sequence[str], context: Context) -> ConfigError | None:
    """What is wrong with a key of `settings`, in the configuration that has the `chosen` options."""
    try:
        base = _base(context, chosen)
    except (HydraException, OmegaConfBaseException, ValueError, OSError):
        return None  # the configuration files themselves are at fault
    for override in settings:
        key = override.key_or_group
        if not override.is_add() and not override.is_force_add() and not _exists(base, key):
            return _missing_key(key, base) or unknown_key(
                key, [*known_keys(base), *node_keys(), *_groups(context.loader)]
            )
    return None


def _missing_key(key: str, base: DictConfig) -> ConfigError | None:
    """`key` could be set, but not in `base`, or not like this; None if it is simply unknown."""
    node, _, inside = key.partition(".")
    part, _, member = inside.partition(".")
    if node == "env_events_config" and inside and base.get(node) is None:
        return ConfigError(f"{key} exists only beside noise=env_... or noise=mixed", hint="choose one of them as well")
    if node in ENGINES and not base.get(node):
        return ConfigError(f"{key}: there is no {node}", hint=f"choose its model first: model@{node}=")
    if node not in ("model", *ENGINES) or not member:
        return None
    if part in ("extra_body", "extra_headers"):
        return ConfigError(f"{key} is not there yet", hint=f"a new member needs a +: +{key}=...")
    if part == "prices" and key in node_keys():
        parts = "{input: 1.0, output: 2.0, source: where, date: YYYY-MM-DD}"
        return ConfigError(f"{key}: this model has no prices yet", hint=f"give all: '{node}.prices={parts}'")
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
    if key in GLOBAL:
        line = "# @package _global_"
        return ConfigError(f"unknown key {key!r}", hint=f"the first line of a file of the group {key} must be {line}")
    names = [name for name in known if key.startswith("hydra") or not name.startswith("hydra.")]
    short = dict[str, str]()
    for name in sorted(names, key=lambda name: ("." in name, not name.startswith("model."))):
        short.setdefault(name.rpartition(".")[2], name)
    beside = [name for name in names if name.count(".") == key.count(".")]
    match = short.get(key) or nearest(key, beside, cutoff=_CLOSE) or (nearest(key, names) if "." in key else None)
    match = match or short.get(nearest(key, short) or "")
    hint = f"did you mean {match!r}?" if match else "--help lists the keys"
    return ConfigError(f"unknown key {masked(key)!r}", hint=hint)


def _base(context: Context, chosen: Sequence[str] = ()) -> DictConfig:
    """The configuration without the settings of the command line, with the `chosen` options."""
    return context.loader.load_configuration(
        config_name=context.config_name, overrides=list(chosen), run_mode=RunMode.RUN, from_shell=False
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


def _shortened(error: Exception) -> str:
    """The library's own text without its list of search paths and advice that does not apply here."""
    texts = [str(item) for item in (error, error.__cause__) if item is not None and str(item)]
    lines = []
    for text in texts:
        for line in text.partition("Config search path:")[0].splitlines():
            said = line.strip()
            if said and not said.startswith(_NOISE) and said not in lines:
                lines.append(said)
    return "cannot compose the configuration: " + (masked("\n  ".join(lines)) or type(error).__name__)
