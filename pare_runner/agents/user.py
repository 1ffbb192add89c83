"""The simulated user: sees notifications, the pending proposal and one screen, and taps."""

from __future__ import annotations

from collections.abc import Sequence

from pare_runner.agents.contract import AgentSetup, Phase
from pare_runner.agents.conversation import converse, shown
from pare_runner.agents.transcript import Transcript
from pare_runner.apps.notifications import Notification, PAREMessageType
from pare_runner.policy.messages import Message
from pare_runner.policy.tools import NO_TOOLS


class ScreenUser:
    """The user of the documented turn loop.

    What happened stays in the conversation; the screen and what can be tapped stand only in the newest message, since
    earlier ones say nothing true any more.
    """

    def __init__(self, setup: AgentSetup) -> None:
        self._setup = setup
        system = setup.prompts.render(
            "user",
            now=setup.start,
            apps=setup.apps,
            protocol=setup.protocol.name,
            tools=NO_TOOLS.tools,
            goal=setup.goal,
            additional=setup.additional,
        )
        self._transcript = Transcript(system.strip())

    async def act(self, phase: Phase) -> None:
        """Tap, answer or wait until the phase is over."""

        def compose() -> tuple[Message, ...]:
            self._transcript.add(Message("user", self._news(phase), kind="environment_notifications"))
            return self._transcript.with_last(Message("user", self._screen(phase), kind="current_app_state"))

        await converse(phase, self._setup, self._transcript, compose)

    def _news(self, phase: Phase) -> str:
        news = phase.news()
        return self._setup.prompts.render(
            "user_turn",
            now=phase.now,
            notifications=shown([item for item in news if not _is_message(item)]),
            messages=[item.message for item in news if _is_message(item)],
            proposal=phase.proposal,
            protocol=self._setup.protocol.name,
        ).strip()

    def _screen(self, phase: Phase) -> str:
        app, screen, shows = phase.screen
        tools: Sequence[object] = phase.tools.tools if self._setup.protocol.name == "react" else ()
        return self._setup.prompts.render(
            "user_screen", app=app, screen=screen, shows=shows, tools=tools, protocol=self._setup.protocol.name
        ).strip()


def _is_message(notification: Notification) -> bool:
    return notification.message_type is PAREMessageType.AGENT_MESSAGE
