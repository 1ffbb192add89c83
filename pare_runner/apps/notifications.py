"""Who is told what: the notifications that follow from completed events and due timers."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from pare_runner.apps.core.app import App
from pare_runner.kernel.events import CompletedEvent, EventType

AGENT_INTERFACE = "PAREAgentUserInterface"
ACCEPT_PREFIX, REJECT_PREFIX = "[ACCEPT]: ", "[REJECT]: "


class PAREMessageType(enum.Enum):
    """Kinds of notification, as PARE names them."""

    AGENT_MESSAGE = "AGENT_MESSAGE"
    USER_MESSAGE = "USER_MESSAGE"
    USER_ACTION = "USER_ACTION"
    ENVIRONMENT_NOTIFICATION_USER = "ENVIRONMENT_NOTIFICATION_USER"
    ENVIRONMENT_NOTIFICATION_AGENT = "ENVIRONMENT_NOTIFICATION_AGENT"
    ENVIRONMENT_STOP = "ENVIRONMENT_STOP"


@dataclass(frozen=True, slots=True)
class Notification:
    """A message to one side; `event` is what it follows from (None for a timer)."""

    message_type: PAREMessageType
    timestamp: float
    message: str
    event: CompletedEvent | None = None


@dataclass(slots=True)
class NotificationCenter:
    """Undelivered notifications of both sides, oldest first."""

    user: list[Notification] = field(default_factory=list)
    agent: list[Notification] = field(default_factory=list)

    def post_timer(self, time: float, text: str) -> None:
        """A due reminder or an expired wait tells both sides."""
        self.user.append(Notification(PAREMessageType.ENVIRONMENT_NOTIFICATION_USER, time, text))
        self.agent.append(Notification(PAREMessageType.ENVIRONMENT_NOTIFICATION_AGENT, time, text))

    def post(self, event: CompletedEvent, app: App) -> None:
        """Tell whoever the completed call concerns; failed calls tell nobody, agent calls only by a message."""
        action = event.action
        if action is None or event.failed():
            return
        time, kind, name = event.event_time, event.event_type, action.function
        if kind is EventType.ENV:
            notice = app.notices.get(name)
            if notice is not None:
                for_user = notice.text(app.name, action.args, for_user=True)
                for_agent = notice.text(app.name, action.args, for_user=False)
                self.user.append(Notification(PAREMessageType.ENVIRONMENT_NOTIFICATION_USER, time, for_user, event))
                self.agent.append(Notification(PAREMessageType.ENVIRONMENT_NOTIFICATION_AGENT, time, for_agent, event))
            return
        on_interface = action.class_name == AGENT_INTERFACE
        content = str(action.args.get("content", ""))
        if on_interface and name == "send_message_to_user":
            self.user.append(Notification(PAREMessageType.AGENT_MESSAGE, time, content, event))
        elif kind is EventType.USER and not (on_interface and name == "wait"):
            self.agent.append(self._from_user(event, content, on_interface))

    @staticmethod
    def _from_user(event: CompletedEvent, content: str, on_interface: bool) -> Notification:
        prefixes = {"accept_proposal": ACCEPT_PREFIX, "reject_proposal": REJECT_PREFIX, "send_message_to_agent": ""}
        name = event.function_name() or ""
        if on_interface and name in prefixes:
            text = prefixes[name] + content
            return Notification(PAREMessageType.USER_MESSAGE, event.event_time, text, event)
        arguments = ", ".join(f"{key}={value!r}" for key, value in event.get_args().items())
        text = f"{event.app_class_name()}__{name}({arguments})"
        return Notification(PAREMessageType.USER_ACTION, event.event_time, text, event)
