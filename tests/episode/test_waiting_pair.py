"""Whatever the times: the rules of the clock hold, and a pair that only waits sees the whole world."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pare_runner.kernel.events import EventType
from tests.episode.conftest import LOOK, WAIT, Answer, Play, calling, events, news
from tests.scenarios.conftest import START

SECONDS = st.sampled_from([0, 1, 5, 10, 12, 15, 30, 31, 100, 3600])
GENERATION = st.sampled_from([0.0, 0.5, 1.0, 5.0, 10.0, 30.0])


@st.composite
def flows(draw: st.DrawFn) -> str:
    """A few events at given times or some time after one another, some of which nobody is told of."""
    lines: list[str] = []
    for number in range(draw(st.integers(1, 6))):
        when = f"at: {draw(SECONDS)}s"
        if number and draw(st.booleans()):
            when = f"after: e{draw(st.integers(0, number - 1))}, delay: {draw(SECONDS)}s"
        silent = f"{{id: e{number}, env: notes.create_note, {when}}}"
        lines.append(silent if draw(st.integers(0, 4)) == 0 else news(f"e{number}", when))
    if draw(st.booleans()):
        lines.append("{id: sees, when: {called: notes.create_note, by: env}, every: 7s, timeout: 200s}")
        lines.append(news("seen", "after: sees, delay: 3s"))
    text = events(*lines)
    if draw(st.booleans()):
        text = text.replace("name: Tasks}", "name: Tasks, reminders: [{title: Tea, due_datetime: +0d 09:07}]}")
    return text


@settings(max_examples=40, deadline=None)
@given(text=flows(), turn=st.sampled_from([0.0, 10.0, 45.0]))
def test_a_waiting_pair_sees_the_same_scripted_events_in_the_same_order_however_long_it_thinks(
    text: str, turn: float
) -> None:
    quick, slow = (
        Play(text, generation_seconds=g, turn_seconds=turn, max_turns=None, max_idle_turns=None) for g in (1.0, 30.0)
    )
    for role in ("user", "observe"):
        assert quick.seen(role) == slow.seen(role)
    assert quick.reason == slow.reason == "idle"
    assert quick.metrics.unseen_events == slow.metrics.unseen_events == 0
    assert quick.log == slow.log


def waits(seconds: int | None) -> Answer:
    return WAIT if seconds is None else calling(("system.wait_for_notification", {"timeout": seconds}))


@settings(max_examples=40, deadline=None)
@given(
    text=flows(),
    g=GENERATION,
    turn=st.sampled_from([0.0, 10.0]),
    observe=st.lists(st.none() | st.just(-1) | st.sampled_from([0, 3, 20, 500]), max_size=6),
    poll=st.none() | st.sampled_from([60.0, 600.0]),
)
def test_the_rules_of_the_clock_hold(
    text: str, g: float, turn: float, observe: list[int | None], poll: float | None
) -> None:
    answers = [LOOK if item == -1 else waits(item) for item in observe]
    play = Play(text, observe=answers, generation_seconds=g, turn_seconds=turn, idle_step=poll, max_idle_turns=3000)
    assert play.reason == "idle"
    log = play.outcome.log
    # Time never goes back, and a call is made exactly g after its request.
    assert [event.event_time for event in log] == sorted(event.event_time for event in log)
    by_id = {event.event_id: event for event in log}
    for exchange in play.outcome.exchanges:
        assert {by_id[name].event_time for name in exchange.events} <= {exchange.request.time + g}
    # At equal times scheduled events come before calls.
    for before, after in pairwise(log):
        if before.event_time == after.event_time and before.event_type in (EventType.AGENT, EventType.USER):
            assert after.event_type is not EventType.ENV
    # A request tells of all that happened up to it, and of nothing later.
    told: dict[str, list[str]] = {"user": [], "observe": []}
    assert play.outcome.phone is not None
    center = play.outcome.phone.notifications
    for asked in play.asked:
        told[asked.role] += asked.news
        queue = center.user if asked.role == "user" else center.agent
        now = asked.time + START
        least = sum(item.timestamp < now or (item.event is not None and item.timestamp == now) for item in queue)
        assert least <= len(told[asked.role]) <= sum(item.timestamp <= now for item in queue)
    assert play.metrics.unseen_events == 0
