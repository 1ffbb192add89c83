"""The offline policies by name, and which roles each can play."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pare_runner.errors import ConfigError, did_you_mean
from pare_runner.llm.offline.policy import OfflinePolicy
from pare_runner.llm.offline.random_assistant import RandomAssistant
from pare_runner.llm.offline.rules_user import RulesUser
from pare_runner.llm.offline.scripted_assistant import ScriptedAssistant
from pare_runner.llm.offline.scripted_user import ScriptedUser
from pare_runner.llm.offline.simple import AcceptingUser, EagerAssistant, PassiveAssistant, RejectingUser
from pare_runner.policy.policy import Policy, Session, View
from pare_runner.policy.request import Role

Opener = Callable[[Role, View], Session]


def _follow_rules(role: Role, view: View) -> Session:
    """A file without rules is played as by `scripted`."""
    if view.rules is not None:
        return RulesUser(role, view, view.rules)
    session = ScriptedUser(role, view)
    session.name = RulesUser.name
    return session


ASSISTANTS: Mapping[str, Opener] = {
    "scripted": ScriptedAssistant,
    "passive": PassiveAssistant,
    "eager": EagerAssistant,
    "random": RandomAssistant,
}
USERS: Mapping[str, Opener] = {
    "scripted": ScriptedUser,
    "rules": _follow_rules,
    "always_accept": AcceptingUser,
    "always_reject": RejectingUser,
}


def _factory(name: str) -> Callable[[], Policy]:
    def open_session(role: Role, view: View) -> Session:
        return _openers(role, name)[name](role, view)

    return lambda: OfflinePolicy(name, open_session)


def _openers(role: Role, name: str) -> Mapping[str, Opener]:
    """The policies for a role; ConfigError if `name` is none of them."""
    if role == "judge":
        raise ConfigError(f"{name!r} cannot be the judge: offline policies do not judge", hint="a judge is a model")
    known, others = (USERS, ASSISTANTS) if role == "user" else (ASSISTANTS, USERS)
    if name in known:
        return known
    if name in others:
        is_what, asked = ("an assistant", "the user") if role == "user" else ("a user", f"the role {role}")
        raise ConfigError(f"{name!r} is {is_what} and cannot play {asked}", hint=f"known: {', '.join(sorted(known))}")
    raise ConfigError(f"there is no offline policy {name!r} for the role {role}", hint=did_you_mean(name, known))


OFFLINE: Mapping[str, Callable[[], Policy]] = {name: _factory(name) for name in (*ASSISTANTS, *USERS)}
"""Name → policy; `scripted` plays both sides."""


def offline_policy(name: str, role: Role) -> Policy:
    """The policy called `name` for a role; ConfigError for an unknown name, or one that does not play this role."""
    _openers(role, name)
    return OFFLINE[name]()
