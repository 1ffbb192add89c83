"""Agents that answer from a list, and small scenarios for them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pare_runner.agents.assistant import ObserveExecuteAssistant
from pare_runner.agents.contract import AgentSetup, Assistant
from pare_runner.agents.prompts import PromptSet
from pare_runner.apps.notifications import Notification
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import Agents, finish, run_episode
from pare_runner.episode.settings import EpisodeSettings
from pare_runner.library.prompts import shipped_texts
from pare_runner.noise.settings import NO_NOISE, NoiseSettings
from pare_runner.policy.messages import ToolCall
from pare_runner.policy.policy import Policy, Session, View
from pare_runner.policy.request import ModelError, Request, Response, Role, Usage
from pare_runner.scenarios.scenario import PAREScenario
from tests.scenarios.conftest import START, scenario

SHORT = {"aui": "PAREAgentUserInterface", "system": "System"}
PROMPTS = PromptSet(
    {
        **dict.fromkeys(shipped_texts(), "…"),
        "error": "{{ kind }}: {{ message }}",
        "observation": "{% for result in results %}{{ result.text }}{% endfor %}",
        "observe_turn": "{% for item in notifications %}{{ item.text }}|{% endfor %}",
        "execute_task": "{{ proposal }}/{{ answer }}",
        "judge": "{{ rubric }}",
    }
)
"""Prompts of a few letters: most tests look at requests and log, not at texts."""

APPS = """\
apps:
  notes: {type: StatefulNotesApp, name: Notes, notes: [{id: milk, title: Milk}, {id: bread, title: Bread}]}
  chat:
    type: StatefulMessagingApp
    name: Chat
    users: {ann: Ann}
    conversations: [{id: talk, participants: [ann], messages: [{from: ann, at: -1d, content: Hello}]}]
  tasks: {type: StatefulReminderApp, name: Tasks}
