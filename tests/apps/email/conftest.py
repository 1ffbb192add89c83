"""A phone with mail and files on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.core.app import App, section_shape
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.email.app import StatefulEmailApp
from pare_runner.apps.files.app import SandboxLocalFileSystem
from pare_runner.apps.phone import Phone
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.kernel.ids import IdSource

START = 1763456400.0
FILES: dict[str, Any] = {
    "files": {"/docs/menu.txt": "soup, fish", "/photo.jpg": {"base64": "/9j/"}, "/Downloads/": None}
}
SECTION: dict[str, Any] = {
    "user_email": "ana@example.org",
    "emails": [
        {
            "id": "invitation",
            "sender": "priya@example.org",
            "subject": "Dinner on Friday",
            "content": "Table for six?",
            "at": "-2d",
            "attachments": ["/docs/menu.txt", {"name": "map.png", "base64": "AP8="}],
        },
        {
            "id": "booked",
            "folder": "sent",
            "recipients": ["priya@example.org"],
            "cc": ["tom@example.org"],
            "subject": "Re: Dinner on Friday",
            "content": "I will book it.",
            "in_reply_to": "invitation",
            "at": "-1d",
        },
        {
            "id": "bill",
            "sender": "Power <bills@power.example>",
            "subject": "Your bill",
            "content": "54 EUR",
            "at": "-3h",
        },
        {"id": "skiing", "folder": "DRAFT", "subject": "Skiing", "content": "Shall we", "at": "-1h"},
        {"id": "advert", "folder": "TRASH", "sender": "shop@example.com", "subject": "Sale", "at": "-5d"},
    ],
}

Fill = Callable[[dict[str, Any]], StatefulEmailApp]
Tap = Callable[..., CompletedEvent]


def populate(app: App, section: dict[str, Any]) -> None:
    """Fill an app from a section as YAML gives it."""
    shape = section_shape(type(app))
    assert shape is not None
    conversion = Conversion(start=START)
    converted = shape.convert(section, conversion)
    assert not conversion.problems, conversion.problems
    app.populate(converted)


@pytest.fixture
def phone() -> Phone:
    with building(Services(Clock(START), IdSource("test"))) as services:
        files, mail = SandboxLocalFileSystem("Files"), StatefulEmailApp("Emails")
        populate(files, FILES)
        populate(mail, SECTION)
        return Phone([HomeScreenSystemApp("System"), files, mail], services)


@pytest.fixture
def fill() -> Fill:
    def filled(section: dict[str, Any]) -> StatefulEmailApp:
        with building(Services(Clock(START), IdSource("test"))):
            files, mail = SandboxLocalFileSystem("Files"), StatefulEmailApp("Emails")
            populate(files, FILES)
            populate(mail, section)
        return mail

    return filled


@pytest.fixture
def mail(phone: Phone) -> StatefulEmailApp:
    app = phone.apps["Emails"]
    assert isinstance(app, StatefulEmailApp)
    return app


@pytest.fixture
def files(phone: Phone) -> SandboxLocalFileSystem:
    app = phone.apps["Files"]
    assert isinstance(app, SandboxLocalFileSystem)
    return app


@pytest.fixture
def tap(phone: Phone) -> Tap:
    """Tap a tool of the email app, which is open."""
    phone.call(EventType.USER, "System", "open_app", {"app_name": "Emails"})
    return lambda tool, **args: phone.call(EventType.USER, "Emails", tool, args)
