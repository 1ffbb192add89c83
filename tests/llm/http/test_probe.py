"""The look before a run: one clear message in seconds for each thing that may be wrong."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from pare_runner.errors import ConfigError
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.http.probe import probe
from tests.llm.fault_server import (
    Fault,
    FaultServer,
    Reply,
    cut_body,
    error,
    filtered,
    not_found,
    server_error,
    stall,
    too_many,
    unauthorized,
    unavailable,
)
from tests.llm.http.conftest import KEY, VARIABLE, config_for


def probed(server: FaultServer, environ: dict[str, str] | None = None, *, passed: bool = False, **fields: Any) -> str:
    """What a probe of `server` says."""

    async def work() -> str:
        async with server, Endpoints(environ or {}) as endpoints:
            return await probe(config_for(server, **fields), endpoints, passed=passed)

    return asyncio.run(work())


def refused(server: FaultServer, environ: dict[str, str] | None = None, **fields: Any) -> str:
    """The message with which a probe of `server` fails."""
    with pytest.raises(ConfigError) as caught:
        probed(server, environ, **fields)
    message = str(caught.value)
    assert message.isprintable()
    assert KEY not in message
    return message


def test_a_list_that_needs_no_key_proves_nothing() -> None:
    server = FaultServer()
    assert re.fullmatch(r"m at http://127\.0\.0\.1:\d+/v1: ok, \d\.\d s", probed(server))
    assert server.paths == ["/v1/models", "/v1/chat/completions"]


@pytest.mark.parametrize(
    ("fault", "says"), [(unauthorized(), "a key is needed"), (server_error(), "HTTP 500"), (cut_body(), "was lost")]
)
def test_a_listed_model_that_does_not_answer_is_refused(fault: Fault, says: str) -> None:
    assert says in refused(FaultServer(lambda body, n: fault))


def test_a_listed_model_may_be_busy_or_slow() -> None:
    assert ": rate limited at the moment," in probed(FaultServer(lambda body, n: too_many()))
    server = FaultServer(lambda body, n: stall())
    assert ": in its list, but slow to answer," in probed(server, read_timeout=0.2)
    assert len(server.bodies) == 1


def test_a_list_that_needs_the_key_proves_the_key() -> None:
    server = FaultServer(key=KEY)
    assert ": ok," in probed(server, {VARIABLE: KEY}, api_key_env=VARIABLE)
    assert server.paths == ["/v1/models", "/v1/models"]


def test_a_list_that_everybody_sees_proves_nothing() -> None:
    server = FaultServer(key=KEY, open_list=True)
    assert ": ok," in probed(server, {VARIABLE: KEY}, api_key_env=VARIABLE, max_tokens=4000, temperature=0.5)
    assert server.paths[-1] == "/v1/chat/completions"
    assert (server.bodies[0]["max_tokens"], server.bodies[0]["temperature"]) == (16, 0.5)
    wrong = FaultServer(key=KEY, open_list=True)
    message = refused(wrong, {VARIABLE: "sk-wrong-key-123"}, api_key_env=VARIABLE)
    assert f"the key in {VARIABLE} is refused" in message


def test_a_model_that_passed_before_need_only_be_listed_where_there_is_no_key() -> None:
    server = FaultServer()
    assert ": ok," in probed(server, passed=True)
    assert server.paths == ["/v1/models"]
    gone = FaultServer(lambda body, n: not_found(), models=("other",))
    assert "'m' is not known there" in refused(gone, passed=True)
    wrong = FaultServer(key=KEY, open_list=True)
    assert "is refused" in refused(wrong, {VARIABLE: "sk-wrong-key-123"}, api_key_env=VARIABLE, passed=True)


@pytest.mark.parametrize("models", [None, (), ("other",)], ids=["no list", "empty list", "not listed"])
def test_a_model_that_is_not_listed_is_asked(models: Any) -> None:
    server = FaultServer(models=models)
    said = probed(server)
    assert (": ok (not in its list, but it answers)," if models else ": ok,") in said
    assert server.paths[-1] == "/v1/chat/completions"


@pytest.mark.parametrize("listed", ["models/m", "m:latest"])
def test_names_are_known_with_what_services_add(listed: str) -> None:
    server = FaultServer(models=(listed,), key=KEY)
    assert ": ok," in probed(server, {VARIABLE: KEY}, api_key_env=VARIABLE)
    assert server.bodies == []


def test_a_wrong_key() -> None:
    message = refused(FaultServer(key=KEY), {VARIABLE: "sk-wrong-key-123"}, api_key_env=VARIABLE)
    assert message.startswith(f"model m: the key in {VARIABLE} is refused: HTTP 401 from http://127.0.0.1")
    assert "sk-wrong" not in message
    assert f"(set {VARIABLE} in the environment or in .env)" in message


def test_a_key_that_is_needed_and_not_named() -> None:
    assert "a key is needed" in refused(FaultServer(key=KEY))


def test_a_missing_key() -> None:
    server = FaultServer()
    assert f"{VARIABLE}, which holds its key, is not set" in refused(server, api_key_env=VARIABLE)
    assert server.paths == []


def test_an_unknown_model_with_the_nearest_one() -> None:
    server = FaultServer(lambda body, n: not_found(body["model"]), models=("gpt-5", "gpt-5-mini"))
    message = refused(server, model_name="gpt-5-mimi")
    assert "'gpt-5-mimi' is not known there" in message
    assert "did you mean 'gpt-5-mini'?" in message


def test_a_wrong_path() -> None:
    async def work() -> None:
        async with FaultServer() as server, Endpoints({}) as endpoints:
            await probe(config_for(server.base_url.removesuffix("/v1")), endpoints)

    with pytest.raises(ConfigError, match="up to and including /v1"):
        asyncio.run(work())


def test_nobody_listening() -> None:
    async def work() -> None:
        async with FaultServer() as server:
            config = config_for(server)
        async with Endpoints({}) as endpoints:
            await probe(config, endpoints)

    with pytest.raises(ConfigError, match=r"model m: the endpoint cannot be reached: .*is the server running"):
        asyncio.run(work())


@pytest.mark.parametrize("fault", [unavailable(), cut_body(), server_error(), too_many()])
def test_one_quick_second_attempt(fault: Fault) -> None:
    server = FaultServer(lambda body, n: fault if n == 0 else Reply(), models=None)
    assert ": ok," in probed(server)
    assert len(server.bodies) == 2


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (server_error(), "HTTP 500"),
        (error(400, "temperature is not taken"), "temperature is not taken"),
        (error(429, "pay first", code="insufficient_quota"), "pay first"),
        (stall(), "sent nothing for 0.3 s"),
    ],
)
def test_whatever_else_is_wrong_is_said_too(fault: Fault, says: str) -> None:
    server = FaultServer(lambda body, n: fault, models=None)
    assert says in refused(server, read_timeout=0.3)
    assert len(server.bodies) <= 2


def test_a_rate_limit_is_no_reason_not_to_start() -> None:
    server = FaultServer(lambda body, n: too_many(), models=None)
    assert ": rate limited at the moment," in probed(server)
    assert len(server.bodies) == 2


def test_a_filter_answers_so_the_model_is_there() -> None:
    assert ": ok," in probed(FaultServer(lambda body, n: filtered(), models=None))
