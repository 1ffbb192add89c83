"""How the tests of the client ask: a configuration with little patience, a request, one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pare_runner.apps.core.tools import specs_of
from pare_runner.apps.registry import app_classes
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Request, Response
from pare_runner.policy.tools import Tool, ToolList
from tests.llm.fault_server import FaultServer, Script

KEY = "tk.test-0123456789abcdef"
VARIABLE = "TEST_MODEL_KEY"

HELLO = Request("observe", 0, (Message("system", "You help."), Message("user", "Hello.")))


def config_for(server: FaultServer | str, **fields: Any) -> LLMEngineConfig:
    """A configuration for `server` that gives up within a second."""
    quick: dict[str, Any] = {
        "model_name": "m",
        "endpoint": server if isinstance(server, str) else server.base_url,
        "connect_timeout": 2.0,
        "read_timeout": 2.0,
        "total_timeout": 5.0,
        "max_retries": 2,
        "max_backoff": 0.01,
    }
    return LLMEngineConfig(**(quick | fields))


async def ask(
    script: Script, request: Request = HELLO, environ: Mapping[str, str] | None = None, **fields: Any
) -> tuple[Response, FaultServer]:
    """One call to a server that follows `script`: the response, and the server with what it saw."""
    async with FaultServer(script) as server, Endpoints(environ or {}) as endpoints:
        session = endpoints.policy(config_for(server, **fields)).start("observe", view=None)  # type: ignore[arg-type]
        return await session.complete(request), server


def tool_list(number: int) -> ToolList:
    """The first `number` tools of the shipped apps, by class and name."""
    named = [
        Tool(f"{cls_name}__{name}", cls_name, spec)
        for cls_name, cls in app_classes().items()
        for name, spec in specs_of(cls).items()
    ]
    return ToolList(named[:number])


@pytest.fixture
def tools() -> ToolList:
    """A few tools of shipped apps."""
    return tool_list(4)
