"""The proof that environment noise alone decides nothing, neither for the oracle nor for doing nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import Agents, finish, run_episode
from pare_runner.episode.settings import EpisodeSettings
from pare_runner.library.prompts import load_prompts
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.noise.config import EnvEventsConfig
from pare_runner.noise.data import AugmentationData
from pare_runner.noise.settings import NO_NOISE, NoiseSettings
from pare_runner.policy.policy import Policy
from pare_runner.policy.request import Role
from pare_runner.prove.proof import Claim, Proof
from pare_runner.scenarios.scenario import PAREScenario

SEEDS = 20
PART = "noise"
PER_MINUTE = 10
"""As many as the loudest level has."""
EVERY_APP = {
    "StatefulEmailApp": 1.0,
    "StatefulMessagingApp": 1.0,
    "StatefulShoppingApp": 1.0,
    "StatefulApartmentApp": 1.0,
}

Player = Callable[[PAREScenario, NoiseSettings], Outcome]


def prove_under_noise(
    scenario: PAREScenario,
    data: AugmentationData,
    *,
    seeds: int = SEEDS,
    on_claim: Callable[[Claim], None] | None = None,
) -> Proof:
    """Play `scenario` without noise and then under noise of `seeds` seeds, with events for every app there is.

    Claimed for the oracle and for `passive`: the verdict and every check stay as they are, what is scripted happens at
    the same times, and no event of the noise fails. Raises ConfigError and InputError for data that cannot be used.
    """
    proof = Proof(scenario.scenario_id)
    for claim in _claims(scenario, data, seeds):
        proof.claims.append(claim)
        if on_claim is not None:
            on_claim(claim)
    return proof


def _claims(scenario: PAREScenario, data: AugmentationData, seeds: int) -> Iterator[Claim]:
    players: dict[str, Player] = {"the oracle": _oracle, "passive": _passive}
    for name, play in players.items():
        quiet = play(scenario, NO_NOISE)
        arrived, found = 0, f"without noise: {quiet.result.exception}" if quiet.result.exception else ""
        for seed in range(0 if found else seeds):
            config = EnvEventsConfig(
                num_env_events_per_minute=PER_MINUTE, env_events_seed=seed, weight_per_app_class=EVERY_APP
            )
            loud = play(scenario, NoiseSettings(events=config, data=data))
            arrived += sum(event.noise for event in loud.log)
            difference = _difference(quiet, loud)
            if difference:
                found = f"seed {seed}: {difference}"
                break
        what = f"noise changes nothing for {name}, {quiet.result.status} ({arrived} events, {seeds} seeds)"
        yield Claim(PART, what, not found, found)


def _oracle(scenario: PAREScenario, noise: NoiseSettings) -> Outcome:
    return run_oracle(scenario, noise=noise)


def _passive(scenario: PAREScenario, noise: NoiseSettings) -> Outcome:
    policies: dict[Role, Policy] = {
        "user": offline_policy("scripted", "user"),
        "observe": offline_policy("passive", "observe"),
        "execute": offline_policy("passive", "execute"),
    }
    agents = Agents(policies, load_prompts(), EpisodeSettings(max_turns=None))
    return finish(run_episode(scenario, agents, noise=noise))


def _difference(quiet: Outcome, loud: Outcome) -> str:
    """What noise changed, in words; empty if nothing."""
    before, after = quiet.result, loud.result
    if before.status != after.status:
        return f"{before.status} becomes {after.status}: {after.exception or after.rationale or before.rationale}"
    changed = [name for name in before.checks if before.checks[name] != after.checks.get(name)]
    if changed:
        return f"the check {changed[0]} becomes {after.checks.get(changed[0])}: {after.rationale or before.rationale}"
    failed = [event for event in loud.failed_events if event.noise]
    if failed:
        return f"{failed[0].event_id} fails: {failed[0].metadata.exception}"
    scripted = [(event.event_id, event.event_time) for event in loud.log if not event.noise]
    if scripted != (was := [(event.event_id, event.event_time) for event in quiet.log]):
        return f"what happens changes: {_first_change(was, scripted)}"
    return ""


def _first_change(before: list[tuple[str, float]], after: list[tuple[str, float]]) -> str:
    for old, new in zip(before, after, strict=False):
        if old != new:
            return f"{new[0]} at {new[1]:g} stands where {old[0]} at {old[1]:g} was"
    return f"{len(after)} events instead of {len(before)}"
