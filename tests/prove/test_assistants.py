"""The contract suite accepts assistants that keep the contract, and each of its tests finds the breach it is for."""

from __future__ import annotations

import itertools
from typing import Any, ClassVar

import pytest

from pare_runner.agents.assistant import ObserveExecuteAssistant
from pare_runner.agents.contract import AgentSetup, Phase
from pare_runner.agents.replies import Call
from pare_runner.policy.messages import Message, ToolCall
from pare_runner.policy.tools import Tool
from pare_runner.prove.assistants import AssistantContract
from pare_runner.prove.assistants.situations import BUSY
from pare_runner.prove.proof import prove
from pare_runner.scenarios.compiler.compile import compile_scenario

SAY = "PAREAgentUserInterface__send_message_to_user"
ENTER = "Calendar__add_calendar_event"
TIMES = {"start_datetime": "2025-11-20 10:00:00", "end_datetime": "2025-11-20 11:00:00"}


class Noter:
    """Asks no model: offers a calendar entry for whatever arrives."""

    def __init__(self, setup: AgentSetup) -> None:
        self.heard: list[str] = []

    async def observe(self, phase: Phase) -> None:
        self.heard += [item.message for item in phase.news()]
        if self.heard:
            phase.call_tool(SAY, content=f"Shall I note this down? {self.heard.pop()}")

    async def execute(self, phase: Phase) -> None:
        phase.news()
        phase.call_tool(ENTER, title=str(phase.proposal), **TIMES)


class Asker:
    """Asks its model with messages of its own."""

    def __init__(self, setup: AgentSetup) -> None:
        self.setup = setup
        self.messages = [Message("system", "You look after a phone.")]

    async def observe(self, phase: Phase) -> None:
        await self.work(phase)

    async def execute(self, phase: Phase) -> None:
        await self.work(phase)

    async def work(self, phase: Phase) -> None:
        told = "; ".join(item.message for item in phase.news())
        self.messages.append(Message("user", f"It is {phase.now}. {told}"))
        while not phase.over:
            reply = await phase.ask(self.messages)
            if reply.problem is not None:
                said = [] if reply.message is None else [reply.message]
                self.messages += [*said, *self.setup.protocol.correction(reply, reply.problem.message)]
                continue
            assert reply.message is not None
            results = [phase.call(call) for call in reply.calls]
            self.messages += [reply.message, *self.setup.protocol.results(reply, results)]
            if not reply.calls:
                return


class TestTheShippedAssistant(AssistantContract):
    make = ObserveExecuteAssistant


class TestAnAssistantWithoutAModel(AssistantContract):
    make = Noter


class TestAnAssistantWithItsOwnConversation(AssistantContract):
    make = Asker


def findings(make: Any, test: str, **attributes: Any) -> str:
    """What one test of the suite says of an assistant."""
    suite = type("Suite", (AssistantContract,), {"make": make, **attributes})
    with pytest.raises(AssertionError) as caught:
        getattr(suite(), test)()
    return str(caught.value)


def test_a_function_can_make_it() -> None:
    def make(setup: AgentSetup) -> Noter:
        return Noter(setup)

    for written in (make, staticmethod(make)):
        type("Suite", (AssistantContract,), {"make": written})().test_it_comes_to_execute()


def test_the_shipped_scenario_proves() -> None:
    proof = prove(compile_scenario(BUSY))
    assert proof.holds, proof.failing


def test_memory_shared_by_all_runs_is_found() -> None:
    class Assistant(Noter):
        known: ClassVar[set[str]] = set()

        async def observe(self, phase: Phase) -> None:
            news = [item.message for item in phase.news() if item.message not in self.known]
            self.known.update(news)
            if news:
                phase.call_tool(SAY, content=f"Shall I note this down? {news[-1]}")

    found = findings(Assistant, "test_no_run_remembers_another")
    assert "a user who accepts (native) and the same beside another run: step" in found
    assert "and the other time PAREAgentUserInterface.wait" in found


def test_memory_that_another_run_overwrites_is_found() -> None:
    class Assistant(Asker):
        shown: ClassVar[list[Message]] = []

        def __init__(self, setup: AgentSetup) -> None:
            super().__init__(setup)
            self.shown.clear()  # so that runs one after another do not differ
            self.messages = self.shown
            self.messages.append(Message("system", "You look after a phone."))

    found = findings(Assistant, "test_no_run_remembers_another")
    assert "the same beside another run" in found
    assert "after other runs" not in found


