"""A phone with a messaging app and a few files on it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.core.app import section_shape
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.apps.phone import Phone
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.kernel.ids import IdSource

START = 1_700_000_000.0
SECTION: dict[str, Any] = {
    "users": {"priya": "Priya Raman", "tom": "Tom Abel", "ann": "Ann Lind"},
    "conversations": [
        {
            "id": "dinner",
            "title": "Friday dinner",
            "participants": ["priya", "tom"],
            "messages": [
                {"id": "m1", "from": "priya", "at": "-2d", "content": "See you all on Friday!"},
                {"id": "m2", "from": "me", "at": "-1d", "content": "Looking forward."},
            ],
        },
        {
            "id": "chat",
            "participants": ["tom"],
            "messages": [{"id": "m3", "from": "tom", "at": "-1h", "content": "Hi"}],
        },
        {
            "id": "trip",
            "title": "Trip",
            "participants": ["ann"],
            "messages": [
                {"id": "m4", "from": "ann", "at": "-3d", "content": "The plan", "attachments": ["/docs/plan.txt"]}
            ],
        },
    ],
}

Fill = Callable[[dict[str, Any]], StatefulMessagingApp]
Tap = Callable[..., CompletedEvent]


class Folder:
    """A file store with two folders, docs and Downloads."""

    def __init__(self) -> None:
        self.contents = {"/docs/plan.txt": b"By train."}

    def read_bytes(self, path: str) -> bytes:
        if path not in self.contents:
            raise FileNotFoundError(path)
        return self.contents[path]

    def write_bytes(self, path: str, content: bytes) -> str:
        absolute = "/" + path.lstrip("/")
        if not absolute.startswith(("/docs/", "/Downloads/")):
            raise FileNotFoundError(path)
        self.contents[absolute] = content
        return absolute


def filled(section: dict[str, Any]) -> StatefulMessagingApp:
    """A messaging app populated from a section as YAML gives it; ValueError with what its shape refuses."""
    app = StatefulMessagingApp(name="Messages")
    shape = section_shape(StatefulMessagingApp)
    assert shape is not None
    conversion = Conversion(start=app.now)
    converted = shape.convert(section, conversion)
    if conversion.problems:
        raise ValueError(str(conversion.problems))
    app.populate(converted)
    return app


@pytest.fixture
def fill() -> Fill:
    return filled


@pytest.fixture
def section() -> dict[str, Any]:
    """The section the phone is filled from, to be changed at will."""
    return copy.deepcopy(SECTION)


@pytest.fixture
def phone() -> Phone:
    with building(Services(Clock(START), IdSource("test"), files=Folder())) as services:
        apps = [HomeScreenSystemApp("System"), filled(SECTION)]
    return Phone(apps, services)


@pytest.fixture
def messages(phone: Phone) -> StatefulMessagingApp:
    app = phone.apps["Messages"]
    assert isinstance(app, StatefulMessagingApp)
    return app


@pytest.fixture
def tap(phone: Phone) -> Tap:
    """Tap a tool of the messaging app, which is open."""
    phone.call(EventType.USER, "System", "open_app", {"app_name": "Messages"})
    return lambda tool, **args: phone.call(EventType.USER, "Messages", tool, args)
