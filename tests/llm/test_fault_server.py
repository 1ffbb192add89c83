"""The fault server itself: faults come as scheduled, whatever the order of requests, and from a thread too."""

from __future__ import annotations

import asyncio
from typing import Any

from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Request
from tests.llm.fault_server import Fault, FaultServer, Reply, with_faults
from tests.llm.http.conftest import config_for


def echo(body: dict[str, Any], n: int) -> Reply:
    """A reply that depends on the request alone."""
    return Reply(body["messages"][-1]["content"].upper())


def test_faults_are_as_many_as_asked_for_and_the_same_for_the_same_seed() -> None:
    bodies = [{"messages": [{"content": f"m{number}"}]} for number in range(500)]
    scripts = [with_faults(echo, 0.2, seed) for seed in (1, 1, 2)]
    kinds = [[type(script(body, 0)) for body in bodies] for script in scripts]
    assert kinds[0] == kinds[1] != kinds[2]
    assert 70 < kinds[0].count(Fault) < 130
    backwards = with_faults(echo, 0.2, 1)
    assert [type(backwards(body, 0)) for body in reversed(bodies)] == kinds[0][::-1]


def test_every_call_succeeds_under_faults() -> None:
    async def work() -> None:
        async with FaultServer(with_faults(echo, 0.3, seed=4)) as server, Endpoints({}) as endpoints:
            policy = endpoints.policy(config_for(server, max_retries=12, max_backoff=0.005))

            async def ask(number: int) -> int:
                session = policy.start("observe", view=None)  # type: ignore[arg-type]
                response = await session.complete(Request("observe", number, (Message("user", f"m{number}"),)))
                assert response.content == f"M{number}"
                return response.retries

            retries = await asyncio.gather(*(ask(number) for number in range(200)))
            assert sum(retries) == len(server.bodies) - 200 > 30

    asyncio.run(work())


def test_it_serves_from_a_thread() -> None:
    async def work(server: FaultServer) -> str:
        async with Endpoints({}) as endpoints:
            session = endpoints.policy(config_for(server)).start("user", view=None)  # type: ignore[arg-type]
            return (await session.complete(Request("user", 0, (Message("user", "hi"),)))).content

    with FaultServer(echo).in_thread() as server:
        assert asyncio.run(work(server)) == "HI"
