"""A service that goes away: its calls wait, nothing is lost, and who never comes back is given up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.http.policy import HttpPolicy
from pare_runner.llm.http.presence import EndpointGone
from pare_runner.llm.http.retries import LOST
from pare_runner.llm.http.retry_log import RetryLog
from pare_runner.llm.http.waiting import WAITING, Waiting
from pare_runner.policy.messages import Message
from pare_runner.policy.request import ModelError, Request, Response
from tests.llm.fault_server import Fault, FaultServer, Reply, disconnect, unavailable
from tests.llm.http.conftest import config_for

CALLS = 5
"""Calls of one unit, one after another."""


async def call(policy: HttpPolicy, text: str = "Hello.") -> Response:
    request = Request("observe", 0, (Message("user", text),))
    return await policy.start("observe", view=None).complete(request)  # type: ignore[arg-type]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def client(server: FaultServer, patience: float | None = 30.0, **fields: Any) -> AsyncIterator[HttpPolicy]:
    async with Endpoints({}, offline_patience=patience) as endpoints:
        yield endpoints.policy(config_for(server, **fields))


async def through_an_absence(units: int, seconds: float) -> tuple[FaultServer, list[Response], float]:
    """Units that make their calls while the server is away for a while: the server, all replies, the whole time."""

    def script(body: dict[str, Any], n: int) -> Fault:
        if n == 2 * units:  # all are in their midst
            server.vanish_for(seconds)
        return Fault(body=Reply("There.").body, stall=0.1)

    server = FaultServer(script)
    async with (
        server,
        client(
            server, patience=None, max_concurrency=units, max_retries=0, connect_timeout=10, read_timeout=30
        ) as policy,
    ):

        async def unit(number: int) -> list[Response]:
            return [await call(policy, f"{number} {turn}") for turn in range(CALLS)]

        began = time.perf_counter()
        replies = await asyncio.gather(*(unit(number) for number in range(units)))
        took = time.perf_counter() - began
        assert units * CALLS < len(server.bodies) <= units * CALLS + units
    return server, [reply for unit_replies in replies for reply in unit_replies], took


def check_absence(units: int, seconds: float) -> None:
    server, replies, took = asyncio.run(through_an_absence(units, seconds))
    assert [reply.content for reply in replies] == ["There."] * units * CALLS
    assert sum(reply.retries for reply in replies) > 0
    assert max(reply.latency for reply in replies) < min(seconds, 10), "waiting is no latency"
    assert seconds < took < seconds + 15
    assert server.paths.count("/v1/models") < 10


def test_nothing_is_lost_when_the_service_vanishes_for_a_while() -> None:
    check_absence(60, 3.0)


@pytest.mark.slow
def test_nothing_is_lost_when_the_service_vanishes_for_a_minute() -> None:
    check_absence(200, 60.0)


def test_calls_are_parked_and_told_of_while_the_service_is_away(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        async with (
            FaultServer(lambda body, n: Fault(body=Reply().body, stall=0.02)) as server,
            Endpoints({}) as endpoints,
        ):
            policy = endpoints.policy(config_for(server, model_name="traveller", max_retries=0))
            await server.vanish()
            calls = [asyncio.create_task(call(policy)) for _ in range(3)]
            await until(lambda: bool(endpoints.away()))
            calls.append(asyncio.create_task(call(policy)))
            await until(lambda: endpoints.away()[0].parked == 4)
            (away,) = endpoints.away()
            assert (away.label, away.address) == ("traveller", server.base_url)
            assert 0 < away.seconds < 5
            assert endpoints.in_flight == 0
            await server.come_back()
            await until(lambda: endpoints.in_flight > 0)
            assert [(await task).content for task in calls] == ["Done."] * 4
            assert endpoints.away() == []
            assert len(server.bodies) == 4

    asyncio.run(work())
    told = [record.getMessage() for record in caplog.records if "traveller: http" in record.getMessage()]
    assert len(told) == 2
    assert re.fullmatch(r"traveller: http://\S+ is away, its calls wait: cannot connect to http://.*", told[0])
    assert re.fullmatch(r"traveller: http://\S+ is back after \d+\.\d s; 4 calls go on", told[1])


def test_those_who_come_back_do_not_come_all_at_once() -> None:
    async def work() -> list[int]:
        at_once: list[int] = []

        def script(body: dict[str, Any], n: int) -> Fault:
            at_once.append(server.in_work)
            return Fault(body=Reply().body, stall=0.05)

        async with FaultServer(script) as server, client(server, max_concurrency=50) as policy:
            await server.vanish()
            calls = [asyncio.create_task(call(policy)) for _ in range(40)]
            await until(lambda: policy.endpoint.presence.away is not None)
            await server.come_back()
            await asyncio.gather(*calls)
            assert len(server.bodies) == 40
        return at_once

    at_once = asyncio.run(work())
    assert max(at_once[:1]) == 1
    assert max(at_once[:3]) <= 2
    assert max(at_once[:7]) <= 4
    assert max(at_once) > 8, "it becomes faster and faster"


def test_a_single_connection_that_breaks_stops_nobody() -> None:
    async def work() -> None:
        async with (
            FaultServer(lambda body, n: disconnect() if n == 0 else Reply()) as server,
            client(server, max_retries=0) as policy,
        ):
            responses = await asyncio.gather(*(call(policy) for _ in range(20)))
            assert sorted(response.retries for response in responses) == [0] * 19 + [1]
            assert policy.endpoint.presence.absences == 0

    asyncio.run(work())


def test_a_call_that_no_connection_survives_fails_alone() -> None:
    def script(body: dict[str, Any], n: int) -> Reply | Fault:
        return disconnect() if body["messages"][-1]["content"] == "poison" else Reply()

    async def work() -> None:
        async with FaultServer(script) as server, client(server, max_retries=1) as policy:
            poisoned = asyncio.create_task(call(policy, "poison"))
            for _ in range(30):
                assert (await call(policy)).content == "Done."
            with pytest.raises(ModelError, match="was lost") as caught:
                await poisoned
            assert (caught.value.kind, caught.value.retries) == ("unreachable", LOST)
            assert len(server.bodies) == 30 + LOST + 1

    asyncio.run(work())


def test_a_proxy_with_nobody_behind_it_is_a_service_that_is_away() -> None:
    async def work() -> None:
        behind = False

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            """A proxy that knows a single answer at a time."""
            while line := await reader.readline():
                size = 0
                while (header := await reader.readline()).strip():
                    if header.lower().startswith(b"content-length:"):
                        size = int(header.split(b":")[1])
                await reader.readexactly(size)
                asked.append(line.split()[0])
                body = Reply("There.").body if behind else b""
                status = b"200 OK" if behind else b"502 Bad Gateway"
                writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
            writer.close()

        asked: list[bytes] = []
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        async with server, Endpoints({}) as endpoints:
            policy = endpoints.policy(config_for(url, max_retries=1))
            waiting = asyncio.create_task(call(policy))
            await until(lambda: bool(endpoints.away()))
            assert asked == [b"POST", b"POST", b"GET"]
            behind = True
            response = await waiting
            assert (response.content, response.retries) == ("There.", 2)

    asyncio.run(work())


def test_a_service_that_is_there_and_says_503_is_not_away() -> None:
    async def work() -> None:
        async with FaultServer(lambda body, n: unavailable()) as server, client(server, max_retries=1) as policy:
            with pytest.raises(ModelError, match="overloaded") as caught:
                await call(policy)
            assert (caught.value.kind, caught.value.retries, len(server.bodies)) == ("server_error", 1, 2)
            assert server.paths.count("/v1/models") == 1

    asyncio.run(work())


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_who_does_not_come_back_is_given_up(host: str) -> None:
    url = f"http://{host}:{free_port()}/v1"

    async def work() -> list[BaseException]:
        async with Endpoints({}, offline_patience=0.3) as endpoints:
            policy = endpoints.policy(config_for(url, max_retries=0))
            began = time.perf_counter()
            gone = await asyncio.gather(*(caught(policy) for _ in range(3)))
            assert time.perf_counter() - began >= 0.3
            began = time.perf_counter()
            late = await caught(policy)
            assert time.perf_counter() - began < 0.1, "it is not waited for twice"
            assert endpoints.in_flight == 0
            return [*gone, late]

    async def caught(policy: HttpPolicy) -> BaseException:
        with pytest.raises(EndpointGone) as found:
            await call(policy)
        return found.value

    for error in asyncio.run(work()):
        assert isinstance(error, EndpointGone)
        assert not isinstance(error, Exception), "no run may take it for an outcome"
        assert (error.label, error.address, error.exit_status) == ("m", url, 75)
        assert error.seconds >= 0.3
        assert str(error).startswith(f"m: {url} has been away for 0 s: cannot connect to {url}/chat/completions")


def test_it_is_waited_for_for_ever_if_somebody_says_so() -> None:
    async def work() -> None:
        async with FaultServer() as server, client(server, patience=None) as policy:
            await server.vanish()
            waiting = asyncio.create_task(call(policy))
            await until(lambda: policy.endpoint.presence.away is not None)
            await server.come_back()
            assert (await waiting).content == "Done."

    asyncio.run(work())


def test_the_end_of_patience_reaches_other_loops() -> None:
    found: list[BaseException] = []

    def elsewhere(policy: HttpPolicy) -> None:
        try:
            asyncio.run(call(policy))
        except BaseException as error:
            found.append(error)

    async def work() -> None:
        async with Endpoints({}, offline_patience=0.1) as endpoints:
            policy = endpoints.policy(config_for(f"http://127.0.0.1:{free_port()}/v1"))
            thread = threading.Thread(target=elsewhere, args=(policy,))
            thread.start()
            await asyncio.to_thread(thread.join)

    asyncio.run(work())
    assert [type(error) for error in found] == [EndpointGone]


def test_parked_calls_can_be_cancelled_and_leave_nothing_behind() -> None:
    async def work() -> None:
        async with FaultServer() as server, client(server) as policy:
            await server.vanish()
            calls = [asyncio.create_task(call(policy)) for _ in range(5)]
            presence = policy.endpoint.presence
            await until(lambda: presence.away is not None and presence.away.parked == 5)
            ours = asyncio.current_task()
            for task in calls:
                task.cancel()
            results = await asyncio.gather(*calls, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results)
            await asyncio.sleep(0.01)
            assert [task for task in asyncio.all_tasks() if task is not ours and "_find" in repr(task)] == []
            await server.come_back()
            assert (await call(policy)).content == "Done.", "the next one finds out for itself"

    asyncio.run(work(), debug=True)


def test_leaving_while_a_service_is_away_ends_everything() -> None:
    async def work() -> None:
        async with FaultServer() as server:

            async def leave_early() -> None:
                async with client(server) as policy, asyncio.timeout(0.2):
                    await server.vanish()
                    await call(policy)

            with pytest.raises(TimeoutError):
                await leave_early()
            assert [task for task in asyncio.all_tasks() if "_find" in repr(task)] == []

    asyncio.run(work(), debug=True)


def test_parked_time_is_told_to_those_who_bound_a_runs_time() -> None:
    async def unit(policy: HttpPolicy) -> Waiting:
        waiting = Waiting()
        WAITING.set(waiting)
        await call(policy)
        return waiting

    async def work() -> None:
        async with FaultServer(lambda body, n: Fault(body=Reply().body, stall=0.3)) as server, client(server) as policy:
            await server.vanish()
            run = asyncio.create_task(unit(policy))
            await asyncio.sleep(0.4)
            await server.come_back()
            began = time.perf_counter()
            waiting = await run
            assert 0.3 < waiting.seconds == waiting.total
            assert waiting.seconds < 0.4 + time.perf_counter() - began - 0.2

    asyncio.run(work())


def test_a_run_that_waits_says_so() -> None:
    waiting = Waiting()
    waiting.begin()
    assert 0 <= waiting.seconds < 1
    assert waiting.total == 0
    waiting.end()
    waiting.begin()
    waiting.end()
    assert waiting.since is None


def test_lines_about_a_service_are_not_held_back_by_those_about_retries(caplog: pytest.LogCaptureFixture) -> None:
    log = RetryLog()
    with caplog.at_level(logging.WARNING):
        log.warn("m", "a retry")
        log.tell("away")
        log.tell("back")
    assert [record.getMessage() for record in caplog.records] == ["a retry", "away", "back"]
