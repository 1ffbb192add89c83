"""The assistant `observe-execute`: one conversation watches and proposes, a fresh one carries out what was accepted."""

from __future__ import annotations

from pare_runner.agents.contract import AgentSetup, Phase
from pare_runner.agents.conversation import converse, shown
from pare_runner.agents.transcript import Transcript
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Role
from pare_runner.policy.tools import ToolList


class ObserveExecuteAssistant:
    """The assistant of the documented turn loop."""

    def __init__(self, setup: AgentSetup) -> None:
        self._setup = setup
        self._observing: Transcript | None = None

    async def observe(self, phase: Phase) -> None:
        """Look up, propose or wait; what was seen in earlier turns is remembered."""
        if self._observing is None:
            self._observing = self._start("observe", phase.tools)
        transcript = self._observing
        first = True

        def compose() -> tuple[Message, ...]:
            nonlocal first
            news = phase.news()
            if first or news:
                text = self._setup.prompts.render("observe_turn", now=phase.now, notifications=shown(news))
                transcript.add(Message("user", text.strip(), kind="environment_notifications"))
            first = False
            return tuple(transcript.messages)

        await converse(phase, self._setup, transcript, compose)

    async def execute(self, phase: Phase) -> None:
        """Carry out the proposal; the conversation starts with it and ends with the phase."""
        transcript = self._start("execute", phase.tools)
        task = self._setup.prompts.render(
            "execute_task", now=phase.now, proposal=phase.proposal or "", answer=phase.answer
        )
        transcript.add(Message("user", task.strip(), kind="task"))

        def compose() -> tuple[Message, ...]:
            news = phase.news()
            if news:
                text = self._setup.prompts.render("execute_turn", now=phase.now, notifications=shown(news))
                transcript.add(Message("user", text.strip(), kind="environment_notifications"))
            return tuple(transcript.messages)

        await converse(phase, self._setup, transcript, compose)

    def _start(self, role: Role, tools: ToolList) -> Transcript:
        system = self._setup.prompts.render(
            role,
            now=self._setup.start,
            apps=self._setup.apps,
            protocol=self._setup.protocol.name,
            tools=tools.tools if self._setup.protocol.name == "react" else (),
        )
        return Transcript(system.strip())
