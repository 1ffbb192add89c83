"""What native traces give back is what other formats would have been written from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pare_runner.apps.notifications import Notification
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.policy.request import ModelError, Response, Usage
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.hf import HfWriter
from pare_runner.traces.lite import LiteWriter
from pare_runner.traces.native.packing import run_files
from pare_runner.traces.native.reader import NativeReader
from pare_runner.traces.native.restoring import restore
from pare_runner.traces.native.rows import rows_of
from pare_runner.traces.record import RunTrace, record_of
from pare_runner.traces.redacted import redacted
from tests.batch.situations import all_scenarios, oracle_config
from tests.episode.conftest import ASKS, LOOK, NONSENSE, PROPOSE, WAIT, Play, acting, calling, events, news
from tests.traces.native.runs import helped, placed, record


def through(trace: RunTrace, folder: Path) -> RunTrace:
    """`trace` as it comes back from files."""
    (back,) = NativeReader(placed(folder, [trace]))
    return back


def same_files(trace: RunTrace, back: RunTrace) -> None:
    for writer in (HfWriter(), LiteWriter()):
        for dialect in ("pare", "meta_are"):
            before, after = (
                writer.render(replace(item, context=replace(item.context, dialect=dialect)))  # type: ignore[arg-type]
                for item in (trace, back)
            )
            assert before == after


def without_wall_clock(trace: RunTrace) -> list[Any]:
    """The calls, comparable: what was said without its latency, notifications by the id of their event."""

    def told(news: Notification) -> Any:
        return replace(news, event=None), news.event and news.event.event_id

    return [
        (
            call.request,
            call.request.hash,
            [(message.kind, message.part) for message in call.request.messages],
            call.request.choices.json,
            call.response and replace(call.response, latency=0.0),
            call.error,
            call.seconds,
            call.problem,
            call.events,
            [told(item) for item in call.told],
        )
        for call in trace.exchanges
    ]


def comparable(trace: RunTrace) -> list[Any]:
    calls = without_wall_clock(trace)
    # A tool list that was read only knows its text, and so equals no other object.
    return [(replace(request, tools=None, choices=None), request.tools.json, *rest) for request, *rest in calls]


def test_everything_of_a_run_comes_back(tmp_path: Path) -> None:
    trace = record(helped())
    back = through(trace, tmp_path)

    assert comparable(back) == comparable(trace)
    assert list(back.log) == list(trace.log)
    for name in ("context", "definition", "verdict", "end_time", "apps", "events", "conditions", "goal", "redacted"):
        assert getattr(back, name) == getattr(trace, name), name
    assert any(call.problem for call in trace.exchanges)
    assert any(call.told for call in trace.exchanges)
    same_files(trace, back)


JUDGED = "checks: [{judge: The assistant was polite.}]\n"
ODD = ModelError("context_overflow", "too long")
REPLY = Response(
    content="\ud800 alone",
    reasoning="because",
    usage=Usage(10, 5, 4, 3),
    served_model="m-2",
    retries=2,
    latency=1.25,
)


@pytest.mark.parametrize(
    "play",
    [
        Play(events(news("hello")), observe=[ODD]),
        Play(events(news("hello")), observe=[ModelError("unreachable", "gone")]),
        Play(events(news("hello")), observe=[REPLY, LOOK]),
        Play(events(news("hello")), observe=[calling(("Notes.\udfff", {"x": "\ud800"})), NONSENSE, WAIT]),
        Play(events(ASKS), observe=[calling(("Notes.search_notes", {"query": 2**70})), LOOK, PROPOSE]),
        Play(events(news("hello"), ASKS), observe=[acting("Notes.list_notes")], protocol="react"),
        Play(events(rest=JUDGED), judge=[Response("Certainly!"), Response('{"holds": true, "why": "So it is."}')]),
    ],
    ids=["overflow", "unreachable", "reasoning", "surrogates", "huge", "react", "judge"],
)
def test_odd_runs_come_back(play: Play, tmp_path: Path) -> None:
    trace = record(play)
    back = through(trace, tmp_path)
    assert comparable(back) == comparable(trace)
    same_files(trace, back)


def test_numbers_that_are_not_finite() -> None:
    trace = record(helped())
    event = trace.log[-1]
    assert event.action is not None
    odd = replace(event, action=replace(event.action, args={"n": float("inf"), "m": float("nan"), "k": [1e999]}))
    trace = replace(trace, log=[*trace.log[:-1], odd])
    same_files(trace, restore(rows_of(trace)))


@pytest.mark.parametrize("scenario", all_scenarios(oracle_config()), ids=lambda scenario: scenario.scenario_id)
def test_oracle_runs_come_back(scenario: Any, tmp_path: Path) -> None:
    outcome: Outcome = run_oracle(scenario, run_number=2)
    trace = record_of(outcome, TraceContext("a_run_2", {}))
    same_files(trace, through(trace, tmp_path))


def test_a_redacted_run_stays_redacted(tmp_path: Path) -> None:
    play = Play(events(news("ann@a.example"), ASKS), observe=[LOOK, PROPOSE])
    trace = redacted(record_of(play.outcome, TraceContext("a_run", {"by": "me@here.example"}, redact=("emails",))))
    back = through(trace, tmp_path)

    assert trace.redacted["emails"]
    assert (back.redacted, back.context) == (trace.redacted, trace.context)
    assert not any(b"ann@" in file.data for file in run_files(rows_of(trace)))
    same_files(trace, back)
