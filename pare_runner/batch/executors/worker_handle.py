"""A worker process as its parent sees it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from typing import Any, Literal, Self

from pare_runner.batch.executors.contract import Crew
from pare_runner.batch.executors.handle import Handle
from pare_runner.batch.executors.wire import Wire

END_SECONDS = 2.0
"""How long a worker may take to end when it is told to, before it is killed."""


class WorkerHandle(Handle):
    """A worker process of this machine, and the two connections to it."""

    def __init__(self, process: subprocess.Popen[bytes], wire: Wire, lifeline: socket.socket, crew: Crew) -> None:
        super().__init__(crew)
        self.process = process
        self.wire = wire
        self.lifeline = lifeline
        self._next: asyncio.Task[tuple[Any, ...] | None] | None = None

    @classmethod
    async def start(cls, crew: Crew) -> Self:
        """Start a worker that knows the jobs of `crew`; it needs no file of whoever started this process."""
        ours, theirs = socket.socketpair()
        life, lifeline = socket.socketpair()
        handed = [theirs.fileno(), lifeline.fileno(), *([] if crew.lock is None else [crew.lock])]
        # A session of its own: Ctrl-C at a terminal reaches the parent alone, which decides what becomes of workers.
        process = subprocess.Popen(
            [sys.executable, "-m", "pare_runner.batch.executors.worker", *map(str, handed)],
            pass_fds=handed,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        )
        theirs.close()
        lifeline.close()
        life.setblocking(False)
        try:
            handle = cls(process, await Wire.over(ours), life, crew)
        except BaseException:  # Ctrl-C while it starts
            process.kill()
            process.wait()
            life.close()
            raise
        handle.send(list(sys.path), dict(crew.jobs), crew.log_level, crew.log_to_file)
        asyncio.get_running_loop().add_reader(life, handle._hear)
        return handle

    def send(self, *message: Any) -> None:
        """See `Handle`."""
        self.wire.send(*message)

    async def receive(self, seconds: float) -> tuple[Any, ...] | Literal["nothing"] | None:
        """See `Handle`."""
        if self._next is None:
            self._next = asyncio.ensure_future(self.wire.receive())
        if not self._next.done():
            await asyncio.wait({self._next}, timeout=seconds)
        if not self._next.done():  # half of a message may be there, so the same reading goes on next time
            return "nothing"
        message, self._next = self._next.result(), None
        self.blocked = None
        return message

    async def stop(self, *, kill: bool = False) -> str:
        """See `Handle`."""
        asyncio.get_running_loop().remove_reader(self.lifeline)
        if self._next is not None:
            self._next.cancel()
        if kill:
            self.process.kill()
        self.wire.close()
        self.lifeline.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                while self.process.poll() is None:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            self.process.kill()
        code = self.process.wait()
        if code >= 0:
            return f"exit status {code}"
        with suppress(ValueError):
            return signal.Signals(-code).name
        return f"signal {-code}"

    def _hear(self) -> None:
        try:
            heard = self.lifeline.recv(65_536)
        except OSError:
            return
        if heard:
            self.blocked = heard.decode(errors="replace").split()[-1]
        else:
            asyncio.get_running_loop().remove_reader(self.lifeline)
