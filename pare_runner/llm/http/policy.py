"""A model behind HTTP as a policy."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.backoff import asked_pause
from pare_runner.llm.http.body import BodyWriter
from pare_runner.llm.http.endpoint import Endpoint
from pare_runner.llm.http.failures import failure_of_answer
from pare_runner.llm.http.reply import parse_reply
from pare_runner.llm.http.retries import with_retries
from pare_runner.policy.policy import View
from pare_runner.policy.request import Request, Response, Role


class HttpPolicy:
    """One model of one endpoint. ConfigError when a variable that a header needs is not set."""

    def __init__(self, config: LLMEngineConfig, endpoint: Endpoint) -> None:
        self.config = config
        self.endpoint = endpoint
        self.url = endpoint.url("chat/completions")
        self.shown_url = str(self.url)
        self.terms = endpoint.terms(config)
        self.writer = BodyWriter(config)

    def start(self, role: Role, view: View) -> HttpSession:
        """A session for one unit; a model never sees the view."""
        return HttpSession(self)

    async def attempt(self, body: bytes, index: int) -> Response:
        """Send `body` once; raises Failure. The latency runs from the request until the whole reply is read."""
        started = perf_counter()
        answer = await self.endpoint.send(self.url, self.terms, body)
        latency = perf_counter() - started
        if not answer.fine:
            raise failure_of_answer(answer.status, answer.body, self.shown_url, asked_pause(answer.headers))
        return replace(parse_reply(answer.body, index, self.config.quirks, self.shown_url), latency=latency)


class HttpSession:
    """A model in one role of one unit; it keeps nothing between requests."""

    def __init__(self, policy: HttpPolicy) -> None:
        self._policy = policy

    async def complete(self, request: Request) -> Response:
        """Ask the model; raises ModelError after all retries, EndpointGone. May be awaited on any event loop."""
        policy = self._policy
        body = policy.writer.body(request)
        endpoint = policy.endpoint
        return await endpoint.pool.run(
            lambda: with_retries(
                lambda: policy.attempt(body, request.index), endpoint.service, policy.config, endpoint.keys.clean
            )
        )

    def next_due(self) -> None:
        """Never: a model does nothing unless asked."""
