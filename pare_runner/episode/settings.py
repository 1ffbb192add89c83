"""Everything but scenario, agents and seed that decides how an episode goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pare_runner.policy.request import Protocol, Role

TimeMode = Literal["fixed", "tokens", "measured"]


@dataclass(frozen=True, slots=True)
class TokenTime:
    """Virtual seconds of a reply with the time mode `tokens`: `base` + `per_token` × output tokens."""

    base: float = 1.0
    per_token: float = 0.02


@dataclass(frozen=True, slots=True)
class EpisodeSettings:
    """Times are virtual seconds; None means no limit. `idle_step` None jumps over idle time, else steps through it.

    A role without `token_times` has the default ones.
    """

    user_iterations: int = 1
    observe_iterations: int = 5
    execute_iterations: int = 10
    max_turns: int | None = 20
    max_idle_turns: int | None = 200
    format_retries: int = 10
    protocol: Protocol = "native"
    time_mode: TimeMode = "fixed"
    generation_seconds: float = 5.0
    token_times: Mapping[Role, TokenTime] = field(default_factory=dict)
    turn_seconds: float = 10.0
    idle_step: float | None = None
    proposal_timeout: float | None = None
    max_duration: float | None = None
    max_tokens: int | None = None

    def iterations(self, role: Role) -> int:
        """Well-formed replies in one phase of `role`."""
        return {"user": self.user_iterations, "observe": self.observe_iterations}.get(role, self.execute_iterations)
