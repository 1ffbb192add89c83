"""Short ways to play a scenario text with offline policies through the real loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pare_runner.agents.prompts import VARIABLES, PromptSet
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import Agents, finish, run_episode
from pare_runner.episode.settings import EpisodeSettings
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.noise.settings import NO_NOISE, NoiseSettings
from pare_runner.policy.policy import Policy, Session, View
from pare_runner.policy.request import Request, Response, Role
from pare_runner.scenarios.scenario import PAREScenario
from tests.scenarios.conftest import START, scenario

PROMPTS = PromptSet({name: name for name in VARIABLES})
"""Offline policies do not read; what the prompts say makes no difference."""

APPS = """\
apps:
  notes: {type: StatefulNotesApp, name: Notes, notes: [{id: milk, title: Milk}, {id: bread, title: Bread}]}
  chat:
    type: StatefulMessagingApp
    name: Chat
    users: {ann: Ann}
    conversations: [{id: talk, participants: [ann], messages: [{from: ann, at: -1d, content: Hello}]}]
"""
WRITES = (
    "{id: writes, env: chat.create_and_add_message, at: 10s,"
    " args: {conversation_id: talk, sender_id: ann, content: Hi}}"
)
PROPOSES = "{id: proposes, agent: aui.send_message_to_user, after: writes, delay: 2s, args: {content: Shall I?}}"
ACCEPTS = "{id: accepts, user: aui.accept_proposal, after: proposes, delay: 5s}"


def events(*lines: str) -> str:
    """A scenario text: the apps above and these events."""
    return APPS + "events:\n" + "".join(f"  - {line}\n" for line in lines)


def play(
    made: str | PAREScenario,
    assistant: str = "scripted",
    user: str = "scripted",
    *,
    seed: int = 0,
    noise: NoiseSettings = NO_NOISE,
    replaced: Mapping[Role, Policy] | None = None,
    **settings: Any,
) -> Outcome:
    """The outcome of a scenario (or the text of one) played by these two."""
    policies: dict[Role, Policy] = {
        "user": offline_policy(user, "user"),
        "observe": offline_policy(assistant, "observe"),
        "execute": offline_policy(assistant, "execute"),
    }
    agents = Agents(policies | dict(replaced or {}), PROMPTS, EpisodeSettings(**settings))
    return finish(run_episode(scenario(made) if isinstance(made, str) else made, agents, seed=seed, noise=noise))


def calls(outcome: Outcome, *, waits: bool = False) -> list[str]:
    """What the two did, as `seconds tool`, `!` for a failure, waits left out."""
    assert outcome.result.exception is None
    return [
        f"{event.event_time - START:g} {(event.tool_name or '').removeprefix('PAREAgentUserInterface__')}"
        + ("!" if event.failed() else "")
        for event in outcome.log
        if not event.scheduled and (waits or event.function_name() != "wait")
    ]


class Forgetful:
    """A policy whose sessions remember nothing: each request is answered by a new one."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def start(self, role: Role, view: View) -> Session:
        return _ForgetfulSession(self.policy, role, view)


class _ForgetfulSession:
    def __init__(self, policy: Policy, role: Role, view: View) -> None:
        self._policy, self._role, self._view = policy, role, view

    async def complete(self, request: Request) -> Response:
        return await self._policy.start(self._role, self._view).complete(request)

    def next_due(self) -> float | None:
        return self._policy.start(self._role, self._view).next_due()