"""

Answer = Response | ModelError | Callable[[Request, View], Response]
"""A reply, an error to raise, or a function that makes the reply."""


def calling(*calls: tuple[str, Mapping[str, Any]] | str, **options: Any) -> Response:
    """A native reply with calls: `App.tool`, or that with arguments."""
    written = []
    for number, item in enumerate(calls):
        name, args = (item, {}) if isinstance(item, str) else item
        written.append(ToolCall(f"c{number}", full_name(name), json.dumps(args)))
    return Response(tool_calls=tuple(written), finish_reason="tool_calls", **options)


def acting(name: str, **args: Any) -> Response:
    """A reply of the protocol `react`."""
    action = {"action": full_name(name), "action_input": args}
    return Response(f"Thought: so be it.\nAction:\n{json.dumps(action)}\n<end_action>")


def full_name(name: str) -> str:
    app, _, tool = name.rpartition(".")
    return f"{SHORT.get(app, app)}__{tool}"


def tokens(completion: int, prompt: int = 0) -> Usage:
    return Usage(prompt_tokens=prompt, completion_tokens=completion)


WAIT = calling("aui.wait")
LOOK = calling("Notes.list_folders")
PROPOSE = calling(("aui.send_message_to_user", {"content": "Shall I?"}))
ACCEPT = calling(("aui.accept_proposal", {"content": "Please."}))
REJECT = calling("aui.reject_proposal")
DONE = Response("Done.")
NONSENSE = Response("What?")


def news(event_id: str, when: str = "at: 0s") -> str:
    """An environment event that both sides are told of."""
    args = f"{{conversation_id: talk, sender_id: ann, content: {event_id}}}"
    return f"{{id: {event_id}, env: chat.create_and_add_message, {when}, args: {args}}}"


ASKS = "{id: asks, agent: aui.send_message_to_user}"
ACCEPTS = "{id: accepts, user: aui.accept_proposal, after: asks}"


def events(*lines: str, rest: str = "") -> str:
    """A scenario text with these events."""
    return APPS + ("events:\n" if lines else "") + "".join(f"  - {line}\n" for line in lines) + rest


@dataclass(frozen=True)
class Asked:
    """A request as it came: seconds after the start, what was new in it, what could be called.

    `news` are ids of scheduled events, names of called tools, texts of timers.
    """

    role: Role
    time: float
    news: list[str]
    tools: frozenset[str]
    mode: str
    request: Request


@dataclass
class Player:
    """A policy that gives its answers one by one, and then waits (or ends the execution) for ever."""

    answers: Iterable[Answer] = ()
    due: Callable[[View], float | None] = lambda view: None
    asked: list[Asked] = field(default_factory=list)

    def start(self, role: Role, view: View) -> Session:
        return PlayerSession(self, role, view)


class PlayerSession:
    def __init__(self, player: Player, role: Role, view: View) -> None:
        self._player, self._role, self._view = player, role, view
        self._answers = iter(player.answers)

    async def complete(self, request: Request) -> Response:
        told = [_name(item) for item in self._view.notifications(self._role)]
        names = frozenset(tool.name for tool in request.choices.tools)
        time = request.time - START
        self._player.asked.append(Asked(self._role, time, told, names, self._view.mode, request))
        answer = next(self._answers, None)
        if answer is None:
            return _nothing(request)
        if isinstance(answer, ModelError):
            raise answer
        return answer if isinstance(answer, Response) else answer(request, self._view)

    def next_due(self) -> float | None:
        return self._player.due(self._view)


def _name(item: Notification) -> str:
    if item.event is None:
        return item.message
    return item.event.event_id if item.event.scheduled else str(item.event.function_name())


def _nothing(request: Request) -> Response:
    if request.role == "execute":
        return DONE if request.protocol == "native" else acting("aui.send_message_to_user", content="Done.")
    return WAIT if request.protocol == "native" else acting("aui.wait")


compiled = functools.cache(scenario)
"""Scenarios by their text: runs share them."""


class Play:
    """An episode of these answers, run."""

    def __init__(
        self,
        made: str | PAREScenario,
        *,
        user: Iterable[Answer] | Player = (),
        observe: Iterable[Answer] | Player = (),
        execute: Iterable[Answer] | Player = (),
        judge: Iterable[Answer] | None = None,
        prompts: PromptSet = PROMPTS,
        assistant: Callable[[AgentSetup], Assistant] = ObserveExecuteAssistant,
        noise: NoiseSettings = NO_NOISE,
        seed: int = 0,
        **settings: Any,
    ) -> None:
        given: dict[Role, Iterable[Answer] | Player] = {"user": user, "observe": observe, "execute": execute}
        if judge is not None:
            given["judge"] = judge
        self.asked: list[Asked] = []
        policies: dict[Role, Policy] = {}
        for role, answers in given.items():
            player = answers if isinstance(answers, Player) else Player(answers)
            player.asked = self.asked
            policies[role] = player
        agents = Agents(policies, prompts, EpisodeSettings(**settings), assistant)
        played = compiled(made) if isinstance(made, str) else made
        self.outcome: Outcome = finish(run_episode(played, agents, seed=seed, noise=noise))
        self.result, self.metrics = self.outcome.result, self.outcome.metrics

    @property
    def reason(self) -> str | None:
        """How it ended; what was raised is raised."""
        if self.result.exception is not None:
            raise self.result.exception
        return self.result.termination_reason

    @property
    def log(self) -> list[str]:
        """`seconds what` for each entry of the log, waits left out, `!` for a failure."""
        assert self.result.exception is None, self.result.exception
        return [self._line(event) for event in self.outcome.log if event.function_name() != "wait"]

    @staticmethod
    def _line(event: Any) -> str:
        what = event.event_id if event.scheduled else event.function_name()
        return f"{event.event_time - START:g} {what}" + ("!" if event.failed() else "")

    def times(self, *roles: Role) -> list[str]:
        """`seconds role` of each request."""
        return [f"{asked.time:g} {asked.role}" for asked in self.asked if not roles or asked.role in roles]

    def told(self, *roles: Role) -> list[str]:
        """Everything new in the requests of these roles, in order, with the time of the request."""
        return [f"{asked.time:g} {item}" for asked in self.asked if asked.role in roles for item in asked.news]

    def seen(self, *roles: Role) -> list[str]:
        """Like `told`, without times."""
        return [item for asked in self.asked if asked.role in roles for item in asked.news]

    def tools(self, number: int, role: Role) -> frozenset[str]:
        """What could be called in the request of this number of a role."""
        return [asked.tools for asked in self.asked if asked.role == role][number]

    def arguments(self, event_id: str) -> dict[str, Any]:
        """The arguments of the entry of the log with this id."""
        return next(event.get_args() for event in self.outcome.log if event.event_id == event_id)

    @property
    def problems(self) -> list[str]:
        """Kinds of malformed replies, in order."""
        return [call.problem for call in self.outcome.exchanges if call.problem is not None]
