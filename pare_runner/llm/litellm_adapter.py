"""Models that only litellm reaches, with the optional extra of that name.

The request and the reply are the same as over HTTP, and so are retries, limits and errors; litellm does the transport.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from importlib import import_module
from time import perf_counter
from types import ModuleType
from typing import Any

import orjson

from pare_runner.errors import ConfigError
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.body import BodyWriter
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.http.failures import Failure, classify, error_object
from pare_runner.llm.http.keys import Keys
from pare_runner.llm.http.probe import PING, once_more, shortened, verdict
from pare_runner.llm.http.reply import read_reply
from pare_runner.llm.http.retries import Service, with_retries
from pare_runner.policy.policy import Policy, View
from pare_runner.policy.request import Request, Response, Role


class LiteLlmAdapter:
    """Makes policies that call `litellm.acompletion`."""

    def policy(self, config: LLMEngineConfig, endpoints: Endpoints) -> Policy:
        """The policy of a model; ConfigError if litellm is not installed or the key is missing."""
        return LiteLlmPolicy(config, endpoints)

    async def probe(self, config: LLMEngineConfig, endpoints: Endpoints) -> str:
        """One tiny completion; ConfigError that says what is wrong."""
        policy = LiteLlmPolicy(shortened(config), endpoints)
        started = perf_counter()
        try:
            await once_more(lambda: policy.attempt(PING))
            outcome = "ok"
        except Failure as failure:
            outcome = verdict(failure, config, policy.keys.clean)
        return f"{config.model_name} through litellm: {outcome}, {perf_counter() - started:.1f} s"


class LiteLlmPolicy:
    """One model; `model_name` is litellm's name for it, its provider included."""

    def __init__(self, config: LLMEngineConfig, endpoints: Endpoints) -> None:
        self.config = config
        self.keys = Keys(endpoints.environ)
        self.service: Service = endpoints.service(config)
        self._endpoints = endpoints
        self._litellm = _litellm()
        self._writer = BodyWriter(config)
        self._options: dict[str, Any] = {"timeout": config.total_timeout, "num_retries": 0, "max_retries": 0}
        key, headers = self.keys.key(config), self.keys.headers(config)
        if key is not None:
            self._options["api_key"] = key
        if headers:
            self._options["extra_headers"] = headers
        if config.endpoint is not None:
            self._options["api_base"] = config.endpoint

    def start(self, role: Role, view: View) -> LiteLlmSession:
        """A session for one unit; a model never sees the view."""
        return LiteLlmSession(self)

    async def complete(self, request: Request) -> Response:
        """Ask the model; raises ModelError after all retries, EndpointGone."""
        return await self._endpoints.pool.run(
            lambda: with_retries(lambda: self.attempt(request), self.service, self.config, self.keys.clean)
        )

    async def attempt(self, request: Request) -> Response:
        """Ask once; raises Failure."""
        body = orjson.loads(self._writer.body(request))
        started = perf_counter()
        try:
            async with asyncio.timeout(self.config.total_timeout):
                reply = await self._litellm.acompletion(**body, **self._options)
        except TimeoutError:
            raise Failure("timeout", f"no reply within {self.config.total_timeout:g} s", retry=True) from None
        except Exception as error:
            raise _failure(error) from None
        latency = perf_counter() - started
        value = reply.model_dump() if hasattr(reply, "model_dump") else reply
        return replace(read_reply(value, request.index, self.config.quirks, "litellm"), latency=latency)


class LiteLlmSession:
    """A model in one role of one unit; it keeps nothing between requests."""

    def __init__(self, policy: LiteLlmPolicy) -> None:
        self._policy = policy

    async def complete(self, request: Request) -> Response:
        """Ask the model; raises ModelError after all retries."""
        return await self._policy.complete(request)

    def next_due(self) -> None:
        """Never: a model does nothing unless asked."""


def _litellm() -> ModuleType:
    try:
        module = import_module("litellm")
    except ModuleNotFoundError as error:
        if error.name != "litellm":
            raise
        raise ConfigError(
            "the adapter litellm needs a package that is not installed", hint="pip install 'pare-runner[litellm]'"
        ) from None
    module.suppress_debug_info = True  # type: ignore[attr-defined]  # else it prints advice beside each error
    return module


def _failure(error: Exception) -> Failure:
    """The failure that one of litellm's exceptions is, by its class and its status; anything else is raised again."""
    names = {base.__name__ for base in type(error).__mro__}
    message = f"litellm: {error}"
    if "ContextWindowExceededError" in names:
        return Failure("context_overflow", message)
    if "ContentPolicyViolationError" in names:
        return Failure("content_filter", message)
    if names & {"Timeout", "APITimeoutError"}:
        return Failure("timeout", message, retry=True)
    if "APIConnectionError" in names:
        return Failure("unreachable", message, retry=True, lost=_is_of_the_connection(error))
    status = getattr(error, "status_code", None)
    if not isinstance(status, int):
        raise error
    return classify(status, error_object(str(error).encode("utf-8", "replace")), f"litellm: HTTP {status}")


def _is_of_the_connection(error: BaseException) -> bool:
    """Whether an error of the operating system stands behind one of litellm's.

    litellm calls much an APIConnectionError, some defects of its own too, for which nobody has to wait.
    """
    behind: BaseException | None = error
    for _ in range(10):
        behind = None if behind is None else behind.__cause__ or behind.__context__
        if isinstance(behind, OSError) and not isinstance(behind, ssl.SSLError | TimeoutError):
            return True
    return False
