"""Noise in runs with agents: it is told, wakes nobody, and changes nothing that was scripted."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pare_runner.noise.config import EVENT_PREFIX, ToolAugmentationConfig
from pare_runner.noise.settings import NO_NOISE, NoiseSettings
from pare_runner.traces.conversation import entries_of
from pare_runner.traces.record import record_of
from tests.episode.conftest import ACCEPT, ACCEPTS, APPS, ASKS, PROPOSE, WAIT, Play, calling, events, news
from tests.episode.test_waiting_pair import flows
from tests.noise.conftest import settings
from tests.scenarios.conftest import START

LATER = events(news("first", "at: 30s"), news("second", "at: 2000s"))
TALKS = {"StatefulMessagingApp": 1.0}
LOUD, LOUDER = (settings(rate, weight_per_app_class=TALKS) for rate in (10, 60))


def is_noise(item: str) -> bool:
    return EVENT_PREFIX in item


def scripted(items: list[str]) -> list[str]:
    return [item for item in items if not is_noise(item)]


# A waiting pair -------------------------------------------------------------------------------------------------------


@examples(max_examples=40, deadline=None)
@given(
    text=flows(),
    seed=st.integers(0, 2**32),
    rate=st.sampled_from([1, 4, 30]),
    g=st.sampled_from([0.0, 1.0, 5.0, 30.0]),
    turn=st.sampled_from([0.0, 10.0, 45.0]),
    poll=st.none() | st.sampled_from([60.0, 600.0]),
    waits=st.lists(st.none() | st.sampled_from([3, 20, 500]), max_size=4),
)
def test_noise_changes_neither_which_scripted_events_a_waiting_pair_sees_nor_their_order_and_times(
    text: str, seed: int, rate: int, g: float, turn: float, poll: float | None, waits: list[int | None]
) -> None:
    observe = [WAIT if t is None else calling(("system.wait_for_notification", {"timeout": t})) for t in waits]
    fixed: dict[str, Any] = {"generation_seconds": g, "turn_seconds": turn, "idle_step": poll, "max_idle_turns": 3000}

    def play(noise: NoiseSettings) -> Play:
        return Play(text, observe=observe, noise=noise, seed=seed, **fixed)

    quiet, loud = play(NO_NOISE), play(settings(rate, weight_per_app_class=TALKS))
    assert quiet.reason == loud.reason == "idle"
    for role in ("user", "observe"):
        assert scripted(loud.told(role)) == quiet.told(role)
    assert loud.times() == quiet.times()
    assert scripted(loud.log) == quiet.log
    assert loud.outcome.end_time == quiet.outcome.end_time
    assert loud.metrics.unseen_events == quiet.metrics.unseen_events == 0


# Told, but nothing to wake up for -------------------------------------------------------------------------------------


def test_the_clock_never_jumps_to_noise_and_what_came_on_the_way_is_told_on_arrival() -> None:
    loud = Play(LATER, noise=LOUD)
    assert loud.times("observe") == ["5 observe", "35 observe", "2005 observe"]
    arrived = [event for event in loud.outcome.log if event.noise]
    assert len(arrived) > 300
    told = [asked.news for asked in loud.asked if asked.role == "observe"]
    at_the_end = [event.event_id for event in arrived if event.event_time - START > 35]
    assert scripted(told[2]) == ["second"]
    assert len(told[2]) > 300
    assert set(filter(is_noise, told[2])) <= set(at_the_end)
    # Each at its own time, and a request holds all that came before it.
    assert len({event.event_time for event in arrived}) == len(arrived)
    seen = set(loud.seen("observe"))
    assert {event.event_id for event in arrived if event.event_time <= START + 2000} <= seen


def test_noise_that_nobody_was_told_of_does_not_keep_a_turn_from_being_idle() -> None:
    quiet, loud = Play(LATER), Play(LATER, noise=settings(60, weight_per_app_class=TALKS))
    assert (loud.result.number_of_turns, loud.metrics.idle_turns) == (0, quiet.metrics.idle_turns)
    assert loud.outcome.end_time == quiet.outcome.end_time


def test_noise_ends_no_wait() -> None:
    wait = calling(("system.wait_for_notification", {"timeout": 300}))
    quiet, loud = (Play(events(news("far", "at: 4000s")), observe=[wait], noise=noise) for noise in (NO_NOISE, LOUD))
    assert loud.times() == quiet.times()
    assert [item for item in loud.told("observe") if not is_noise(item)] == quiet.told("observe")
    assert any(item.startswith("315 ") for item in quiet.told("observe"))


def test_events_of_noise_are_never_unseen_ones() -> None:
    for seconds in (34.0, 2004.0):
        quiet, loud = (Play(LATER, noise=noise, max_duration=seconds) for noise in (NO_NOISE, LOUDER))
        assert quiet.reason == loud.reason == "duration"
        told = set(loud.seen("observe"))
        assert [event for event in loud.outcome.log if event.noise and event.event_id not in told]
        assert loud.metrics.unseen_events == quiet.metrics.unseen_events > 0


def test_agents_that_act_make_the_same_calls_with_the_same_ids() -> None:
    add = calling(("Notes.create_note", {"title": "Mine"}))
    text = events(ASKS, ACCEPTS, news("later", "at: 600s"))
    quiet, loud = (
        Play(text, user=[WAIT, ACCEPT], observe=[PROPOSE], execute=[add], noise=noise) for noise in (NO_NOISE, LOUD)
    )
    assert loud.result.checks == quiet.result.checks
    assert [event.metadata.return_value for event in loud.outcome.log if not event.noise] == [
        event.metadata.return_value for event in quiet.outcome.log
    ]
    assert scripted(loud.log) == quiet.log


def test_environment_noise_changes_no_draw_of_a_failing_tool() -> None:
    tools = ToolAugmentationConfig(
        tool_failure_probability=0.4, apply_tool_name_augmentation=False, apply_tool_description_augmentation=False
    )
    look = calling("Notes.list_folders", "Chat.list_recent_conversations")
    drawn = []
    for events_of_it in (None, LOUD.events):
        noise = NoiseSettings(tools, events_of_it, LOUD.data)
        play = Play(LATER, observe=[look] * 15, noise=noise, seed=3, observe_iterations=2)
        assert play.reason == "idle"
        assert any(event.noise for event in play.outcome.log) == (events_of_it is not None)
        drawn.append(play.outcome.tool_draws)
    assert drawn[0] == drawn[1]
    assert {draw.failed for draw in drawn[0]} == {True, False}


def test_a_conversation_says_what_was_noise() -> None:
    play = Play(LATER, noise=settings(1, weight_per_app_class=TALKS))
    texts = [entry.text for entry in entries_of(record_of(play.outcome)) if entry.kind == "event"]
    marked = [text for text in texts if text.startswith("noise: ")]
    assert len(marked) == sum(event.noise for event in play.outcome.log) > 10
    assert len(texts) - len(marked) == 2


def test_the_phone_of_these_tests_has_the_app_that_noise_comes_to() -> None:
    assert "StatefulMessagingApp" in APPS
