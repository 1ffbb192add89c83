"""The calls of one run, kept until it ends: what a cache wants of it, beside or instead of what a job records."""

from __future__ import annotations

from typing import Protocol

from pare_runner.llm.recording.keys import FIRST_ATTEMPT, Due, UnitKey
from pare_runner.llm.recording.lines import call_line, due_line, text_lines
from pare_runner.policy.request import ModelError, Request, Response


class CallSink(Protocol):
    """Takes in calls as they end; each method gives back the line it made. Raises OSError if it cannot write."""

    def record(
        self,
        unit: UnitKey,
        request: Request,
        sampling: str,
        answer: Response | ModelError,
        attempt: int = FIRST_ATTEMPT,
    ) -> bytes:
        """Take in a call."""

    def record_due(self, unit: UnitKey, due: Due, attempt: int = FIRST_ATTEMPT) -> bytes:
        """Take in an answer of `next_due`."""

    async def settled(self) -> None:
        """Wait until all that was taken in outlives this process; awaited before a reply is used."""


class KeptCalls:
    """Hands the calls of a run on to `store`, if there is one, and keeps them.

    While the run goes it costs two references a call: texts are rendered when `lines` is asked for.
    """

    def __init__(self, store: CallSink | None = None) -> None:
        self._store = store
        self._requests: list[Request] = []
        self._lines: list[bytes] = []

    def record(
        self,
        unit: UnitKey,
        request: Request,
        sampling: str,
        answer: Response | ModelError,
        attempt: int = FIRST_ATTEMPT,
    ) -> bytes:
        """See `CallSink`."""
        if self._store is None:
            line = call_line(unit, attempt, request, sampling, answer)
        else:
            line = self._store.record(unit, request, sampling, answer, attempt)
        self._requests.append(request)
        self._lines.append(line)
        return line

    def record_due(self, unit: UnitKey, due: Due, attempt: int = FIRST_ATTEMPT) -> bytes:
        """See `CallSink`."""
        line = due_line(unit, attempt, due) if self._store is None else self._store.record_due(unit, due, attempt)
        self._lines.append(line)
        return line

    async def settled(self) -> None:
        """See `CallSink`."""
        if self._store is not None:
            await self._store.settled()

    def lines(self) -> bytes:
        """All that was recorded as lines of a recording, the texts that calls refer to first."""
        known: set[str] = set()
        texts: list[bytes] = []
        for request in self._requests:
            lines, fresh = text_lines(request, known)
            texts += lines
            known |= fresh
        return b"".join([*texts, *self._lines])
