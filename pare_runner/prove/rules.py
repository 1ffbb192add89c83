"""Which timed steps of a user with rules can never be made on the phone of the file."""

from __future__ import annotations

from collections.abc import Sequence

from pare_runner.episode.run import Agents, finish, run_episode
from pare_runner.episode.settings import EpisodeSettings
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.library.prompts import load_prompts
from pare_runner.llm.offline.policy import OfflinePolicy
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.llm.offline.rules_user import RulesUser
from pare_runner.policy.policy import Policy, Session, Step, View
from pare_runner.policy.request import Role
from pare_runner.scenarios.rules import UserRules
from pare_runner.scenarios.yaml_scenario import YamlScenario

NO_WAY = "no taps lead to it, or the run is over before"


def steps_never_made(scenario: YamlScenario) -> list[tuple[str, str]]:
    """(step, what was seen) for each step of `user.rules` that fails or has no way, however the assistant behaves.

    Played twice: with an assistant that follows the oracle, and with one that does nothing. A step may need what only
    one of them leaves behind, so one made in either run is sound.
    """
    if scenario.rules is None or not scenario.rules.steps:
        return []
    left = _left(scenario, scenario.rules, "scripted")
    if left:
        idle = _left(scenario, scenario.rules, "passive")
        left = {name: seen for name, seen in left.items() if name in idle}
    return list(left.items())


def _left(scenario: YamlScenario, rules: UserRules, assistant: str) -> dict[str, str]:
    """The steps that were not made in the run with this assistant, and why."""
    users: list[RulesUser] = []

    def open_user(role: Role, view: View) -> Session:
        users.append(RulesUser(role, view, rules))
        return users[-1]

    policies: dict[Role, Policy] = {
        "user": OfflinePolicy(RulesUser.name, open_user),
        "observe": offline_policy(assistant, "observe"),
        "execute": offline_policy(assistant, "execute"),
    }
    outcome = finish(run_episode(scenario, Agents(policies, load_prompts(), EpisodeSettings(max_turns=None))))
    return {_named(step): _seen(step, outcome.log) for user in users for step in user.open_steps()}


def _named(step: Step) -> str:
    action = step.event.action
    return f"{step.event_id} ({action.app}.{action.function})" if action is not None else step.event_id


def _seen(step: Step, log: Sequence[CompletedEvent]) -> str:
    """The error of the step's own tap, or of one on the way to it: a failed tap that names what the step names."""
    action = step.event.action
    named = {**(action.args if action is not None else {}), **step.on}
    for event in log:
        args = event.get_args()
        if (
            event.failed()
            and event.event_type is EventType.USER
            and event.event_time >= step.due
            and not named.keys().isdisjoint(args)
            and all(named.get(name, value) == value for name, value in args.items())
        ):
            return event.metadata.exception or NO_WAY
    return NO_WAY
