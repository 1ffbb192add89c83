"""Assistants and users that need no oracle: the limits of what a benchmark can give."""

from __future__ import annotations

from pare_runner.apps.notifications import PAREMessageType
from pare_runner.llm.offline.calls import interface_call
from pare_runner.llm.offline.policy import OfflineSession
from pare_runner.policy.policy import TapCall
from pare_runner.policy.request import Request


class PassiveAssistant(OfflineSession):
    """Never does anything."""

    name = "passive"

    def decide(self, request: Request) -> TapCall | None:
        """Nothing."""
        return None


class EagerAssistant(OfflineSession):
    """Proposes something whenever it is told of something, and then does nothing about it.

    What the user says to its proposals is nothing new, or it would answer itself for ever.
    """

    name = "eager"

    def decide(self, request: Request) -> TapCall | None:
        """A proposal about the newest notification of this request."""
        told = self.view.notifications("observe") if self.role == "observe" else ()
        news = [item for item in told if item.message_type is not PAREMessageType.USER_MESSAGE]
        if not news:
            return None
        content = f"I have just seen this: {news[-1].message}\nShall I take care of it?"
        return interface_call(self.view.phone, "send_message_to_user", content=content)


class AnsweringUser(OfflineSession):
    """Gives every proposal the same answer, and does nothing else."""

    answer = ""

    def decide(self, request: Request) -> TapCall | None:
        """The answer, if a proposal waits for one."""
        return None if self.view.proposal is None else interface_call(self.view.phone, self.answer)


class AcceptingUser(AnsweringUser):
    """Accepts everything."""

    name = "always_accept"
    answer = "accept_proposal"


class RejectingUser(AnsweringUser):
    """Rejects everything."""

    name = "always_reject"
    answer = "reject_proposal"
