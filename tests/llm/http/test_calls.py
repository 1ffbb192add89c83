"""Calls against a server that misbehaves: what each fault becomes, what is tried again, what is measured."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.http.retries import LOST
from pare_runner.policy.messages import Message
from pare_runner.policy.request import ModelError, Request, Usage
from tests.llm.fault_server import (
    PASSING,
    Fault,
    FaultServer,
    Reply,
    cut_body,
    disconnect,
    error,
    error_in_200,
    filtered,
    huge,
    invalid_json,
    no_choices,
    not_found,
    overflow,
    server_error,
    slow_bytes,
    stall,
    too_many,
    unauthorized,
    unavailable,
)
from tests.llm.http.conftest import HELLO, KEY, VARIABLE, ask, config_for


def failed(script: Callable[[dict[str, Any], int], Reply | Fault] | Fault, **fields: Any) -> tuple[ModelError, int]:
    """What a call ends in, and how many requests the server saw."""
    asked = 0

    def counted(body: dict[str, Any], n: int) -> Reply | Fault:
        nonlocal asked
        asked = n + 1
        return script if isinstance(script, Fault) else script(body, n)

    with pytest.raises(ModelError) as caught:
        asyncio.run(ask(counted, environ={VARIABLE: KEY}, api_key_env=VARIABLE, **fields))
    return caught.value, asked


def test_a_reply_comes_through_whole() -> None:
    reply = Reply("Hi.", [("open_app", {"app": "Notes"})], reasoning="So.")
    response, server = asyncio.run(ask(lambda body, n: reply))
    assert (response.content, response.reasoning, response.finish_reason) == ("Hi.", "So.", "tool_calls")
    assert response.tool_calls[0].arguments == '{"app":"Notes"}'
    assert response.usage == Usage(20, 5)
    assert (response.served_model, response.retries) == ("served-model", 0)
    assert server.bodies[0]["messages"][1] == {"role": "user", "content": "Hello."}


def test_key_and_headers_are_sent() -> None:
    environ = {VARIABLE: f" {KEY}\n", "TENANT": "t-1"}
    headers = {"X-Tenant": "$TENANT", "X-Title": "study"}
    _, server = asyncio.run(ask(lambda body, n: Reply(), environ=environ, api_key_env=VARIABLE, extra_headers=headers))
    sent = server.headers[0]
    assert sent["Authorization"] == f"Bearer {KEY}"
    assert (sent["X-Tenant"], sent["X-Title"], sent["Content-Type"]) == ("t-1", "study", "application/json")


def test_no_key_is_sent_where_none_is_named() -> None:
    _, server = asyncio.run(ask(lambda body, n: Reply(), environ={"OPENAI_API_KEY": KEY}))
    assert "Authorization" not in server.headers[0]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: fault.__name__)
def test_faults_that_pass_are_got_over(fault: Callable[[], Fault]) -> None:
    response, server = asyncio.run(ask(lambda body, n: fault() if n < 2 else Reply("There.")))
    assert (response.content, response.retries, len(server.bodies)) == ("There.", 2, 3)


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (too_many(), "rate_limited", "HTTP 429"),
        (too_many(0), "rate_limited", "Rate limit reached"),
        (server_error(), "server_error", "HTTP 500"),
        (unavailable(), "server_error", "The engine is overloaded"),
        (Fault(408), "timeout", "HTTP 408"),
        (disconnect(), "unreachable", "was lost"),
        (cut_body(), "unreachable", "was lost"),
        (invalid_json(), "bad_reply", "not JSON"),
        (no_choices(), "bad_reply", "no choice"),
        (Fault(body=b'"x"'), "bad_reply", "no JSON object"),
        (error_in_200(), "server_error", "Provider returned error"),
        (error_in_200(429), "rate_limited", "Provider returned error"),
    ],
)
def test_faults_that_stay_are_named_after_all_attempts(fault: Fault, kind: str, says: str) -> None:
    found, asked = failed(fault)
    free = LOST - 1 if kind == "unreachable" else 0
    assert (found.kind, found.retries, asked) == (kind, 2 + free, 3 + free)
    assert says in found.message
    assert not found.by_model


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (overflow(), "context_overflow"),
        (filtered(), "content_filter"),
        (unauthorized(), "unauthorized"),
        (Fault(403), "unauthorized"),
        (not_found(), "not_found"),
        (error(400, "no such parameter"), "rejected"),
        (Fault(302, headers={"Location": "/elsewhere"}), "rejected"),
        (error_in_200("context_length_exceeded", "too long"), "context_overflow"),
        (error(429, "pay first", code="insufficient_quota"), "rate_limited"),
    ],
)
def test_faults_that_do_not_pass_are_not_tried_again(fault: Fault, kind: str) -> None:
    found, asked = failed(fault)
    assert (found.kind, found.retries, asked) == (kind, 0, 1)
    assert found.by_model == (kind in ("context_overflow", "content_filter"))


def test_a_filtered_reply_is_a_reply() -> None:
    response, _ = asyncio.run(ask(lambda body, n: Reply("", finish_reason="content_filter")))
    assert (response.content, response.finish_reason) == ("", "content_filter")


def test_silence_is_a_timeout() -> None:
    found, asked = failed(stall(), read_timeout=0.05, max_retries=1)
    assert (found.kind, asked) == ("timeout", 2)
    assert "sent nothing for 0.05 s" in found.message


def test_a_reply_that_takes_too_long_is_a_timeout_though_bytes_come() -> None:
    found, asked = failed(slow_bytes(), total_timeout=0.1, max_retries=0)
    assert (found.kind, asked) == ("timeout", 1)
    assert "within 0.1 s" in found.message


def test_slow_bytes_alone_are_no_fault() -> None:
    response, _ = asyncio.run(ask(lambda body, n: slow_bytes(0.0005), read_timeout=0.5))
    assert response.content == "Slow."


@pytest.mark.parametrize("declared", [True, False], ids=["with its length", "chunked"])
def test_a_huge_reply_is_not_read(declared: bool) -> None:
    started = time.perf_counter()
    found, asked = failed(huge(declared=declared), max_reply_bytes=100_000)
    assert (found.kind, asked, found.by_model) == ("reply_too_large", 1, True)
    assert "larger than 100000 bytes" in found.message
    assert time.perf_counter() - started < 5


def test_a_tool_call_with_a_megabyte_of_arguments_is_read() -> None:
    arguments = {"content": "x" * 1_000_000}
    response, _ = asyncio.run(ask(lambda body, n: Reply(tool_calls=[("add", arguments)])))
    assert len(response.tool_calls[0].arguments) == 1_000_014


def test_a_request_of_megabytes_is_sent() -> None:
    request = Request("observe", 0, (Message("user", "x" * 3_000_000),))
    _, server = asyncio.run(ask(lambda body, n: Reply(), request, max_retries=0))
    assert len(server.bodies[0]["messages"][0]["content"]) == 3_000_000


def test_latency_is_that_of_the_attempt_that_succeeded() -> None:
    def script(body: dict[str, Any], n: int) -> Reply | Fault:
        return (stall(), too_many(0.2))[n] if n < 2 else Reply()

    started = time.perf_counter()
    response, _ = asyncio.run(ask(script, read_timeout=0.3, max_backoff=1.0))
    assert 0 < response.latency < time.perf_counter() - started - 0.5
    assert response.retries == 2


def test_retry_after_is_kept_but_not_beyond_the_longest_pause() -> None:
    def took(retry_after: float, longest: float) -> float:
        started = time.perf_counter()
        asyncio.run(ask(lambda body, n: too_many(retry_after) if n == 0 else Reply(), max_backoff=longest))
        return time.perf_counter() - started

    assert took(0.3, 60.0) > 0.3
    assert took(60.0, 0.05) < 20


def test_the_key_reaches_no_message() -> None:
    for echo in (KEY, f"Bearer {KEY}", f"Bearer other-{KEY[:8]}", "sk-tes***********cdef"):
        found, _ = failed(unauthorized(echo))
        assert KEY not in str(found)
        assert "sk-tes" not in str(found)
        assert "[key]" in found.message
        assert found.__cause__ is None


def test_messages_are_one_short_line_with_the_url() -> None:
    found, _ = failed(error(400, "bad\n\x1b[31m " + "very " * 1000))
    assert found.message.startswith("HTTP 400 from http://127.0.0.1:")
    assert found.message.isprintable()
    assert len(found.message) < 450


def test_trouble_with_tls_is_unreachable_and_not_tried_again() -> None:
    async def work() -> None:
        async with FaultServer() as server:
            secure = server.base_url.replace("http:", "https:")
            await ask(lambda body, n: Reply(), endpoint=secure)

    with pytest.raises(ModelError, match="no TLS connection to https://127") as caught:
        asyncio.run(work())
    assert (caught.value.kind, caught.value.retries) == ("unreachable", 0)


def test_a_server_that_speaks_no_http_is_a_bad_reply() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def work() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await ask(lambda body, n: Reply(), endpoint=f"http://127.0.0.1:{port}/v1", max_retries=0)

    with pytest.raises(ModelError) as caught:
        asyncio.run(work())
    assert caught.value.kind == "bad_reply"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the certificate of the server is made by openssl")
def test_a_certificate_that_nobody_signed_is_refused_and_not_tried_again(tmp_path: Path) -> None:
    options = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out cert.pem"
    subprocess.run(["openssl", *options.split()], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")

    async def work() -> None:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await ask(lambda body, n: Reply(), endpoint=f"https://127.0.0.1:{port}/v1")

    with pytest.raises(
        ModelError, match=r"the certificate of https://127\.0\.0\.1.* is refused: .*self.signed"
    ) as caught:
        asyncio.run(work())
    assert (caught.value.kind, caught.value.retries) == ("unreachable", 0)


def test_a_proxy_is_gone_through() -> None:
    async def work() -> None:
        async with FaultServer() as relay, Endpoints({"http_proxy": relay.base_url.removesuffix("/v1")}) as endpoints:
            policy = endpoints.policy(config_for("http://model.invalid/v1"))
            await policy.start("observe", view=None).complete(HELLO)  # type: ignore[arg-type]
            assert relay.headers[0]["Host"] == "model.invalid"

    asyncio.run(work())
