"""Prompts: templates by name, compiled once, and the variables each may use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import Any, Protocol

from jinja2 import FunctionLoader, StrictUndefined, Template, TemplateSyntaxError, UndefinedError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pare_runner.errors import ConfigError, did_you_mean
from pare_runner.policy.hashing import content_hash, joint_hash

ENDING = ".jinja"
JUDGE = "judge"

_SYSTEM = ("now", "apps", "protocol", "tools")
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "user": (*_SYSTEM, "goal", "additional"),
    "observe": _SYSTEM,
    "execute": _SYSTEM,
    "react": (*_SYSTEM, "goal", "additional"),
    "tools": ("tools",),
    "user_turn": ("now", "notifications", "messages", "proposal", "protocol"),
    "user_screen": ("app", "screen", "shows", "protocol", "tools"),
    "observe_turn": ("now", "notifications"),
    "execute_task": ("now", "proposal", "answer"),
    "execute_turn": ("now", "notifications"),
    "error": ("kind", "message", "protocol"),
    "observation": ("results",),
    "judge": ("title", "rubric", "evidence"),
}
"""Template → the variables it is rendered with. A template that is not listed may use any."""


class PromptSet:
    """Templates by name, written in Jinja's language and run in its sandbox.

    Templates include one another by file name (`{% include "react.jinja" %}`). Beside Jinja's filters there is
    `described` for tools; `tojson` escapes nothing, and what draws random numbers is left out.

    Raises ConfigError, naming template and line, for a template that cannot be compiled, uses a variable it is not
    rendered with, or includes one that is not there.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts: dict[str, str] = {name: texts[name] for name in sorted(texts)}
        self._environment = self._make_environment()
        self._templates = {name: self._compile(name) for name in self.texts}

    @cached_property
    def hash(self) -> str:
        """Hash of all names and texts but the judge's, whatever their order: of what can change an episode."""
        agents = [item for item in self.texts.items() if item[0] != JUDGE]
        return joint_hash(content_hash(part.encode()) for item in agents for part in item)

    @cached_property
    def judge_hash(self) -> str:
        """Hash of the judge's prompt: of what can change how an episode is judged."""
        return content_hash(self.texts.get(JUDGE, "").encode())

    def render(self, name: str, /, **context: Any) -> str:
        """The text of template `name`; ConfigError, naming template and line, if it cannot be made."""
        template = self._templates.get(name)
        if template is None:
            raise ConfigError(f"there is no prompt {name!r}", hint=did_you_mean(name, self.texts))
        try:
            return template.render(context)
        except Exception as error:  # whatever a template raises is its own fault
            where = _place(error.__traceback__, self.texts) or name + ENDING
            raise ConfigError(_reason(error), where=where) from error

    def _make_environment(self) -> ImmutableSandboxedEnvironment:
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
            undefined=StrictUndefined,
            loader=FunctionLoader(self._source),
            auto_reload=False,
        )
        del environment.globals["lipsum"], environment.filters["random"]
        environment.filters["tojson"] = _json_text
        environment.filters["described"] = described
        return environment

    def _source(self, file: str) -> tuple[str, str, None] | None:
        """Source and file name, which tracebacks then show."""
        text = self.texts.get(file.removesuffix(ENDING)) if file.endswith(ENDING) else None
        return None if text is None else (text, file, None)

    def _compile(self, name: str) -> Template:
        file = name + ENDING
        try:
            tree = self._environment.parse(self.texts[name], name, file)
            template = self._environment.get_template(file)
        except TemplateSyntaxError as error:
            raise ConfigError(error.message or "cannot be read", where=f"{file}:{error.lineno}") from None
        for included in meta.find_referenced_templates(tree):
            if included is not None and self._source(included) is None:
                files = [known + ENDING for known in self.texts]
                raise ConfigError(f"there is no template {included!r}", where=file, hint=did_you_mean(included, files))
        allowed = VARIABLES.get(name, ())
        used = meta.find_undeclared_variables(tree) if name in VARIABLES else ()
        for variable in sorted(used):
            if variable not in allowed and variable not in self._environment.globals:
                where = file + _line_of(variable, self.texts[name])
                raise ConfigError(
                    f"there is no variable {variable!r}", where=where, hint=did_you_mean(variable, allowed)
                )
        return template


class Described(Protocol):
    """What prompts say of a tool."""

    @property
    def name(self) -> str:
        """How it is called."""

    @property
    def description(self) -> str:
        """What it does."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """JSON Schema of its arguments."""


def described(tool: Described) -> str:
    """A tool as text, its arguments on lines of their own: `    limit (integer; default 10): How many.`

    One filter instead of template code: the sandbox would take ten times as long over a hundred tools.
    """
    lines = [f"- {tool.name}: {' '.join(tool.description.split())}"]
    for name, schema in tool.parameters["properties"].items():
        need = f"default {_json_text(schema['default'])}" if "default" in schema else "required"
        about = f": {schema['description']}" if "description" in schema else ""
        lines.append(f"    {name} ({type_text(schema)}; {need}){about}")
    return "\n".join(lines)


def type_text(schema: Mapping[str, Any]) -> str:
    """What a JSON Schema allows, in words: `string or null`, `array of string`, `one of "a", "b"`."""
    if "enum" in schema:
        return "one of " + ", ".join(map(_json_text, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(type_text, schema["anyOf"])))
    kind = schema.get("type", "any value")
    if kind == "array" and schema.get("items"):
        return f"array of {type_text(schema['items'])}"
    return kind if isinstance(kind, str) else " or ".join(kind)


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "the template includes itself without end"
    return str(error) if isinstance(error, UndefinedError) else f"{type(error).__name__}: {error}"


def _place(traceback: TracebackType | None, names: Iterable[str]) -> str:
    """`template.jinja:line` of the innermost frame that is a template's."""
    files = {name + ENDING for name in names}
    found = ""
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file in files:
            found = f"{file}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return found


def _line_of(word: str, text: str) -> str:
    """`:line` of the first line that holds `word`; Jinja keeps no line for names."""
    return next(
        (f":{number}" for number, line in enumerate(text.splitlines(), 1) if re.search(rf"\b{word}\b", line)), ""
    )
