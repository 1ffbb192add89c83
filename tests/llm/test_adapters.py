"""Adapters by name, and the one for litellm.

litellm is not installed for tests: a small module of the same shape stands in for it, so what is tested is how we call
it and read it, not litellm itself.
"""

from __future__ import annotations

import asyncio
import sys
from importlib.metadata import EntryPoint, EntryPoints
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pare_runner.errors import ConfigError
from pare_runner.llm import adapters
from pare_runner.llm.adapters import Adapters
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.http.policy import HttpPolicy
from pare_runner.llm.http.presence import EndpointGone
from pare_runner.policy.policy import Policy
from pare_runner.policy.request import ModelError, Response
from tests.llm.fault_server import FaultServer, Reply
from tests.llm.http.conftest import HELLO, KEY, VARIABLE, config_for


class OwnAdapter:
    """An adapter of someone else's."""

    def policy(self, config: LLMEngineConfig, endpoints: Endpoints) -> Policy:
        """None is needed here."""
        raise NotImplementedError

    async def probe(self, config: LLMEngineConfig, endpoints: Endpoints) -> str:
        """Always there."""
        return f"{config.model_name}: own"


def test_openai_is_the_http_client() -> None:
    async def work() -> None:
        async with FaultServer() as server, Endpoints({}) as endpoints:
            known = Adapters()
            assert isinstance(known.policy(config_for(server), endpoints), HttpPolicy)
            assert ": ok," in await known.probe(config_for(server), endpoints)

    asyncio.run(work())


def test_an_unknown_adapter_is_a_mistake_with_a_hint() -> None:
    with pytest.raises(ConfigError, match=r"no adapter 'open_ai' \(did you mean 'openai'\?\)"):
        Adapters().find("open_ai")


def test_an_adapter_can_be_registered() -> None:
    known, own = Adapters(), OwnAdapter()
    known.register("offline", own)
    assert known.find("offline") is own


def test_adapters_are_found_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    points = EntryPoints(
        [
            EntryPoint("own", f"{__name__}:OwnAdapter", adapters.GROUP),
            EntryPoint("broken", f"{__name__}:Missing", adapters.GROUP),
        ]
    )
    monkeypatch.setattr(adapters, "entry_points", lambda group: points.select(group=group))
    known = Adapters()
    assert asyncio.run(known.probe(LLMEngineConfig(model_name="m", adapter="own"), Endpoints({}))) == "m: own"
    with pytest.raises(ConfigError, match=r"the adapter 'broken' \(.*:Missing\) cannot be loaded: AttributeError"):
        known.find("broken")


def test_litellm_that_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "litellm", None)
    config = LLMEngineConfig(model_name="anthropic/m", adapter="litellm")
    with pytest.raises(ConfigError, match=r"not installed \(pip install 'pare-runner\[litellm\]'\)"):
        Adapters().policy(config, Endpoints({}))


class ApiError(Exception):
    """As litellm's exceptions: an HTTP status beside the message."""

    def __init__(self, message: str, status_code: int | None) -> None:
        self.status_code = status_code
        super().__init__(message)


class ContextWindowExceededError(ApiError):
    """Named like litellm's."""


class ContentPolicyViolationError(ApiError):
    """Named like litellm's."""


class Timeout(ApiError):
    """Named like litellm's."""


class APIConnectionError(ApiError):
    """Named like litellm's."""


class FakeLiteLlm(ModuleType):
    """A module with `acompletion`, which gives or raises what `answers` holds, one after another."""

    def __init__(self, *answers: Reply | Exception) -> None:
        super().__init__("litellm")
        self.answers = list(answers)
        self.calls: list[dict[str, Any]] = []

    async def acompletion(self, **options: Any) -> Any:
        """The next answer."""
        self.calls.append(options)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(model_dump=lambda: answer.value)


def refused() -> APIConnectionError:
    """What litellm makes of a connection that is refused."""
    error = APIConnectionError("cannot connect", 500)
    error.__cause__ = LookupError("as libraries have it")
    error.__cause__.__context__ = ConnectionRefusedError(111, "Connection refused")
    return error


