"""The app classes there are, by class name."""

from __future__ import annotations

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.apartment.app import StatefulApartmentApp
from pare_runner.apps.cab.app import StatefulCabApp
from pare_runner.apps.calendar.app import StatefulCalendarApp
from pare_runner.apps.contacts.app import StatefulContactsApp
from pare_runner.apps.core.app import App
from pare_runner.apps.email.app import StatefulEmailApp
from pare_runner.apps.files.app import SandboxLocalFileSystem
from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.apps.reminder.app import StatefulReminderApp
from pare_runner.apps.shopping.app import StatefulShoppingApp
from pare_runner.apps.system.app import HomeScreenSystemApp

ALL_APPS: tuple[type[App], ...] = (
    HomeScreenSystemApp,
    PAREAgentUserInterface,
    StatefulCalendarApp,
    StatefulContactsApp,
    StatefulEmailApp,
    StatefulShoppingApp,
    StatefulCabApp,
    StatefulApartmentApp,
    StatefulMessagingApp,
    StatefulNotesApp,
    StatefulReminderApp,
    SandboxLocalFileSystem,
)
"""The shipped apps, in the documented order."""

_REGISTERED: dict[str, type[App]] = {cls.__name__: cls for cls in ALL_APPS}


def register_app(cls: type[App]) -> type[App]:
    """Make an app class of one's own known to scenario files under its class name; ValueError if the name is taken."""
    known = _REGISTERED.get(cls.__name__)
    if known is not None and known is not cls:
        raise ValueError(f"there is already an app class {cls.__name__!r}")
    _REGISTERED[cls.__name__] = cls
    return cls


def app_classes() -> dict[str, type[App]]:
    """Class name → class, shipped apps first."""
    return dict(_REGISTERED)
