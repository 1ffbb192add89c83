"""What a phone lends its apps: clock, ids, draws, the file system, and itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from pare_runner.kernel.clock import Clock
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.ids import IdSource


@runtime_checkable
class FileStore(Protocol):
    """Where attachments are read from and downloads go: the Files app."""

    def read_bytes(self, path: str) -> bytes:
        """Contents of a file; FileNotFoundError if there is none."""

    def write_bytes(self, path: str, content: bytes) -> str:
        """Write a file, return its absolute path; FileNotFoundError if its folder does not exist."""


class Launcher(Protocol):
    """What the home screen asks of the phone."""

    def open_app(self, app_name: str) -> str:
        """Show an app from its root screen."""

    def switch_app(self, app_name: str) -> str:
        """Return to an app opened before, as it was left."""

    def go_home(self) -> str:
        """Show the home screen."""

    def app_names(self) -> Sequence[str]:
        """Names of the apps that can be opened."""


@dataclass(slots=True)
class Services:
    """Shared by all apps of a phone; a lone app has its own, at time zero."""

    clock: Clock = field(default_factory=Clock)
    ids: IdSource = field(default_factory=lambda: IdSource("alone"))
    draws: Draws = field(default_factory=lambda: Draws(0, "alone"))
    files: FileStore | None = None
    launcher: Launcher | None = None

    def begin(self, *cause: Any) -> None:
        """Enter a cause: ids made from here on belong to it."""
        self.ids.begin(*cause)


_CURRENT: ContextVar[Services | None] = ContextVar("pare_runner_services", default=None)


@contextmanager
def building(services: Services) -> Iterator[Services]:
    """Apps created inside share `services`."""
    token = _CURRENT.set(services)
    try:
        yield services
    finally:
        _CURRENT.reset(token)


def current_services() -> Services:
    """The services of the phone being built, or new ones."""
    return _CURRENT.get() or Services()
