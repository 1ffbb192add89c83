"""Settings that change nothing beside the others: one line for each, said before the runs are made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from omegaconf import DictConfig, OmegaConf

from pare_runner.cli.nodes import VIEWS
from pare_runner.noise.config import ToolAugmentationConfig

_TOOLS = "tool_augmentation_config"
_EXPORT = {name for key, field in VIEWS["export"].items() if key != "write" for name in (f"export.{key}", field)}


def unused(composed: DictConfig, typed: Collection[str]) -> list[str]:
    """What a valid composition sets in vain; `typed` are the keys of its command line."""
    return [*_of_tools(composed), *_of_others(composed, typed)]


def unused_by_all(jobs: Iterable[tuple[DictConfig, Collection[str]]]) -> list[str]:
    """What is in vain in all jobs of a sweep: what one of them uses was set for that one."""
    found = [unused(composed, typed) for composed, typed in jobs]
    return [text for text in found[0] if all(text in other for other in found[1:])] if found else []


def _of_tools(composed: DictConfig) -> list[str]:
    tools = OmegaConf.to_container(composed.get(_TOOLS) or OmegaConf.create(), resolve=True)
    assert isinstance(tools, Mapping)
    plain = asdict(ToolAugmentationConfig())
    set_ = {key: tools[key] for key in ("pattern", "outage_seconds") if tools.get(key, plain[key]) != plain[key]}
    if not tools.get("tool_failure_probability"):
        return [_said(f"{_TOOLS}.{key}", value, "no call fails, noise=tfp_* makes some") for key, value in set_.items()]
    if "outage_seconds" in set_ and "pattern" not in set_:
        return [_said(f"{_TOOLS}.outage_seconds", set_["outage_seconds"], f"it is one of {_TOOLS}.pattern=outage")]
    if composed.get("oracle") is True:
        value = tools["tool_failure_probability"]
        return [_said(f"{_TOOLS}.tool_failure_probability", value, "no call of an oracle run fails")]
    return []


def _of_others(composed: DictConfig, typed: Collection[str]) -> list[str]:
    found = []
    if composed.get("ray_address") and composed.executor_type != "ray":
        found.append(_said("ray_address", composed.ray_address, "it is one of executor=ray"))
    if not composed.export.write:
        keys = sorted(_EXPORT & set(typed))
        found += [_said(key, OmegaConf.select(composed, key), "no traces are written") for key in keys]
    return found


def _said(key: str, value: Any, why: str) -> str:
    return f"{key}={value} has no effect: {why}"
