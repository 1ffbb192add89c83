"""Reading the pages of `docs/`: their labelled blocks, and the tables they must agree with."""

from __future__ import annotations

import dataclasses
import re
import typing
from pathlib import Path

from pare_runner.apps.core.app import App, section_shape
from pare_runner.apps.core.shapes import Time, Union, shape_of
from pare_runner.scenarios.json_schema import default_handle
from pare_runner.scenarios.language import Duration

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    """The text of a page."""
    return (DOCS / name).read_text()


def blocks(text: str, label: str) -> list[str]:
    """The fenced blocks with this label (`yaml scenario`), in order."""
    return re.findall(rf"^```{label}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def key_table(cls: type, head: str = "key") -> str:
    """The table of the keys of a class of the language."""
    hints = typing.get_type_hints(cls, include_extras=True)
    rows = [f"| {head} | value | |", "|---|---|---|"]
    for item in dataclasses.fields(cls):
        name = item.metadata["alias"] or item.name
        doc = item.metadata["doc"].replace("|", "\\|")
        rows.append(f"| `{name}` | {_value(hints[item.name])} | {doc} |")
    return "\n".join(rows)


def section_table(classes: typing.Iterable[type[App]]) -> str:
    """The table of the keys of all app sections."""
    rows = ["| usual handle | `type:` | keys |", "|---|---|---|"]
    for cls in classes:
        shape = section_shape(cls)
        keys = ", ".join(f"`{key}`" for key in shape.written_keys()) if shape is not None else "none"
        rows.append(f"| `{default_handle(cls)}` | `{cls.__name__}` | {keys} |")
    return "\n".join(rows)


WORDS = {
    "str": "text",
    "bool": "true, false",
    "int": "number",
    "Any": "matcher",
    "dict[str, Any]": "mapping",
    "dict[str, dict[str, Any]]": "mapping",
    "dict[str, int]": "{min, max}",
    "dict[str, str]": "mapping",
    "list[str]": "list of text",
    "list[EventEntry]": "list of events",
    "list[HintEntry]": "list of hints",
    "list[CheckEntry]": "list of checks",
    "list[str | AllowEntry]": "list",
    "CheckEntry": "check",
    "MessageMatch": "mapping",
    "UserEntry": "mapping",
    "RulesEntry": "mapping",
    "list[RuleStepEntry]": "list of steps",
}


def _value(hint: typing.Any) -> str:
    """What may be written for a key, in words."""
    if isinstance(shape_of(hint), Time):
        return "time"
    options = typing.get_args(hint) if isinstance(shape_of(hint), Union) else (hint,)
    if set(typing.get_args(Duration)) <= set(options):
        return "duration"
    return " or ".join(_option(option) for option in options if option is not type(None))


def _option(hint: typing.Any) -> str:
    if typing.get_origin(hint) is typing.Literal:
        return " or ".join(f"`{value}`" for value in typing.get_args(hint))
    text = shape_of(hint).text
    return WORDS.get(text, text)
