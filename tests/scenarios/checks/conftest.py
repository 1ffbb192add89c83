"""One small flow that most checks are asked about, and logs made by hand for what no oracle run can show."""

from __future__ import annotations

from typing import Any

from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.result import PAREScenarioValidationResult
from pare_runner.scenarios.yaml_scenario import YamlScenario
from tests.scenarios.conftest import run, scenario

APPS = "apps: {notes: {type: StatefulNotesApp, notes: [{id: milk, title: Milk, content: two bottles}]}}\n"

FLOW = """\
  - {id: news, env: notes.create_note, at: 10s, args: {title: News, content: The train is late}}
  - {id: looks, agent: notes.list_folders, after: news, delay: 5s}
  - {id: proposes, agent: aui.send_message_to_user, after: looks, delay: 5s, args: {content: Note the NEW time?}}
  - {id: accepts, user: aui.accept_proposal, after: proposes, delay: 10s, args: {content: Yes please}}
  - {id: first, agent: notes.create_note, after: accepts, args: {title: Train, content: Leaves at 9:40}}
  - {id: second, agent: notes.create_note, after: first, delay: 60s, args: {folder: Work, content: Tell the office}}
  - {id: fails, agent: notes.delete_note, after: second, delay: 10s, args: {note_id: nowhere}}
  - {id: never, when: {called: notes.delete_folder}}
  - {id: unreached, env: notes.create_note, after: never, args: {title: Nobody reads this}}
"""
"""Seconds 10 news, 15 looks, 20 proposes, 30 accepts, 30 first, 90 second, 100 fails (there is no such note)."""

REPORT = "side_effects: report\n"


def text(checks: str = "", events: str = FLOW, rest: str = "", apps: str = APPS) -> str:
    """A scenario text; `checks` are entries in flow style without braces, one a line."""
    entries = "".join(f"  - {{{line}}}\n" for line in checks.splitlines() if line.strip())
    return f"{apps}events:\n{events}" + (f"checks:\n{entries}" if entries else "") + rest


def judge(checks: str = "", events: str = FLOW, rest: str = "") -> PAREScenarioValidationResult:
    """The result of the oracle run of such a text."""
    return run(text(checks, events, rest)).result


def seen(check: str, events: str = FLOW) -> str | None:
    """What one check saw instead of what it wants; None if it holds."""
    result = judge(f"name: it, {check}", events, REPORT)
    assert result.exception is None
    assert result.success is (result.rationale is None)
    return result.rationale and result.rationale.removeprefix("it: ")


class Live:
    """A run of agents made by hand: `agent` and `user` make real calls on a phone in its initial state."""

    def __init__(self, checks: str = "", events: str = FLOW, rest: str = "", apps: str = APPS) -> None:
        self.scenario: YamlScenario = scenario(text(checks, events, rest, apps))
        self.phone = self.scenario.new_phone()
        self.environment = Environment(self.phone, self.scenario.flow, oracle=False, start_time=self.scenario.start)

    def agent(self, tool: str, mode: str | None = "execute", met: str | None = None, **args: Any) -> CompletedEvent:
        """A call of the assistant in a mode; it meets the oracle event `met`."""
        return self._call(EventType.AGENT, tool, mode, met, args)

    def user(self, tool: str, met: str | None = None, **args: Any) -> CompletedEvent:
        """A call of the user."""
        return self._call(EventType.USER, tool, None, met, args)

    def judge(self) -> PAREScenarioValidationResult:
        """The verdict on what was called so far."""
        return self.scenario.validate(self.environment)

    def _call(
        self, actor: EventType, tool: str, mode: str | None, met: str | None, args: dict[str, Any]
    ) -> CompletedEvent:
        handle, _, name = tool.partition(".")
        call = self.phone.call(actor, self.scenario.handles[handle], name, args)
        call.proactive_mode = mode
        if met is not None:
            self.environment.met[met] = call
        return call
