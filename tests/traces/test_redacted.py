"""Traces of a run in which nothing that was to be redacted is left, in no format."""

from __future__ import annotations

import re

import pytest

from pare_runner.errors import ConfigError
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.hf import HfWriter, hf_document
from pare_runner.traces.lite import LiteWriter
from pare_runner.traces.record import RunTrace, record_of
from pare_runner.traces.redacted import redacted
from tests.episode.conftest import ASKS, LOOK, PROPOSE, Play, events

ADDRESS = re.compile(rb"\w+@\w")
TEXT = "ann@a.example bob@b.example ann@a.example, and trips"
SAYS = (
    "{id: said, env: chat.create_and_add_message, at: 0s, "
    f"args: {{conversation_id: talk, sender_id: ann, content: '{TEXT}'}}}}"
)


def trace(*kinds: str) -> RunTrace:
    play = Play(events(SAYS, ASKS), observe=[LOOK, PROPOSE])
    return redacted(record_of(play.outcome, TraceContext("a_run", {"by": "me@here.example"}, redact=kinds)))


def test_no_address_is_left_anywhere() -> None:
    whole, hidden = trace(), trace("emails")

    for writer in (HfWriter(), LiteWriter()):
        (before,), (after,) = writer.render(whole), writer.render(hidden)
        assert ADDRESS.search(before.data)
        assert not ADDRESS.search(after.data), writer.name
        assert b"[redacted:email:1]" in after.data
    assert hidden.redacted["emails"] > 0
    assert hf_document(hidden)["metadata"]["pare_runner"]["redacted"] == dict(hidden.redacted)


def test_equal_originals_have_equal_markers_everywhere() -> None:
    hidden = trace("emails")

    content = str(hidden.log[0].get_args()["content"])
    names = re.findall(r"\[redacted:email:\d+\]", content)
    assert names[0] == names[2] != names[1]
    (told, *_) = [item.message for call in hidden.exchanges if call.request.role == "observe" for item in call.told]
    assert content in told
    assert any(content in message.content for message in hidden.exchanges[1].request.messages)


def test_messages_stay_shared_between_requests() -> None:
    hidden = trace("emails")

    observing = [call.request for call in hidden.exchanges if call.request.role == "observe"]
    assert observing[0].messages[0] is observing[1].messages[0]


def test_nothing_is_touched_unless_it_is_asked_for() -> None:
    whole = trace()
    assert redacted(whole) is whole
    assert whole.redacted == {}


def test_a_pattern_of_ones_own() -> None:
    hidden = trace("pattern:trips")
    assert "trips" not in str(hidden.log[0].get_args())
    with pytest.raises(ConfigError, match="did you mean 'emails'"):
        trace("email")
