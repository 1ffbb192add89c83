"""The home screen and the phone's clock."""

from __future__ import annotations

from typing import Any, ClassVar

from pare_runner.apps.core.app import App
from pare_runner.apps.core.dates import WEEKDAYS, to_datetime, to_text
from pare_runner.apps.core.services import Launcher
from pare_runner.apps.core.tools import READ, agent_tool, env_tool, user_tool


class HomeScreenSystemApp(App):
    """The phone itself: the time, waiting, and moving between apps."""

    name_in_benchmark: ClassVar[str] = "System"

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)
        self._wake_at: float | None = None

    @agent_tool(READ)
    def get_current_time(self) -> dict[str, Any]:
        """Tell the current date and time, in UTC.

        Returns:
            current_timestamp (seconds since the epoch), current_datetime (text) and current_weekday.
        """
        return {
            "current_timestamp": self.now,
            "current_datetime": to_text(self.now),
            "current_weekday": WEEKDAYS[to_datetime(self.now).weekday()],
        }

    @agent_tool(READ)
    def wait_for_notification(self, timeout: int = 0) -> None:
        """Wait until something happens, at most for a given time; this ends the wait before, if there is one.

        Args:
            timeout: Seconds to wait at most.
        """
        if timeout < 0:
            raise ValueError(f"timeout must not be negative, got {timeout}")
        self._wake_at = self.now + timeout

    def end_wait(self) -> None:
        """Something has happened: the wait is over, and nobody need be told."""
        self._wake_at = None

    @env_tool(READ)
    def wait(self, time: int = 0) -> None:
        """Let time pass.

        Args:
            time: Seconds that pass.
        """
        if time < 0:
            raise ValueError(f"time must not be negative, got {time}")
        self.services.clock.advance_to(self.now + time)

    @user_tool(READ)
    def go_home(self) -> str:
        """Leave the app in front and show the home screen.

        Returns:
            What is shown now.
        """
        return self._launcher().go_home()

    @user_tool(READ)
    def open_app(self, app_name: str) -> str:
        """Open an app from the home screen; it starts at its first screen.

        Args:
            app_name: Name of the app.

        Returns:
            What is shown now.
        """
        return self._launcher().open_app(app_name)

    @user_tool(READ)
    def switch_app(self, app_name: str) -> str:
        """Return to an app opened before, as it was left.

        Args:
            app_name: Name of the app.

        Returns:
            What is shown now.
        """
        return self._launcher().switch_app(app_name)

    def next_timer(self) -> float | None:
        """When the wait ends."""
        return self._wake_at

    def fire_timers(self, time: float) -> list[str]:
        """End the wait if it is over."""
        if self._wake_at is None or self._wake_at > time:
            return []
        self._wake_at = None
        return [f"{self.name}: the wait is over"]

    def _launcher(self) -> Launcher:
        if self.services.launcher is None:
            raise RuntimeError("the home screen belongs to no phone")
        return self.services.launcher
