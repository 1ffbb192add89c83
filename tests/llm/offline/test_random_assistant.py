"""The assistant that calls at random."""

from __future__ import annotations

from functools import cache

from pare_runner.episode.outcome import Outcome
from pare_runner.kernel.events import EventType, OperationType
from tests.llm.offline.conftest import ACCEPTS, PROPOSES, WRITES, calls, events, play

TEXT = events(WRITES, PROPOSES, ACCEPTS)
SEEDS = range(20)


@cache
def outcomes() -> list[Outcome]:
    return [play(TEXT, "random", "always_accept", seed=seed) for seed in SEEDS]


def test_twenty_seeds_end_without_an_exception_and_without_a_malformed_reply() -> None:
    found = outcomes()
    assert [outcome.result.exception for outcome in found] == [None] * len(SEEDS)
    assert not any(call.problem for outcome in found for call in outcome.exchanges)


def test_it_does_something_else_for_each_seed_and_the_same_for_the_same_seed() -> None:
    first = [calls(outcome, waits=True) for outcome in outcomes()]
    assert first[:5] == [calls(play(TEXT, "random", "always_accept", seed=seed), waits=True) for seed in SEEDS[:5]]
    assert len({tuple(lines) for lines in first}) > len(SEEDS) // 2


def test_it_proposes_waits_reads_and_writes_with_ids_of_the_state() -> None:
    made = [event for outcome in outcomes() for event in outcome.log if event.event_type is EventType.AGENT]
    names = {event.function_name() for event in made}
    assert {"send_message_to_user", "wait"} <= names
    operations = {event.action.operation_type for event in made if event.action and event.proactive_mode == "execute"}
    assert OperationType.WRITE in operations
    assert {event.get_args()["note_id"] for event in made if "note_id" in event.get_args()} >= {"milk", "bread"}
    assert sum(event.failed() for event in made) < len(made) / 5
