"""Capture mode: inside it, calling a tool of an app does not run it but returns the event of the call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pare_runner.kernel.events import Action, Event

_CAPTURING: ContextVar[bool] = ContextVar("pare_runner_capturing", default=False)


class EventRegisterer:
    """The switch, under the name Meta-ARE gives it; each thread and task has its own."""

    @staticmethod
    @contextmanager
    def capture_mode() -> Iterator[None]:
        """Calls of tools return `Event`s (type ENV, defaults filled in) instead of running."""
        token = _CAPTURING.set(True)
        try:
            yield
        finally:
            _CAPTURING.reset(token)

    @staticmethod
    @contextmanager
    def disable_events() -> Iterator[None]:
        """Calls of tools run although capture mode is on."""
        token = _CAPTURING.set(False)
        try:
            yield
        finally:
            _CAPTURING.reset(token)


def is_capturing() -> bool:
    """Whether capture mode is on here."""
    return _CAPTURING.get()


def captured(action: Action) -> Event:
    """The event a captured call returns."""
    return Event(action=action)
