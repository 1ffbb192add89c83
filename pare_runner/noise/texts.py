"""Other names and other descriptions of tools, as agents see them; everything else keeps speaking of the real ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pare_runner.apps.core.app import App
from pare_runner.apps.core.tools import ToolKind
from pare_runner.apps.registry import app_classes
from pare_runner.errors import InputError, did_you_mean
from pare_runner.noise.scope import is_spared
from pare_runner.noise.settings import NoiseSettings

HERE = "augmentation data"
Key = tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class ToolTexts:
    """`<App class>__<tool>` → its other name, its other description; a tool that is not listed keeps its own.

    An app whose class is not listed is looked up by the classes it derives from.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)

    def name(self, app: App, tool: str) -> str | None:
        """The other name of a tool, without its app; None if it keeps its own."""
        return _found(self.names, app, tool)

    def description(self, app: App, tool: str) -> str | None:
        """What a tool does and gives back, in other words; None if it keeps its own."""
        return _found(self.descriptions, app, tool)

    @property
    def key(self) -> Key:
        """Equal for equal texts."""
        return tuple(self.names.items()), tuple(self.descriptions.items())


NO_TEXTS = ToolTexts()


def tool_texts(noise: NoiseSettings) -> ToolTexts:
    """The texts that `noise` puts in place of the tools' own.

    A name in the data may be written with its app class in front. Keys of classes that are not known are passed over:
    a file may serve other apps too. Raises InputError if a treatment is asked for and the data has no text for it,
    for a tool that a known class does not have, and for two tools of a class with one name.
    """
    tools, data = noise.tools, noise.data
    if tools is None:
        return NO_TEXTS
    names: dict[str, str] = {}
    if tools.apply_tool_name_augmentation:
        _check(data.tool_names_mapping, "tool_names_mapping", "renamed", "apply_tool_name_augmentation")
        classes = ((tool, tool.partition("__")[0]) for tool in data.tool_names_mapping)
        names = {tool: data.tool_names_mapping[tool].removeprefix(f"{cls}__") for tool, cls in classes}
        _check_unique(names)
    descriptions: Mapping[str, str] = {}
    if tools.apply_tool_description_augmentation:
        wanted = "apply_tool_description_augmentation"
        _check(data.tool_descriptions_mapping, "tool_descriptions_mapping", "described in other words", wanted)
        descriptions = data.tool_descriptions_mapping
    return ToolTexts(names, descriptions)


def _check(mapping: Mapping[str, str], key: str, what: str, option: str) -> None:
    classes, known = app_classes(), 0
    for tool in mapping:
        app, _, name = tool.partition("__")
        if app in classes:
            tools = classes[app].tools(ToolKind.AGENT)
            if name not in tools:
                raise InputError(f"{key}: {app} has no tool {name!r}", where=HERE, hint=did_you_mean(name, tools))
            known += 1
    if not known:
        message = f"tools are to be {what}, but {key} has no text for any tool of the apps"
        raise InputError(message, where=HERE, hint=f"set {option}=false, or use data that has it")


def _check_unique(names: Mapping[str, str]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for tool, name in names.items():
        other = seen.setdefault((tool.partition("__")[0], name), tool)
        if other != tool:
            raise InputError(f"tool_names_mapping: {other} and {tool} are both called {name!r}", where=HERE)


def _found(texts: Mapping[str, str], app: App, tool: str) -> str | None:
    if not texts or is_spared(app):
        return None
    keys = (f"{cls.__name__}__{tool}" for cls in type(app).__mro__)
    return next((texts[key] for key in keys if key in texts), None)
