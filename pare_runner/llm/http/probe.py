"""A look at a model before a run: is it there, and does it take our key? Seconds, and no tokens where possible.

First the list of models is asked for, which costs nothing. It settles the matter when it names the model and is proven
to need the key: a second request without the key is refused. Services without a key or with a list for everybody,
those that list not all they serve and those without a list have proven nothing yet; there one tiny completion with the
settings of the run decides. Only its slowness is excused, where the model is listed: a server at home may have to load
the model first. Where that was decided before, by the start that is gone on with, a service without a key need only
list the model: a sweep that is killed often must not pay for each start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from time import perf_counter
from typing import Any, TypeVar

from pare_runner.errors import ConfigError, did_you_mean
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.decoding import decode
from pare_runner.llm.http.endpoint import Answer, Endpoint
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.http.failures import Failure, failure_of_answer
from pare_runner.llm.http.policy import HttpPolicy
from pare_runner.policy.messages import Message
from pare_runner.policy.request import ErrorKind, Request

T = TypeVar("T")

CONNECT, TOTAL = 5.0, 30.0
"""Seconds a probe waits at most, for a connection and for an answer; less if the configuration says less."""
TOKENS = 16
"""Output tokens of the tiny completion at most; some services refuse fewer for models that reason."""
AGAIN = 0.2
"""Seconds before the one further attempt."""
PING = Request("observe", 0, (Message("user", "Say ok."),))
ANSWERS: tuple[ErrorKind, ...] = ("context_overflow", "content_filter", "reply_too_large")
"""Failures that only a model that is there and a key that is right lead to."""


async def probe(config: LLMEngineConfig, endpoints: Endpoints, *, passed: bool = False) -> str:
    """A line that says the model is there and how long the answer took; ConfigError that says what is wrong.

    `passed` says that the model with these settings has passed a probe before.
    """
    brief = shortened(config)
    policy = endpoints.policy(brief)
    endpoint = policy.endpoint
    listed: list[str] = []
    started = perf_counter()
    try:
        listed = await _listed(endpoint, brief)
        there = known(config.model_name, listed)
        outcome = "ok" if there or not listed else "ok (not in its list, but it answers)"
        if not (there and await _proven(endpoint, brief, passed=passed)):
            try:
                await _ask(policy)
            except Failure as failure:
                if not (there and failure.kind == "timeout"):
                    raise
                outcome = "in its list, but slow to answer"
    except Failure as failure:
        if failure.kind in ("unauthorized", "not_found"):
            raise refusal(failure, config, endpoint.keys.clean, listed) from None
        outcome = verdict(failure, config, endpoint.keys.clean)
    return f"{config.model_name} at {endpoint.base}: {outcome}, {perf_counter() - started:.1f} s"


def shortened(config: LLMEngineConfig) -> LLMEngineConfig:
    """The configuration for a probe: few tokens, little patience."""
    return config.model_copy(
        update={
            "max_tokens": TOKENS,
            "connect_timeout": min(CONNECT, config.connect_timeout),
            "read_timeout": min(TOTAL, config.read_timeout),
            "total_timeout": min(TOTAL, config.total_timeout),
        }
    )


def verdict(failure: Failure, config: LLMEngineConfig, clean: Callable[[str], str]) -> str:
    """`ok` or `rate limited at the moment` for failures that show the model to be there; else ConfigError."""
    if failure.kind in ANSWERS:
        return "ok"
    if failure.kind == "rate_limited" and failure.retry:
        return "rate limited at the moment"
    raise refusal(failure, config, clean) from None  # a traceback must not show the failure: its text may hold a key


def refusal(
    failure: Failure, config: LLMEngineConfig, clean: Callable[[str], str], listed: Sequence[str] = ()
) -> ConfigError:
    """What a failure means before a run; `listed` are the models the service is known to have."""
    what = {
        "unauthorized": f"the key in {config.api_key_env} is refused" if config.api_key_env else "a key is needed",
        "not_found": f"{config.model_name!r} is not known there",
        "unreachable": "the endpoint cannot be reached",
    }
    reason = what.get(failure.kind)
    return ConfigError(
        f"model {config.label}: {f'{reason}: ' if reason else ''}{clean(failure.message)}",
        hint=_hint(failure.kind, config, listed),
    )


async def once_more(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The result of `work()`, tried a second time after a failure that may pass; not after one that took long."""
    try:
        return await work()
    except Failure as failure:
        if not failure.retry or failure.kind == "timeout":
            raise
    await asyncio.sleep(AGAIN)
    return await work()


def known(name: str, listed: list[str]) -> bool:
    """Whether a list of models names `name`, with the prefix or suffix that Gemini and Ollama add."""
    return any(name in (item, item.removeprefix("models/"), item.removesuffix(":latest")) for item in listed)


async def _listed(endpoint: Endpoint, config: LLMEngineConfig) -> list[str]:
    """The names of the models; empty where there is no list. Failure if the service is away or refuses the key."""

    async def get() -> Answer:
        return await endpoint.send(endpoint.url("models"), endpoint.terms(config))

    try:
        answer = await once_more(get)
    except Failure as failure:
        if failure.kind in ("reply_too_large", "bad_reply"):
            return []
        raise
    if answer.status == 401:
        raise failure_of_answer(answer.status, answer.body, str(endpoint.url("models")))
    try:
        value = decode(answer.body) if answer.fine else None
    except ValueError:
        return []
    items = value.get("data") if isinstance(value, dict) else None
    names = [item.get("id") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [name for name in names if isinstance(name, str)]


async def _proven(endpoint: Endpoint, config: LLMEngineConfig, *, passed: bool) -> bool:
    """Whether the list shows that the service takes us: there is a key, and without it the list is refused.

    Without a key a model that has `passed` before is taken still.
    """
    without = endpoint.terms(config, keyless=True)
    if without.headers == endpoint.terms(config).headers:
        return passed
    return (await endpoint.send(endpoint.url("models"), without)).status in (401, 403)


async def _ask(policy: HttpPolicy) -> None:
    body = policy.writer.body(PING)
    await once_more(lambda: policy.attempt(body, 0))


def _hint(kind: ErrorKind, config: LLMEngineConfig, listed: Sequence[str]) -> str:
    if kind == "unauthorized":
        name = config.api_key_env
        return f"set {name} in the environment or in .env" if name else "name the variable of the key in api_key_env"
    if kind == "not_found":
        return did_you_mean(config.model_name, listed) or "is the endpoint right, up to and including /v1?"
    return "is the server running, and is the endpoint right?" if kind == "unreachable" else ""
