"""The connections of an invocation, and the event loop they live on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp

T = TypeVar("T")

KEEP_ALIVE = 30.0
"""Seconds an idle connection is kept; services close theirs after a minute or more."""


class Pool:
    """One aiohttp session on the loop it was entered on. Work asked for on another loop is done on that one.

    The number of connections has no bound here: the limiters bound the requests in flight.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: aiohttp.ClientSession | None = None
        self._guests: set[asyncio.Task[Any]] = set()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open session; RuntimeError outside `async with`."""
        if self._session is None:
            raise RuntimeError("the model client is closed: use it inside `async with Endpoints(...)`")
        return self._session

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of `work()`, run on the loop of the session."""
        if asyncio.get_running_loop() is self._loop:
            return await work()
        if self._loop is None:
            raise RuntimeError("the model client is closed: use it inside `async with Endpoints(...)`")
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._as_guest(work), self._loop))

    async def _as_guest(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        task = asyncio.current_task()
        assert task is not None
        self._guests.add(task)
        try:
            return await work()
        finally:
            self._guests.discard(task)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE)
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), raise_for_status=False
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._session, self._loop = self.session, None, None
        guests = list(self._guests)
        for task in guests:
            task.cancel()
        try:
            await asyncio.gather(*guests, return_exceptions=True)
        finally:
            await session.close()