def through(
    monkeypatch: pytest.MonkeyPatch, *answers: Reply | Exception, patience: float | None = 30.0, **fields: Any
) -> tuple[Response, FakeLiteLlm]:
    """One call through the adapter."""
    fake = FakeLiteLlm(*answers)
    monkeypatch.setitem(sys.modules, "litellm", fake)

    async def work() -> Response:
        named: dict[str, Any] = {
            "model_name": "anthropic/m",
            "adapter": "litellm",
            "max_retries": 1,
            "max_backoff": 0.01,
        }
        config = LLMEngineConfig(**(named | fields))
        async with Endpoints({VARIABLE: KEY, "TENANT": "t-1"}, offline_patience=patience) as endpoints:
            policy = Adapters().policy(config, endpoints)
            return await policy.start("observe", view=None).complete(HELLO)  # type: ignore[arg-type]

    return asyncio.run(work()), fake


def test_litellm_gets_the_same_request_and_gives_the_same_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    response, fake = through(
        monkeypatch,
        ApiError("busy", 503),
        Reply("Hi.", [("a", "{}")]),
        temperature=0.5,
        api_key_env=VARIABLE,
        extra_headers={"X-Tenant": "$TENANT"},
    )
    assert (response.content, response.tool_calls[0].name, response.retries) == ("Hi.", "a", 1)
    assert fake.calls[1] == {
        "model": "anthropic/m",
        "temperature": 0.5,
        "messages": [{"role": "system", "content": "You help."}, {"role": "user", "content": "Hello."}],
        "api_key": KEY,
        "extra_headers": {"X-Tenant": "t-1"},
        "timeout": 600.0,
        "num_retries": 0,
        "max_retries": 0,
    }


@pytest.mark.parametrize(
    ("error", "kind", "retries"),
    [
        (ContextWindowExceededError("too long", 400), "context_overflow", 0),
        (ContentPolicyViolationError("no", 400), "content_filter", 0),
        (Timeout("late", 408), "timeout", 1),
        (APIConnectionError("away", 500), "unreachable", 1),
        (ApiError("x", 429), "rate_limited", 1),
        (ApiError(f"wrong key {KEY}", 401), "unauthorized", 0),
        (ApiError("x", 404), "not_found", 0),
        (ApiError("x", 400), "rejected", 0),
    ],
)
def test_litellms_errors_become_ours(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str, retries: int
) -> None:
    with pytest.raises(ModelError) as caught:
        through(monkeypatch, error, error, api_key_env=VARIABLE)
    assert (caught.value.kind, caught.value.retries) == (kind, retries)
    assert KEY not in str(caught.value)


def test_litellms_calls_are_parked_while_there_is_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    response, _ = through(monkeypatch, refused(), refused(), refused(), refused(), Reply(), max_retries=0)
    assert (response.content, response.retries) == ("Done.", 4)


def test_litellms_calls_do_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EndpointGone, match="m: litellm has been away"):
        through(monkeypatch, *(refused() for _ in range(20)), patience=0.5, alias="m")


def test_one_call_tries_whether_litellms_service_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeLiteLlm(*(refused() for _ in range(7)), *(Reply() for _ in range(5)))
    monkeypatch.setitem(sys.modules, "litellm", fake)

    async def work() -> list[Response]:
        async with Endpoints({}) as endpoints:
            config = LLMEngineConfig(model_name="anthropic/m", adapter="litellm", max_retries=0)
            policy = Adapters().policy(config, endpoints)
            calls = [policy.start("observe", view=None).complete(HELLO) for _ in range(5)]  # type: ignore[arg-type]
            return await asyncio.gather(*calls)

    responses = asyncio.run(work())
    assert [response.content for response in responses] == ["Done."] * 5
    assert sum(response.retries for response in responses) == 7
    assert len(fake.calls) == 12


def test_an_error_that_is_not_litellms_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        through(monkeypatch, ZeroDivisionError())


def test_a_probe_through_litellm(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeLiteLlm(Reply(), ApiError("no such model", 404))
    monkeypatch.setitem(sys.modules, "litellm", fake)
    config = LLMEngineConfig(model_name="anthropic/m", adapter="litellm")

    async def work() -> str:
        async with Endpoints({}) as endpoints:
            return await Adapters().probe(config, endpoints)

    assert "anthropic/m through litellm: ok," in asyncio.run(work())
    with pytest.raises(ConfigError, match="'anthropic/m' is not known there"):
        asyncio.run(work())
