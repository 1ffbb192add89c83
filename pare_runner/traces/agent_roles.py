"""Which agent of a trace is the user, which one observes and which one executes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pare_runner.apps.core.shapes import describe
from pare_runner.errors import ConfigError, InputError, did_you_mean
from pare_runner.policy.request import Role
from pare_runner.traces.detection import PHRASES
from pare_runner.traces.hf import OURS
from pare_runner.traces.hf_models import HfDocument

_MARKER = f"$.metadata.{OURS}.agents"


def phrases_with(changes: Iterable[str]) -> dict[Role, str]:
    """`PHRASES` with changes written as `role=phrase`; ConfigError for a role there is not, or no phrase."""
    phrases = dict(PHRASES)
    for change in changes:
        name, _, phrase = change.partition("=")
        role = next((role for role in PHRASES if role == name.strip()), None)
        if role is None:
            raise ConfigError(f"there is no role {name.strip()!r}", hint=did_you_mean(name.strip(), PHRASES))
        if not phrase.strip():
            raise ConfigError(f"{change!r} has no phrase", hint=f"write {role}=a phrase of its system prompt")
        phrases[role] = phrase
    return phrases


def agent_roles(
    document: HfDocument, logs: Iterable[Mapping[str, Any]], phrases: Mapping[Role, str] = PHRASES
) -> dict[str, Role]:
    """Agent id → role.

    `metadata.pare_runner.agents` says it where there is such a thing; roles that are none of the three are left out
    then. Else the first of `phrases` in an agent's system prompt tells. InputError if the metadata cannot be used.
    """
    marked = _marked(document)
    if marked is not None:
        return {agent: role for agent, name in marked.items() for role in PHRASES if role == name}
    roles: dict[str, Role] = {}
    for log in logs:
        content = log.get("content")
        if log["log_type"] == "system_prompt" and isinstance(content, str):
            role = next((role for role, phrase in phrases.items() if phrase in content), None)
            if role is not None:
                roles[str(log["agent_id"])] = role
    return roles


def _marked(document: HfDocument) -> dict[str, Any] | None:
    ours = document.metadata.get(OURS)
    agents = ours.get("agents") if isinstance(ours, dict) else None
    if agents is None:
        return None
    if not isinstance(agents, dict):
        raise InputError(f"must be an object, not {describe(agents)}", where=f"{document.where}: {_MARKER}")
    return agents
