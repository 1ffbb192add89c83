"""Limiters of one process for calls that are made in others.

A worker's `RemoteLimiter` asks, the `LimiterHost` of the parent answers; how messages travel is somebody else's matter.
A message is a dict of JSON values, `{"limiter": what, "key": service, ...}`, and messages of a worker arrive in the
order they were sent in:

- `tighten`: `maximum` and `per_minute`; the first message about a service.
- `acquire`: `call`, a number that the worker has not used before for this service. Answered when there is a slot.
- `release`: `call`, `success`, `busy`. The slot is given back; if the call is still waiting for one, it waits no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from pare_runner.llm.http.limiter import Limiter, Slots

Message = dict[str, Any]
Ask = Callable[[Message], Awaitable[Any]]
"""Sends a message and waits for its answer; raises if none can come any more."""
Tell = Callable[[Message], None]
"""Sends a message that has no answer. Never waits, never raises."""
Reply = Callable[[bool], None]
"""Answers a message: True, there is a slot."""


class RemoteLimiter:
    """`Slots` that another process hands out. `key` names the service; its limiter is shared by all workers."""

    def __init__(self, key: str, maximum: int, ask: Ask, tell: Tell) -> None:
        self._key = key
        self._ask = ask
        self._tell = tell
        self._calls = 0
        self.tighten(maximum, None)

    async def acquire(self) -> int:
        """See `Slots`."""
        self._calls += 1
        call = self._calls
        try:
            await self._ask({"limiter": "acquire", "key": self._key, "call": call})
        except BaseException:  # a cancellation above all: the slot may be on its way
            self.release(call)
            raise
        return call

    def release(self, ticket: int, *, success: bool = False, busy: bool = False) -> None:
        """See `Slots`."""
        self._tell({"limiter": "release", "key": self._key, "call": ticket, "success": success, "busy": busy})

    def tighten(self, maximum: int, per_minute: float | None) -> None:
        """See `Slots`."""
        self._tell({"limiter": "tighten", "key": self._key, "maximum": maximum, "per_minute": per_minute})


class LimiterHost:
    """One limiter for each service, for any number of workers. Used on one event loop."""

    def __init__(self) -> None:
        self._limiters: dict[str, Limiter] = {}
        self._held: dict[Hashable, dict[tuple[str, int], asyncio.Task[int]]] = {}

    def limiter(self, key: str, maximum: int) -> Limiter:
        """The limiter of a service, made when first asked for; for calls of the host's own process as well."""
        found = self._limiters.get(key)
        if found is None:
            found = self._limiters[key] = Limiter(maximum)
        return found

    def receive(self, worker: Hashable, message: Message, reply: Reply = lambda granted: None) -> None:
        """Act on a message of `worker`; `reply` is called at once or later if it asks for a slot, and then only once.

        ValueError for a message that is none of these, KeyError for one about a service that nobody has named yet.
        """
        key = message["key"]
        match message["limiter"]:
            case "tighten":
                self.limiter(key, message["maximum"]).tighten(message["maximum"], message["per_minute"])
            case "acquire":
                self._acquire(worker, (key, message["call"]), reply)
            case "release":
                self._release(worker, (key, message["call"]), message["success"], message["busy"])
            case what:
                raise ValueError(f"no message of a limiter: {what!r}")

    def forget(self, worker: Hashable) -> None:
        """A worker is dead: its slots are free, and it waits for none."""
        for name in list(self._held.get(worker, ())):
            self._release(worker, name)
        self._held.pop(worker, None)

    def _acquire(self, worker: Hashable, name: tuple[str, int], reply: Reply) -> None:
        limiter = self._limiters[name[0]]
        waiting = asyncio.ensure_future(limiter.acquire())
        self._held.setdefault(worker, {})[name] = waiting

        def granted(task: asyncio.Task[int]) -> None:
            if not task.cancelled():
                reply(True)

        waiting.add_done_callback(granted)

    def _release(self, worker: Hashable, name: tuple[str, int], success: bool = False, busy: bool = False) -> None:
        held = self._held.get(worker, {}).pop(name, None)
        if held is None:  # of a worker that had been given up
            return
        if held.done() and not held.cancelled():
            self._limiters[name[0]].release(held.result(), success=success, busy=busy)
        else:
            held.cancel()


def remote_limiters(ask: Ask, tell: Tell) -> Callable[[str, int], Slots]:
    """What `Endpoints` of a worker make their limiters with."""
    return lambda key, maximum: RemoteLimiter(key, maximum, ask, tell)
