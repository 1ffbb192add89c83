"""The page on the apps is made from the classes; PARE_ACCEPT_DOCS=1 writes it anew."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from typing import Any

from pare_runner.apps.core.app import App, Screen, section_shape
from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.shapes import Choice, Enumerated, ListOf, MapOf, Model, Moment, Scalar, Shape, Time, Union
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import ToolKind, ToolSpec
from pare_runner.apps.registry import ALL_APPS
from pare_runner.scenarios.json_schema import default_handle
from tests.docs.pages import DOCS

INTRODUCTION = """\
# The apps

What each app takes and offers; made from the code, and compared with it by the tests. How it is used:
[authoring.md](authoring.md).

- **Section keys** stand beside `type:` in the file. `a`/`b`: two names of one key; **bold**: it must be given.
- **Tools** are called by `agent` events. `env` events may call these and the environment tools.
- **Screens** are written with the arguments that the `on:` of a `user` event gives; below them stand
  the taps it can name.

An argument with `=` may be left out. READ only looks, WRITE changes something.
"""
KEYED = {
    "discount_codes": "item id: code: per cent off, as in `{lamp: {SALE: 10}}`",
    "services": "name of a service: its settings",
    "users": "handle: name",
    "files": "path: content",
    "options": "name of an option: value",
}
"""What the keys of mappings are, and what the values."""
NAMES = {"str": "text", "int": "number", "float": "number", "bool": "true, false"}


def apps_page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *(part for cls in ALL_APPS for part in app_part(cls))])


def app_part(cls: type[App]) -> Iterable[str]:
    """The lines about one app."""
    yield f"## {default_handle(cls)}: `{cls.__name__}`\n\n{sentence(cls.__doc__)}\n"
    section = section_shape(cls)
    if section is not None:
        yield "### Section keys\n"
        yield from keys(section, "")
        yield ""
    env_only = cls.tools(ToolKind.ENV, ToolKind.DATA)
    agent = cls.tools(ToolKind.AGENT)
    yield from tools("### Environment tools", (spec for name, spec in env_only.items() if name not in agent))
    yield from tools("### Tools", agent.values())
    taps = cls.tools(ToolKind.USER)
    if not issubclass(cls, StatefulApp):
        yield from tools("### Taps", taps.values())
        return
    for screen in cls.screens:
        yield from tools(f"### Screen {screen.__name__}({shown(screen)})", screen.tools().values())


def shown(screen: type[Screen]) -> str:
    """What the screen shows: its constructor arguments."""
    parts = []
    for item in screen.constructor_arguments():
        has_default = item.default is not dataclasses.MISSING
        parts.append(f"{item.name}={to_json(item.default)!r}" if has_default else item.name)
    return ", ".join(parts)


def tools(title: str, specs: Iterable[ToolSpec]) -> Iterable[str]:
    """A heading and a line for each tool."""
    lines = [
        f"- `{spec.name}({arguments(spec)})` {spec.operation.name}: {sentence(spec.description)}" for spec in specs
    ]
    if lines:
        yield f"{title}\n"
        yield from lines
        yield ""


def arguments(spec: ToolSpec) -> str:
    """The arguments as in a call."""
    return ", ".join(
        item.name if item.required else f"{item.name}={to_json(item.default)!r}" for item in spec.arguments
    )


def keys(model: Model, indent: str) -> Iterable[str]:
    """A line for each key, and below it those of the objects it holds."""
    aliases = {item.name: item.metadata.get("alias") for item in dataclasses.fields(model.model)}
    for key in model.written_keys():
        name, shape, required = model.fields[key]
        both = [key, name] if aliases[name] not in (None, name) and not name.endswith("_") else [key]
        label = "/".join(f"`{text}`" for text in both)
        keyed = f" ({KEYED[key]})" if isinstance(shape, MapOf) and key in KEYED else ""
        yield f"{indent}- {f'**{label}**' if required else label}: {words(shape)}{keyed}"
        for inner in models(shape):
            yield from keys(inner, indent + "  ")


def words(shape: Shape) -> str:
    """What may be written for a shape."""
    if isinstance(shape, Union):
        return " or ".join(dict.fromkeys(words(option) for option in options(shape)))
    if isinstance(shape, Time | Moment):
        return "time"
    if isinstance(shape, Choice | Enumerated):
        return ", ".join(f"`{value}`" for value in shape.schema()["enum"])
    if isinstance(shape, ListOf):
        return f"list of {words(shape.item)}"
    if isinstance(shape, MapOf):
        return f"mapping to {words(shape.value)}"
    if isinstance(shape, Model):
        return "mapping"
    return NAMES.get(shape.text, "any") if isinstance(shape, Scalar) else "any"


def options(shape: Union) -> list[Shape]:
    """The options but None."""
    return [option for option in shape.options if not (isinstance(option, Scalar) and option.text == "None")]


def models(shape: Any) -> list[Model]:
    """The data models in a shape."""
    if isinstance(shape, Model):
        return [shape]
    if isinstance(shape, Union):
        return [found for option in shape.options for found in models(option)]
    inner = shape.item if isinstance(shape, ListOf) else shape.value if isinstance(shape, MapOf) else None
    return models(inner) if inner is not None else []


def sentence(text: str | None) -> str:
    """The first sentence of a description."""
    flat = " ".join((text or "").split())
    head, stop, _ = flat.partition(". ")
    return head + "." if stop else flat


def test_the_page_is_that_of_the_registry() -> None:
    path = DOCS / "apps.md"
    if os.environ.get("PARE_ACCEPT_DOCS") == "1":
        path.write_text(apps_page())
    assert path.read_text() == apps_page(), "docs/apps.md is out of date; see the docstring of this file"