def test_results_that_differ_from_run_to_run_are_found() -> None:
    numbers = itertools.count()

    class Assistant(Noter):
        async def execute(self, phase: Phase) -> None:
            phase.call_tool(ENTER, title=f"Entry {next(numbers)}", **TIMES)

    found = findings(Assistant, "test_the_same_run_gives_the_same_log")
    assert "Calendar.add_calendar_event" in found
    assert '"Entry 0"' in found
    assert "and the other time Calendar.add_calendar_event" in found


def test_what_is_no_assistant_is_found() -> None:
    class Watching:
        def __init__(self, setup: AgentSetup) -> None: ...

        async def observe(self, phase: Phase) -> None: ...

    class Hasty(Noter):
        def execute(self, phase: Phase) -> None:  # type: ignore[override]
            phase.news()

    assert "Watching has no method execute" in findings(Watching, "test_it_is_an_assistant")
    assert "execute must be written `async def`" in findings(Hasty, "test_it_is_an_assistant")
    assert "execute must be written `async def`" in findings(lambda setup: Hasty(setup), "test_it_is_an_assistant")
    assert "has no `make`" in findings(None, "test_it_is_an_assistant")


def test_a_tool_may_have_an_argument_called_name() -> None:
    class Seeker(Noter):
        async def observe(self, phase: Phase) -> None:
            phase.news()
            assert phase.call_tool("Apartment__search_apartments", name="Loft").text == "{}"

    scenario = BUSY.replace("  calendar:\n", "  flats: {type: StatefulApartmentApp}\n  calendar:\n", 1)
    suite = type("Suite", (AssistantContract,), {"make": Seeker, "scenario": scenario})()
    suite.test_it_runs_with_a_user_who_rejects()


def test_crashes_are_found_with_their_place() -> None:
    class Literal(Noter):
        async def execute(self, phase: Phase) -> None:
            assert phase.answer == ""

    class Hurt(Noter):
        async def observe(self, phase: Phase) -> None:
            for item in phase.news():
                if item.message.startswith("[REJECT]"):
                    raise LookupError("no means no")
                phase.call_tool(SAY, content="May I?")

    class Curious(Noter):
        async def observe(self, phase: Phase) -> None:
            self.heard.append(phase.news()[-1].message)

    found = findings(Literal, "test_it_runs_with_a_user_who_accepts")
    assert "a user who accepts with a text (native): AssertionError" in found
    assert "test_assistants.py" in found
    assert "a user who accepts (native)" not in found
    assert "LookupError: no means no" in findings(Hurt, "test_it_runs_with_a_user_who_rejects")
    assert "IndexError" in findings(Curious, "test_it_runs_when_nothing_happens")


def test_an_assistant_that_never_executes_is_told() -> None:
    class Assistant(Noter):
        async def observe(self, phase: Phase) -> None:
            phase.news()

    assert "never proposes: set `scenario`" in findings(Assistant, "test_it_comes_to_execute")
    assert "it executes, but executes = False" in findings(Noter, "test_it_comes_to_execute", executes=False)


class Kept(Noter):
    """Keeps a phase of executing and uses it later."""

    kept: Phase | None = None

    async def observe(self, phase: Phase) -> None:
        await super().observe(phase)
        if self.kept is not None:
            self.kept.call_tool(ENTER, title="Once more", **TIMES)

    async def execute(self, phase: Phase) -> None:
        self.kept = phase
        await super().execute(phase)


class Sneaky(Noter):
    """Makes a call by hand that is not offered while observing."""

    tool: Tool | None = None

    async def observe(self, phase: Phase) -> None:
        if self.tool is not None:
            phase.call(Call(self.tool, {"title": "Secret", **TIMES}))
        await super().observe(phase)

    async def execute(self, phase: Phase) -> None:
        self.tool = phase.tools.get(ENTER)
        await super().execute(phase)


def test_calls_that_are_not_offered_are_found() -> None:
    assert "calls Calendar__add_calendar_event, which" in findings(Sneaky, "test_it_calls_only_what_is_offered")


