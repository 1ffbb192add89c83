"""The parts of a tool's docstring that agents get to read."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_HEADING = re.compile(r"(Args|Returns|Raises):\s*$")
_ARGUMENT = re.compile(r"(\w+):\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Docstring:
    """Description, description of each argument, description of the result."""

    description: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    returns: str = ""


def parse_docstring(text: str) -> Docstring:
    """Read a docstring with `Args:` and `Returns:` sections (Google style)."""
    sections: dict[str, list[str]] = {"": [], "Args": [], "Returns": [], "Raises": []}
    current = ""
    for line in inspect.cleandoc(text).splitlines():
        heading = _HEADING.match(line)
        if heading:
            current = heading.group(1)
        else:
            sections[current].append(line)
    arguments: dict[str, str] = {}
    name = ""
    for line in sections["Args"]:
        indented = len(line) - len(line.lstrip())
        match = _ARGUMENT.match(line.strip())
        if match and indented <= 4:
            name = match.group(1)
            arguments[name] = match.group(2)
        elif name and line.strip():
            arguments[name] += " " + line.strip()
    return Docstring(_join(sections[""]), arguments, _join(sections["Returns"]))


def _join(lines: list[str]) -> str:
    paragraphs = "\n".join(line.strip() for line in lines).strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
