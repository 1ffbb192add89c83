"""YAML text in, plain data and positions out.

The language is YAML 1.2 with the core schema: on/off/yes/no, 10:30 and dates are strings, keys are strings as written
(`on:` is "on"), anchors and aliases work, merge keys and tags do not. A file holds one document, which is a mapping.
Whatever cannot be used ends in a ScenarioError whose problems are placed at `name:line:column`; no text, however
hostile, costs more than the limits below allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pare_runner.errors import Problem, ScenarioError, Severity
from pare_runner.scenarios.text.limits import MAX_BYTES
from pare_runner.scenarios.text.loading.builder import Unusable, build
from pare_runner.scenarios.text.loading.messages import Finding, finding_at
from pare_runner.scenarios.text.loading.outline import Outline

Path = Sequence[str | int]

# The parser counts these as line breaks, as YAML 1.1 did; editors and YAML 1.2 do not, so lines would be misnumbered
# and a text that looks like one line would be read as two.
_LINE_BREAKS_OF_1_1: Final = ("\x85", "\u2028", "\u2029")
_TAG_DIRECTIVE: Final = "\n%TAG"


class Document:
    """A file's data with the places of its parts.

    `data` is plain: dict with string keys, list, str, int, float, bool, None. `name` is what messages call the file.
    Without a text, as for data made in Python, a place is the name and the path.
    """

    __slots__ = ("_outline", "_text", "data", "name")

    def __init__(self, data: dict[str, Any], name: str, text: str | None = None) -> None:
        self.data = data
        self.name = name
        self._text = text
        self._outline: Outline | None = None

    def where(self, path: Path, *, key: bool = False) -> str:
        """`name:line:column` of the node at `path` (with `key`, of its key), else of its nearest ancestor."""
        if self._text is None:
            return ": ".join(filter(None, (self.name, dotted(path))))
        if self._outline is None:
            self._outline = Outline(self._text)
        line, column = self._outline.find(path, key=key)
        return f"{self.name}:{line}:{column}"

    def problem(
        self,
        path: Path,
        message: str,
        hint: str = "",
        severity: Severity = "error",
        code: str = "",
        key: bool = False,
    ) -> Problem:
        """A finding about the node at `path`, or about its key."""
        return Problem(message, self.where(path, key=key), hint, severity, code)


def load(text: str, name: str) -> Document:
    """Read one scenario text; raises ScenarioError with all that is wrong with its YAML."""
    text = text.removeprefix("\ufeff")
    try:
        _check_text(text)
        exists, data = build(text)
    except Unusable as error:
        raise _scenario_error(error.findings, name) from None
    if not exists:
        raise _scenario_error([Finding("the file is empty", 1, 1, "a scenario begins with 'id: ...'")], name)
    if not isinstance(data, dict):
        line, column = Outline(text).find(())
        kind = "a list" if isinstance(data, list) else "nothing" if data is None else "a single value"
        message = f"a scenario must be a mapping of keys to values, this is {kind}"
        raise _scenario_error([Finding(message, line, column, "begin with 'id: ...'")], name)
    return Document(data, name, text)


def dotted(path: Path) -> str:
    """A path as people write it: `apps.calendar.events[0].title`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _check_text(text: str) -> None:
    # A character has at most 4 bytes in UTF-8: only long texts are encoded to be measured.
    if len(text) * 4 > MAX_BYTES and len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Unusable([Finding(f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB", 1, 1)])
    for character in _LINE_BREAKS_OF_1_1:
        if character in text:
            code = ord(character)
            message = f"an invisible line separator, U+{code:04X}, cannot stand here"
            hint = rf'write it as "\u{code:04x}" in double quotes, or remove it'
            raise Unusable([finding_at(text, text.index(character), message, hint)])
    # Tags have no use here, and the parser's time grows with the square of the number of these lines.
    if text.startswith(_TAG_DIRECTIVE[1:]) or _TAG_DIRECTIVE in text:
        index = max(text.find(_TAG_DIRECTIVE) + 1, 0)
        raise Unusable([finding_at(text, index, "%TAG lines are not allowed", "tags are not used in scenarios")])


def _scenario_error(findings: Sequence[Finding], name: str) -> ScenarioError:
    problems = [
        Problem(finding.message, f"{name}:{finding.line}:{finding.column}", finding.hint, code="yaml")
        for finding in findings
    ]
    return ScenarioError(problems)
