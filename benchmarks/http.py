"""What a real client costs: CPU of a call over HTTP, many scenarios in flight, memory of each."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil

from benchmarks.agents import LOOK_UP, LookUp, agents, scenario
from benchmarks.harness import benchmark
from pare_runner.batch.collector import patient_collector
from pare_runner.batch.executors.loop import work_off
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import Agents, run_episode
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.recording.keys import UnitKey
from pare_runner.llm.recording.recorder import RecordingPolicy
from pare_runner.llm.recording.store import CallStore
from pare_runner.policy.policy import Policy, Session, View
from pare_runner.policy.request import Request, Response, Role

CALLS = 300
IN_FLIGHT = 256
LATENCY = 0.5
REPLIES = 10


@contextlib.contextmanager
def server(latency: float) -> Iterator[str]:
    """The base URL of a server of its own process."""
    script = Path(__file__).with_name("server.py")
    command = [sys.executable, str(script), str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        process.stdin.close()


@contextlib.asynccontextmanager
async def client(url: str) -> AsyncIterator[Policy]:
    """A policy that asks the server at `url`."""
    config = LLMEngineConfig(model_name="bench", endpoint=url, max_concurrency=IN_FLIGHT)
    async with Endpoints({}) as endpoints:
        yield endpoints.policy(config)


@benchmark("HTTP call, client CPU", target="≤ 1.5", unit="ms")
def http_per_call() -> float:
    request = asked()

    async def work(url: str) -> float:
        async with client(url) as policy:
            session = policy.start("observe", None)  # type: ignore[arg-type]  # a model never looks at the view
            await session.complete(request)
            began = time.process_time()
            for index in range(CALLS):
                await session.complete(Request("observe", index, request.messages, tools=request.tools))
            return time.process_time() - began

    with server(0.0) as url:
        return 1000 * asyncio.run(work(url)) / CALLS


def asked() -> Request:
    """A request with 20 messages and the tools of the benchmark's scenario."""
    outcome = asyncio.run(run_episode(scenario(), agents(LookUp())))
    return next(exchange.request for exchange in outcome.exchanges if len(exchange.request.messages) >= 20)


@benchmark("256 in flight, 0.5 s latency", target="≤ 1.1", unit="x ideal", repeats=2)
def many_in_flight() -> float:
    async def work(url: str, folder: Path) -> float:
        async with client(url) as policy:
            outcomes: list[Outcome] = []
            with CallStore(folder) as store:

                async def run(number: int) -> None:
                    outcomes.append(await episode(policy, store, number))

                began = time.perf_counter()
                numbers = iter(range(1, IN_FLIGHT + 1))
                await work_off(lambda: next(numbers, None), IN_FLIGHT, run)
                seconds = time.perf_counter() - began
        calls = sum(exchange.request.role != "user" for exchange in outcomes[0].exchanges)
        if any(outcome.metrics.errors or outcome.result.exception for outcome in outcomes):
            raise RuntimeError("a run failed")
        return seconds / (calls * LATENCY)

    with server(LATENCY) as url, tempfile.TemporaryDirectory() as folder, patient_collector():
        return asyncio.run(work(url, Path(folder)))


PLAYED = scenario()


async def episode(policy: Policy, store: CallStore, number: int) -> Outcome:
    """One recorded episode."""
    made = agents(policy, replies=REPLIES)
    unit = UnitKey("bench_agents", number)
    policies = {role: RecordingPolicy(policy, store, unit) for role, policy in made.policies.items()}
    return await run_episode(PLAYED, Agents(policies, made.prompts, made.settings), run_number=number)


class Barrier:
    """Answers at once, but for the last call of an episode, which waits until it is let go."""

    def __init__(self) -> None:
        self.waiting = 0
        self.go = asyncio.Event()

    def start(self, role: Role, view: View) -> Session:
        """Itself."""
        return self

    async def complete(self, request: Request) -> Response:
        """The call."""
        if request.index == 2 * REPLIES - 1:
            self.waiting += 1
            await self.go.wait()
        return LOOK_UP

    def next_due(self) -> float | None:
        """Never."""
        return None


def grown_per_scenario() -> float:
    """MiB by which this process grows for each of many scenarios in flight, all near their end."""

    async def work() -> float:
        process = psutil.Process()
        barrier = Barrier()
        made = agents(barrier, replies=REPLIES)
        await run_episode(PLAYED, agents(LookUp(), replies=REPLIES))  # what all of them share is there already
        before = process.memory_info().rss
        tasks = [
            asyncio.create_task(run_episode(PLAYED, made, run_number=number)) for number in range(1, IN_FLIGHT + 1)
        ]
        while barrier.waiting < IN_FLIGHT:
            await asyncio.sleep(0.01)
        grown = process.memory_info().rss - before
        barrier.go.set()
        await asyncio.gather(*tasks)
        return grown / IN_FLIGHT / 2**20

    return asyncio.run(work())


@benchmark("memory of a scenario in flight", target="≤ 1", unit="MiB", repeats=2)
def memory_in_flight() -> float:
    # A new process: in this one, memory that earlier runs left free would be used again and not be counted.
    code = "from benchmarks.http import grown_per_scenario; print(grown_per_scenario())"
    root = Path(__file__).resolve().parent.parent
    return float(subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True).stdout)