def test_phases_used_too_late_are_found() -> None:
    found = findings(Kept, "test_it_uses_a_phase_only_while_it_lasts")
    assert "phase.call_tool of execute() of turn" in found


def test_news_that_is_not_taken_is_found() -> None:
    class Assistant(Noter):
        async def observe(self, phase: Phase) -> None: ...

    assert "observe() of turn 0 does not call phase.news()" in findings(Assistant, "test_it_takes_its_news")


def test_limits_that_are_passed_are_found() -> None:
    class Insistent(Asker):
        async def work(self, phase: Phase) -> None:
            phase.news()
            for _ in range(3):
                reply = await phase.ask(self.messages[:1])
                for call in reply.calls:
                    phase.call(call)

    class Restless(Noter):
        async def observe(self, phase: Phase) -> None:
            while not phase.over:
                phase.news()

    assert "asks although phase.over is true" in findings(Insistent, "test_it_keeps_the_limits")
    assert "observe() of turn 0 does not end" in findings(Restless, "test_it_keeps_the_limits")
    assert "a phase does not end" in findings(Restless, "test_it_runs_with_a_user_who_accepts")


def test_trust_in_well_formed_replies_is_found() -> None:
    class Assistant(Asker):
        async def work(self, phase: Phase) -> None:
            phase.news()
            while not phase.over:
                phase.call((await phase.ask(self.messages[:1])).calls[0])

    found = findings(Assistant, "test_it_survives_malformed_replies")
    assert "(native): IndexError" in found
    assert "(react): IndexError" in found


def test_errors_that_are_kept_are_found() -> None:
    class Calm(Asker):
        async def work(self, phase: Phase) -> None:
            try:
                await super().work(phase)
            except Exception:
                return

    class Stubborn(Asker):
        async def work(self, phase: Phase) -> None:
            phase.news()
            for _ in range(2):
                try:
                    await phase.ask(self.messages[:1])
                except Exception:
                    continue

    found = findings(Calm, "test_it_lets_errors_pass")
    assert "returns although phase.ask raised EpisodeEnded: let it pass" in found
    assert "goes on with phase.ask after phase.ask raised" in findings(Stubborn, "test_it_lets_errors_pass")


def test_errors_that_become_others_are_found() -> None:
    class Assistant(Asker):
        async def work(self, phase: Phase) -> None:
            try:
                await super().work(phase)
            except Exception as error:
                raise RuntimeError("my own") from error

    assert "ended by RuntimeError, not by the error" in findings(Assistant, "test_it_lets_errors_pass")


def test_conversations_that_servers_refuse_are_found() -> None:
    class Forgetful(Asker):
        async def work(self, phase: Phase) -> None:
            self.messages.append(Message("user", " ".join(item.message for item in phase.news())))
            while not phase.over:
                reply = await phase.ask(self.messages)
                if reply.message is not None:
                    self.messages.append(reply.message)
                for call in reply.calls:
                    phase.call(call)

    class Confused(Asker):
        async def work(self, phase: Phase) -> None:
            phase.news()
            while not phase.over:
                lost = Message("tool", "fine", tool_call_id="call_1")
                reply = await phase.ask([*self.messages, lost, *self.messages])
                for call in reply.calls:
                    phase.call(call)

    class Silent(Asker):
        async def observe(self, phase: Phase) -> None:
            phase.news()
            await phase.ask([])

    found = findings(Forgetful, "test_its_conversations_can_be_read")
    assert "a call has no result" in found
    assert "a message of the user is empty" in found
    found = findings(Confused, "test_its_conversations_can_be_read")
    assert "a result belongs to no call" in found
    assert "a system message stands behind others" in found
    assert "it has no message" in findings(Silent, "test_its_conversations_can_be_read")


def test_tool_calls_in_a_text_conversation_are_found() -> None:
    class Assistant(Asker):
        async def observe(self, phase: Phase) -> None:
            phase.news()
            calls = (ToolCall("a", SAY, "{}"),)
            seen = [Message("assistant", "", calls), Message("tool", "fine", tool_call_id="a")]
            reply = await phase.ask([*self.messages, *seen])
            for call in reply.calls:
                phase.call(call)

    found = findings(Assistant, "test_its_conversations_can_be_read")
    assert "(react): a request of observe: tool calls in a conversation of the protocol react" in found
    assert "(native): a request of observe: tool calls" not in found
