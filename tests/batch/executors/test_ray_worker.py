"""The line between a worker on a node and its driver: numbered, in order, and a reply waits until it is recorded."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.executors.ray_worker import RayLine, SentStore
from pare_runner.batch.work import JobSpec
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.recording.keys import UnitKey
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Request, Response

OFFLINE = LLMEngineConfig(model_name="scripted", provider="offline", adapter="offline")


async def opened() -> RayLine:
    line = RayLine()
    line.working()
    return line


async def fetch(line: RayLine, taken: int) -> list[tuple[Any, ...]]:
    messages: list[tuple[Any, ...]] = pickle.loads(await line.exchange(taken))
    return messages


def test_messages_are_fetched_once_and_in_order() -> None:
    async def work() -> None:
        line = await opened()
        assert [line.send("log", number) for number in range(3)] == [1, 2, 3]
        assert await fetch(line, 0) == [("log", 0), ("log", 1), ("log", 2)]
        waiting = asyncio.ensure_future(fetch(line, 3))
        await asyncio.sleep(0)
        assert not waiting.done()
        assert line.send("log", 3) == 4
        assert await waiting == [("log", 3)]

    asyncio.run(work())


def test_a_message_is_settled_when_the_driver_asks_for_the_one_after_it() -> None:
    async def work() -> None:
        line = await opened()
        first, second = line.send("calls", 0, b"1"), line.send("calls", 0, b"2")
        await fetch(line, 0)
        waits = [asyncio.ensure_future(line.settled(number)) for number in (first, second)]
        await asyncio.sleep(0.01)
        assert not any(wait.done() for wait in waits)
        line.send("log")
        await fetch(line, 1)
        await waits[0]
        assert not waits[1].done()
        line.send("log")
        await fetch(line, 3)
        await waits[1]

    asyncio.run(work())


def test_deliveries_that_overtake_one_another_are_put_in_order() -> None:
    async def work() -> None:
        line = await opened()
        line.tell(1, pickle.dumps([("b",), ("c",)]))
        line.tell(0, pickle.dumps([("a",)]))
        assert [await line.receive() for _ in range(3)] == [("a",), ("b",), ("c",)]

    asyncio.run(work())


def _record(store: SentStore) -> None:
    request = Request("user", 0, (Message("user", "Hello"),))
    store.record(UnitKey("s", 1), request, "", Response("Hi"))


def test_only_replies_that_cost_something_wait() -> None:
    async def work() -> None:
        line = await opened()
        offline = dict.fromkeys(("user_engine_config", "observe_engine_config", "execute_engine_config"), OFFLINE)
        free = SentStore(line, JobSpec(0, MultiScenarioRunnerConfig.model_validate(offline), "/nowhere"))
        paid = SentStore(line, JobSpec(1, MultiScenarioRunnerConfig(), "/nowhere"))
        for store in (free, paid):
            _record(store)
        await asyncio.wait_for(free.settled(), 1)
        kept = asyncio.ensure_future(paid.settled())
        messages = await fetch(line, 0)
        assert [message[:2] for message in messages] == [("calls", 0), ("calls", 1)]
        assert all(message[2].endswith(b"\n") for message in messages)
        await asyncio.sleep(0.01)
        assert not kept.done()
        line.send("log")
        await fetch(line, 2)
        await kept

    asyncio.run(work())
