"""What models of one service share, and what is left when all is over: nothing."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Coroutine
from typing import Any

import pytest
from yarl import URL

from pare_runner.errors import ConfigError
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.endpoint import proxy
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.http.limiter import Limiter
from pare_runner.llm.http.policy import HttpPolicy
from pare_runner.policy.request import ModelError, Request, Response
from tests.llm.fault_server import FaultServer, Reply, cut_body, stall, too_many, unavailable
from tests.llm.http.conftest import HELLO, KEY, VARIABLE, config_for


def call(policy: HttpPolicy, request: Request = HELLO) -> Coroutine[Any, Any, Response]:
    """One call."""
    return policy.start("observe", view=None).complete(request)  # type: ignore[arg-type]


def test_models_of_one_service_share_its_bounds() -> None:
    async def work() -> None:
        async with FaultServer(lambda body, n: stall(0.02)) as server, Endpoints({VARIABLE: KEY}) as endpoints:
            one = endpoints.policy(config_for(server, max_concurrency=3, max_retries=0))
            two = endpoints.policy(config_for(server, model_name="n", max_concurrency=50, max_retries=0))
            other = endpoints.policy(config_for(server, api_key_env=VARIABLE, max_concurrency=50, max_retries=0))
            assert one.endpoint is two.endpoint
            assert one.endpoint is not other.endpoint
            calls = [call(policy) for policy in (one, two) for _ in range(10)]
            await asyncio.gather(*calls, return_exceptions=True)
            assert server.most == 3

    asyncio.run(work())


def test_a_busy_service_gets_fewer_requests_at_once() -> None:
    async def work() -> None:
        async with FaultServer(lambda body, n: unavailable() if n < 16 else Reply()) as server, Endpoints({}) as ends:
            policy = ends.policy(config_for(server, max_concurrency=16, max_retries=9))
            await asyncio.gather(*(call(policy) for _ in range(16)))
            server.most = 0
            limiter = policy.endpoint.limiter
            assert isinstance(limiter, Limiter)
            assert limiter.limit < 16
            await asyncio.gather(*(call(policy) for _ in range(16)))
            assert server.most < 16

    asyncio.run(work())


def test_a_pause_holds_no_slot() -> None:
    async def work() -> None:
        def script(body: dict[str, Any], n: int) -> Any:
            return too_many(30) if body["model"] == "slow" else Reply()

        async with FaultServer(script) as server, Endpoints({}) as endpoints:
            slow = endpoints.policy(config_for(server, model_name="slow", max_concurrency=1, max_backoff=30))
            waiting = asyncio.create_task(call(slow))
            while not server.bodies:
                await asyncio.sleep(0.005)
            async with asyncio.timeout(2):
                await call(endpoints.policy(config_for(server)))
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

    asyncio.run(work())


def test_requests_per_minute_are_kept_retries_included() -> None:
    async def work() -> None:
        async with FaultServer(lambda body, n: cut_body() if n == 0 else Reply()) as server, Endpoints({}) as endpoints:
            policy = endpoints.policy(config_for(server, requests_per_minute=60 / 0.05))
            started = time.perf_counter()
            await asyncio.gather(*(call(policy) for _ in range(4)))
            assert time.perf_counter() - started >= 4 * 0.05

    asyncio.run(work())


def test_connections_are_used_again() -> None:
    async def work() -> None:
        async with FaultServer() as server, Endpoints({}) as endpoints:
            policy = endpoints.policy(config_for(server))
            for _ in range(5):
                await call(policy)
            assert len(server.peers) == 1

    asyncio.run(work())


def test_a_cancelled_call_leaves_nothing_behind() -> None:
    async def work(server: FaultServer) -> None:
        async with Endpoints({}) as endpoints:
            policy = endpoints.policy(config_for(server, max_concurrency=2))
            calls = [asyncio.create_task(call(policy)) for _ in range(5)]
            while server.in_work < 2:
                await asyncio.sleep(0.005)
            for task in calls:
                task.cancel()
            results = await asyncio.gather(*calls, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results)
            limiter = policy.endpoint.limiter
            assert isinstance(limiter, Limiter)
            assert limiter.in_flight == endpoints.in_flight == 0
            assert asyncio.all_tasks() == {asyncio.current_task()}
        gc.collect()

    with FaultServer(lambda body, n: stall()).in_thread() as server:
        asyncio.run(work(server), debug=True)


def test_leaving_by_cancellation_closes_everything() -> None:
    async def work() -> None:
        async with FaultServer(lambda body, n: stall()) as server:

            async def whole_run() -> None:
                async with Endpoints({}) as endpoints, asyncio.TaskGroup() as group:
                    for _ in range(5):
                        group.create_task(call(endpoints.policy(config_for(server))))

            run = asyncio.create_task(whole_run())
            while server.in_work < 5:
                await asyncio.sleep(0.005)
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            gc.collect()

    asyncio.run(work(), debug=True)


def test_calls_from_other_loops_share_the_same_service() -> None:
    async def work() -> None:
        async with FaultServer() as server, Endpoints({}) as endpoints:
            policy = endpoints.policy(config_for(server, max_concurrency=2))
            replies: list[Response] = []
            threads = [threading.Thread(target=lambda: replies.append(asyncio.run(call(policy)))) for _ in range(4)]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                await asyncio.sleep(0.005)
            assert [reply.content for reply in replies] == ["Done."] * 4
            assert server.most <= 2

    asyncio.run(work())


def test_errors_and_the_end_reach_other_loops() -> None:
    found: list[BaseException] = []

    def elsewhere(policy: HttpPolicy) -> None:
        try:
            asyncio.run(call(policy))
        except BaseException as error:
            found.append(error)

    async def work() -> None:
        async with FaultServer(lambda body, n: too_many() if n == 0 else stall()) as server:
            async with Endpoints({}) as endpoints:
                policy = endpoints.policy(config_for(server, max_retries=0))
                first = threading.Thread(target=elsewhere, args=(policy,))
                first.start()
                while not found:
                    await asyncio.sleep(0.005)
                second = threading.Thread(target=elsewhere, args=(policy,))
                second.start()
                while server.in_work < 1:
                    await asyncio.sleep(0.005)
            await asyncio.to_thread(first.join)
            await asyncio.to_thread(second.join)

    asyncio.run(work())
    assert isinstance(found[0], ModelError)
    assert isinstance(found[1], asyncio.CancelledError)


def test_a_closed_client_says_so() -> None:
    async def work() -> None:
        endpoints = Endpoints({})
        policy = endpoints.policy(config_for("http://127.0.0.1:1/v1"))
        with pytest.raises(RuntimeError, match="closed"):
            await call(policy)

    asyncio.run(work())


@pytest.mark.parametrize("environ", [{}, {VARIABLE: ""}, {VARIABLE: "  "}])
def test_a_missing_key_is_named_before_anything_is_sent(environ: dict[str, str]) -> None:
    config = config_for("http://127.0.0.1:1/v1", api_key_env=VARIABLE)
    with pytest.raises(ConfigError, match=rf"model m: .*{VARIABLE}.*is not set .*in the environment or in \.env"):
        Endpoints(environ).policy(config)


def test_a_missing_header_is_named_too() -> None:
    config = config_for("http://127.0.0.1:1/v1", extra_headers={"X-Api-Key": "$OTHER"})
    with pytest.raises(ConfigError, match="OTHER, which holds its header X-Api-Key, is not set"):
        Endpoints({}).policy(config)


def test_a_key_that_no_header_can_carry_is_not_repeated() -> None:
    config = config_for("http://127.0.0.1:1/v1", api_key_env=VARIABLE)
    with pytest.raises(ConfigError, match=f"{VARIABLE} holds characters") as caught:
        Endpoints({VARIABLE: "geheim\nschlüssel"}).policy(config)
    assert "geheim" not in str(caught.value)


def test_a_model_without_an_endpoint_is_named() -> None:
    with pytest.raises(ConfigError, match="model m has no endpoint"):
        Endpoints({}).policy(LLMEngineConfig(model_name="m"))


@pytest.mark.parametrize(
    ("url", "environ", "found"),
    [
        ("https://api.example/v1", {}, None),
        ("https://api.example/v1", {"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ("https://api.example/v1", {"https_proxy": "proxy:3128"}, "http://proxy:3128"),
        ("http://api.example/v1", {"HTTPS_PROXY": "http://proxy:3128"}, None),
        ("https://api.example/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "x, .example"}, None),
        ("https://api.example/v1", {"HTTPS_PROXY": "http://p:1", "no_proxy": "*"}, None),
        ("https://api.example/v1", {"HTTPS_PROXY": "http://p:1", "no_proxy": "ample"}, "http://p:1"),
        ("http://localhost:8000/v1", {"HTTP_PROXY": "http://p:1"}, None),
    ],
)
def test_the_proxy_of_the_environment_is_used(url: str, environ: dict[str, str], found: str | None) -> None:
    assert proxy(URL(url), environ) == found
