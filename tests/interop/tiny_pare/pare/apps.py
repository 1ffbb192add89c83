"""Apps with PARE's class names, which decide what an export says."""

from __future__ import annotations

from are.simulation.apps import AgentUserInterface, CabApp, EmailClientV2, SystemApp
from are.simulation.apps.reminder import ReminderApp
from are.simulation.tool_utils import OperationType, user_tool
from are.simulation.types import EventType, event_registered


class PAREAgentUserInterface(AgentUserInterface):
    """An interface whose user accepts and rejects."""

    @user_tool()
    @event_registered(operation_type=OperationType.WRITE, event_type=EventType.USER)
    def accept_proposal(self, content: str = "") -> str:
        """Accept."""
        return self.send_message_to_agent(f"[ACCEPT]: {content}")


class HomeScreenSystemApp(SystemApp):
    """The home screen."""


class StatefulEmailApp(EmailClientV2):
    """Emails."""


class StatefulReminderApp(ReminderApp):
    """Reminders; like PARE's, without a state."""


class StatefulCabApp(CabApp):
    """Cabs; like PARE's, with a state that forgets the ride that is on."""
