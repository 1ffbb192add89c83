"""What an agent has in hand, and what an agent is: the interface for assistants of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pare_runner.agents.prompts import PromptSet
from pare_runner.agents.protocols.contract import MessageProtocol
from pare_runner.agents.replies import Call, Reply, Result
from pare_runner.apps.notifications import Notification
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Role
from pare_runner.policy.tools import ToolList


@dataclass(frozen=True, slots=True)
class AgentSetup:
    """What an agent is made with, once for each run.

    `apps` are the names of the apps the user can open. `goal` and `additional` are texts of the scenario for the
    user, None if it has none.
    """

    prompts: PromptSet
    protocol: MessageProtocol
    apps: Sequence[str]
    start: str
    goal: str | None = None
    additional: str | None = None


class Phase(Protocol):
    """An agent's share of one turn. It is over after a call that ends it, or when its replies are used up."""

    @property
    def role(self) -> Role:
        """user, observe or execute."""

    @property
    def turn(self) -> int:
        """Number of the turn, from 0."""

    @property
    def now(self) -> str:
        """The virtual time, as text in UTC."""

    @property
    def over(self) -> bool:
        """Whether the agent can do nothing more in this turn."""

    @property
    def tools(self) -> ToolList:
        """What may be called now. The user's change with the screen."""

    @property
    def proposal(self) -> str | None:
        """The proposal that waits for an answer, or, while executing, the one that was accepted."""

    @property
    def answer(self) -> str:
        """What the user said when accepting."""

    @property
    def screen(self) -> tuple[str | None, str | None, Mapping[str, Any]]:
        """App in front, its screen, and what the screen shows; None on the home screen."""

    def news(self) -> list[Notification]:
        """What this agent has not been told yet; each notification is given once.

        Take them in every phase: while there are any left, a turn is not idle and no time is jumped over.
        """

    async def ask(self, messages: Sequence[Message]) -> Reply:
        """Ask the role's model. Virtual time passes, and the world moves on.

        The reply has been read by the message protocol. A malformed one (`reply.problem`) uses one of the retries of
        the phase; when there are none left the episode ends.

        What it raises ends the episode, so let it pass: by a limit, by the scenario's duration, by a ModelError.
        RuntimeError if the phase is over already.
        """

    def call(self, call: Call) -> Result:
        """Make a call now; it takes no time.

        After a call that ended the phase, and when the phase belongs to the past, it is not made, and the result says
        so; likewise a call of the assistant that is not offered.
        """

    def call_tool(self, name: str, /, **args: Any) -> Result:
        """Like `call`, by the name of the tool; an unknown tool or argument is a failed result."""


class UserAgent(Protocol):
    """A simulated user."""

    async def act(self, phase: Phase) -> None:
        """Take the user's share of a turn."""


class Assistant(Protocol):
    """A proactive assistant, made anew with an `AgentSetup` for each run: its memory is that of one run.

    A phase belongs to one call of one method. Like everything in a run, an assistant reads no wall clock and draws no
    random numbers of its own. `pare_runner.prove.assistants.AssistantContract` tests all of this.
    """

    async def observe(self, phase: Phase) -> None:
        """Look around: `phase.tools` are tools that read, waiting, and `send_message_to_user`, which proposes."""

    async def execute(self, phase: Phase) -> None:
        """Carry out the accepted proposal: every tool but waiting."""
