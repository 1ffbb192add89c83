"""Turns what pydantic says about a composed configuration into one message a user can act on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from omegaconf import DictConfig, OmegaConf
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.cli.explain import unknown_key
from pare_runner.cli.live import is_live
from pare_runner.cli.nodes import composed_key, node_keys
from pare_runner.errors import ConfigError, nearest
from pare_runner.llm.keyless import masked

_SHOWN = 60
_UNSHOWN = ("api_key_env", "extra_headers", "extra_body")
"""Keys whose wrong values may be keys of a service: they are never repeated."""
_ELSEWHERE = re.compile(r"\$\{(\w+(?:\.\w+)*)\}")


def validation_error(error: ValidationError, composed: DictConfig) -> ConfigError:
    """All of pydantic's findings, one line each.

    The values shown are those of `composed` before interpolation, so that nothing an interpolation would fetch from the
    environment can get into a message.
    """
    raw = OmegaConf.to_container(composed, resolve=False)
    findings = (_finding(detail, raw) for detail in error.errors(include_url=False))
    return ConfigError("\n".join(dict.fromkeys(findings)))  # observe and execute may follow one and the same key


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
    got = "a value that is not shown" if set(place) & set(_UNSHOWN) else f"{masked(repr(value)):.{_SHOWN}}"
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", str(context["expected"]))
        match = nearest(value, options)
        hint = f" (did you mean {match!r}?)" if match else ""
        one_of = "one of " if len(options) > 1 else ""
        return f"{key}: must be {one_of}{', '.join(options)}, got {got}{hint}"
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
