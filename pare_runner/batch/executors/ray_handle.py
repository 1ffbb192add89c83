"""A worker on a node of a Ray cluster, as the driver sees it.

The driver fetches the worker's messages one batch after another. Recorded calls are appended to the job's directory as
they arrive, before anything else of the batch is looked at and before the next one is fetched.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from pare_runner.batch.executors.contract import Crew
from pare_runner.batch.executors.handle import Handle
from pare_runner.llm.recording.store import CallStore

log = logging.getLogger(__name__)

END_SECONDS = 0.5
"""How long a worker may take to tidy up before it is killed."""


def ray_module() -> Any:
    """The package ray, which is imported only where it is used."""
    return import_module("ray")


class RayHandle(Handle):
    """An actor that has been prepared. `receive` raises what ended the worker's work, and OSError if nothing can be
    written here."""

    def __init__(self, actor: Any, crew: Crew) -> None:
        super().__init__(crew)
        self._actor = actor
        self._inbox: asyncio.Queue[tuple[Any, ...] | BaseException | None] = asyncio.Queue()
        self._stores: dict[int, CallStore] = {}
        self._outbox: list[tuple[Any, ...]] = []
        self._deliveries = 0
        self._alive = True
        self._pump = asyncio.ensure_future(self._fetch())

    def send(self, *message: Any) -> None:
        """See `Handle`. What is sent in one go of the loop travels together."""
        if message[0] == "close":
            self._close(message[1])
        if not self._outbox:
            asyncio.get_running_loop().call_soon(self._deliver)
        self._outbox.append(message)

    async def receive(self, seconds: float) -> tuple[Any, ...] | Literal["nothing"] | None:
        """See `Handle`."""
        try:
            async with asyncio.timeout(seconds):
                message = await self._inbox.get()
        except TimeoutError:
            return "nothing"
        if isinstance(message, BaseException):
            raise message
        self.blocked = None
        return message

    async def stop(self, *, kill: bool = False) -> str:
        """See `Handle`."""
        ray, alive = ray_module(), self._alive
        if alive and not kill:
            with suppress(ray.exceptions.RayError, TimeoutError):
                async with asyncio.timeout(END_SECONDS):
                    await self._actor.end.remote()
        ray.kill(self._actor)
        # It ends by itself now: Ray's client does not bear that an answer it owes is not wanted any more.
        await asyncio.wait({self._pump}, timeout=END_SECONDS)
        self._pump.cancel()
        for job in list(self._stores):
            self._close(job)
        return "killed" if alive else "the actor or its node is gone"

    async def _fetch(self) -> None:
        taken = 0
        try:
            while True:
                messages: list[tuple[Any, ...]] = pickle.loads(await self._actor.exchange.remote(taken))
                self._take(messages)
                taken += len(messages)
        except ray_module().exceptions.RayError as error:
            log.debug("a worker is gone: %s", error)
            self._alive = False
            self._inbox.put_nowait(None)
        except Exception as error:  # raised where the messages are received
            self._inbox.put_nowait(error)

    def _take(self, messages: list[tuple[Any, ...]]) -> None:
        for message in messages:
            match message:
                case ("calls", job, lines):
                    self._store(job).write(lines)
                case ("report", (job, _), _) if job in self._stores:
                    self._stores[job].sync()
        for message in messages:
            match message:
                case ("calls", _, _):
                    continue
                case ("blocked", name):
                    self.blocked = name
                case ("failed", error):
                    self._inbox.put_nowait(error)
                case _:
                    self._inbox.put_nowait(message)

    def _store(self, job: int) -> CallStore:
        if job not in self._stores:
            self._stores[job] = CallStore(Path(self.crew.jobs[job].directory))
        return self._stores[job]

    def _close(self, job: int) -> None:
        store = self._stores.pop(job, None)
        if store is not None:
            store.close()

    def _deliver(self) -> None:
        messages, self._outbox = self._outbox, []
        data = pickle.dumps(messages, protocol=pickle.HIGHEST_PROTOCOL)
        self._actor.tell.remote(self._deliveries, data)
        self._deliveries += 1
