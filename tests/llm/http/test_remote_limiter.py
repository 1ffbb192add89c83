"""One limiter for many workers: order, bounds, cancelled waits, and workers that die with slots in their hands."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from itertools import count
from typing import Any

import pytest

from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.http.limiter import Limiter
from pare_runner.llm.http.remote_limiter import LimiterHost, Message, RemoteLimiter, remote_limiters
from tests.llm.fault_server import Fault, FaultServer, Reply
from tests.llm.http.conftest import HELLO, config_for

KEY = "http://a/v1 KEY"


class Parent:
    """A host and its workers, joined by queues; every message is on its way for a while."""

    def __init__(self) -> None:
        self.host = LimiterHost()
        self.sent: list[Message] = []
        self._inbox: asyncio.Queue[tuple[str, int, Message]] = asyncio.Queue()
        self._numbers = count()
        self._answers: dict[int, asyncio.Future[bool]] = {}
        self._pump = asyncio.create_task(self._work())

    def ask_of(self, worker: str, message: Message) -> asyncio.Future[bool]:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait((worker, number, message))
        return answer

    def tell_of(self, worker: str, message: Message) -> None:
        self._inbox.put_nowait((worker, -1, message))

    def worker(self, name: str, maximum: int = 2) -> RemoteLimiter:
        return RemoteLimiter(KEY, maximum, lambda message: self.ask_of(name, message), lambda m: self.tell_of(name, m))

    async def _work(self) -> None:
        while True:
            worker, number, message = await self._inbox.get()
            self.sent.append(message)

            def reply(granted: bool, number: int = number) -> None:
                if not self._answers[number].done():
                    self._answers[number].set_result(granted)

            self.host.receive(worker, message, reply)

    async def end(self) -> None:
        self._pump.cancel()
        await asyncio.gather(self._pump, return_exceptions=True)


async def settle() -> None:
    for _ in range(12):
        await asyncio.sleep(0)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 5))


def test_workers_share_the_slots_in_the_order_they_asked() -> None:
    async def work() -> None:
        parent = Parent()
        workers, order = [parent.worker(name, 3) for name in "ab"], []
        most = in_flight = 0

        async def one(number: int) -> None:
            nonlocal most, in_flight
            limiter = workers[number % 2]
            ticket = await limiter.acquire()
            order.append(number)
            in_flight += 1
            most = max(most, in_flight)
            await settle()
            in_flight -= 1
            limiter.release(ticket, success=True)

        await asyncio.gather(*(one(number) for number in range(12)))
        await settle()
        assert (order, most) == (list(range(12)), 3)
        assert parent.host.limiter(KEY, 3).in_flight == 0
        await parent.end()

    run(work())


def test_what_a_service_makes_of_requests_reaches_the_shared_limiter() -> None:
    async def work() -> None:
        parent = Parent()
        one, other = parent.worker("a", 8), parent.worker("b", 6)
        ticket = await one.acquire()
        limiter = parent.host.limiter(KEY, 1)
        assert limiter.maximum == 6
        other.tighten(4, 30.0)
        await settle()
        assert (limiter.maximum, limiter._per_minute) == (4, 30.0)
        one.release(ticket, busy=True)
        await settle()
        assert limiter.limit == 1
        await parent.end()

    run(work())


@pytest.mark.parametrize("granted", [False, True], ids=["waiting", "just given a slot"])
def test_a_cancelled_wait_leaves_no_slot_taken(granted: bool) -> None:
    async def work() -> None:
        parent = Parent()
        one, other = parent.worker("a", 1), parent.worker("b", 1)
        ticket = await one.acquire()
        waiting = asyncio.create_task(other.acquire())
        await settle()
        if granted:
            one.release(ticket)
            while not parent._answers[1].done():
                await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert waiting.cancelled()
        if not granted:
            one.release(ticket)
        await settle()
        limiter = parent.host.limiter(KEY, 1)
        assert limiter.in_flight == 0
        other.release(await other.acquire(), success=True)
        await settle()
        assert limiter.in_flight == 0
        await parent.end()

    run(work())


def test_slots_of_a_dead_worker_come_back() -> None:
    async def work() -> None:
        parent = Parent()
        dead, alive = parent.worker("dead"), parent.worker("alive")
        taken = [await dead.acquire() for _ in range(2)]
        hopeless = asyncio.create_task(dead.acquire())
        waiting = [asyncio.create_task(alive.acquire()) for _ in range(2)]
        await settle()
        assert not waiting[0].done()
        parent.host.forget("dead")
        tickets = await asyncio.gather(*waiting)
        assert not hopeless.done()
        hopeless.cancel()
        dead.release(taken[0])  # what it had still sent is of no account
        await settle()
        limiter = parent.host.limiter(KEY, 2)
        assert limiter.in_flight == 2
        for ticket in tickets:
            alive.release(ticket, success=True)
        await settle()
        assert limiter.in_flight == 0
        parent.host.forget("dead")
        await parent.end()

    run(work())


def test_messages_are_json_values_that_name_no_key_but_its_variable() -> None:
    async def work() -> None:
        parent = Parent()
        limiter = parent.worker("a")
        limiter.release(await limiter.acquire(), success=True)
        await settle()
        assert parent.sent == [
            {"limiter": "tighten", "key": KEY, "maximum": 2, "per_minute": None},
            {"limiter": "acquire", "key": KEY, "call": 1},
            {"limiter": "release", "key": KEY, "call": 1, "success": True, "busy": False},
        ]
        with pytest.raises(ValueError, match="'close'"):
            parent.host.receive("a", {"limiter": "close", "key": KEY})
        with pytest.raises(KeyError, match="http://b"):
            parent.host.receive("a", {"limiter": "acquire", "key": "http://b", "call": 1})
        await parent.end()

    run(work())


def test_clients_of_several_workers_keep_one_bound() -> None:
    async def work() -> None:
        parent = Parent()
        async with FaultServer(lambda body, n: Fault(body=Reply().body, stall=0.01)) as server:

            async def worker(name: str) -> None:
                make = remote_limiters(lambda m: parent.ask_of(name, m), lambda m: parent.tell_of(name, m))
                async with Endpoints({}, make_limiter=make) as endpoints:
                    policy = endpoints.policy(config_for(server, max_concurrency=3))
                    assert isinstance(policy.endpoint.limiter, RemoteLimiter)
                    sessions = [policy.start("observe", view=None) for _ in range(10)]  # type: ignore[arg-type]
                    await asyncio.gather(*(session.complete(HELLO) for session in sessions))

            await asyncio.gather(*(worker(name) for name in "abc"))
            assert (server.most, len(server.bodies)) == (3, 30)
            await settle()
            assert parent.host.limiter(server.base_url, 1).in_flight == 0
        await parent.end()

    run(work())


def test_a_host_has_calls_of_its_own_too() -> None:
    host = LimiterHost()
    limiter = host.limiter(KEY, 5)
    assert isinstance(limiter, Limiter)
    host.receive("a", {"limiter": "tighten", "key": KEY, "maximum": 3, "per_minute": None})
    assert (host.limiter(KEY, 9) is limiter, limiter.maximum) == (True, 3)
