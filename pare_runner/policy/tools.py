"""The tools a request offers: names, schemas, and which call each name stands for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pare_runner.apps.core.tools import ToolSpec
from pare_runner.policy.hashing import content_hash, joint_hash, json_text
from pare_runner.policy.lazy import lazy


@dataclass(frozen=True)
class Tool:
    """A tool as a model sees it: `name` stands for the call of `spec` on the app called `app`.

    `called` and `described` are another name (without the app) and another description than those of `spec`, if the
    model is to know it by them.
    """

    name: str
    app: str
    spec: ToolSpec
    called: str | None = None
    described: str | None = None

    @lazy
    def description(self) -> str:
        """What the tool does and gives back, from its docstring unless it is described in other words."""
        if self.described is not None:
            return self.described
        returns = self.spec.returns_description
        return f"{self.spec.description} Returns: {returns}" if returns else self.spec.description

    @lazy
    def parameters(self) -> dict[str, Any]:
        """JSON Schema of the arguments."""
        return self.spec.parameters_schema()

    @lazy
    def json(self) -> bytes:
        """The tool in the layout of OpenAI's chat completions, as JSON text."""
        function = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return json_text({"type": "function", "function": function})

    @lazy
    def hash(self) -> str:
        """Hash of `json`."""
        return content_hash(self.json)


class ToolList:
    """Tools in the order a model sees them. Lists are made once and shared by all requests that offer the same."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self.tools = tuple(tools)
        self.by_name = {tool.name: tool for tool in self.tools}

    def __len__(self) -> int:
        return len(self.tools)

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    def get(self, name: str) -> Tool | None:
        """The tool called `name`, wherever it stands in the list."""
        return self.by_name.get(name)

    def known_as(self, name: str) -> str:
        """The name in the list of the tool that is called `name` here, or would be had it not been given another."""
        if name in self.by_name:
            return name
        renamed = (tool for tool in self.tools if tool.called is not None)
        return next((tool.name for tool in renamed if f"{tool.app}__{tool.spec.name}" == name), name)

    @lazy
    def hash(self) -> str:
        """Hash of the whole list."""
        return joint_hash(tool.hash for tool in self.tools)

    @lazy
    def json(self) -> bytes:
        """The list as JSON text."""
        return b"[" + b",".join(tool.json for tool in self.tools) + b"]"


NO_TOOLS = ToolList(())
