"""What is counted, and that it is counted from completed events."""

from __future__ import annotations

from dataclasses import replace

from pare_runner.agents.contract import AgentSetup, Phase
from pare_runner.policy.messages import ToolCall
from pare_runner.policy.request import Response, Usage
from tests.episode.conftest import (
    ACCEPT,
    ACCEPTS,
    ASKS,
    DONE,
    LOOK,
    NONSENSE,
    PROPOSE,
    REJECT,
    WAIT,
    Play,
    calling,
    events,
    news,
    tokens,
)

CREATE = calling(("Notes.create_note", {"title": "T"}))
LATER = news("later", "at: 500s")


def test_proposals_acceptances_and_lapsed_ones() -> None:
    play = Play(
        events(LATER),
        user=[WAIT, REJECT, WAIT, WAIT, WAIT, ACCEPT],
        observe=[PROPOSE, PROPOSE, WAIT, PROPOSE],
        execute=[calling(("aui.send_message_to_user", {"content": "Done."}))],
        proposal_timeout=20.0,
    )
    counts = (play.result.proposal_count, play.result.acceptance_count, play.metrics.lapsed_proposals)
    assert counts == (3, 1, 1)


def test_kd_12_reads_and_writes_of_both_agents_are_counted_from_completed_events() -> None:
    home = calling("System.go_home")
    failing = calling(("Notes.delete_note", {"note_id": "none"}))
    play = Play(
        events(news("a", "at: 2s")),
        user=[home, ACCEPT, WAIT],
        observe=[LOOK, PROPOSE, WAIT],
        execute=[LOOK, CREATE, failing, DONE],
    )
    # Writes: proposal, acceptance, create, and the delete that failed; the environment's message is nobody's action.
    assert play.result.write_actions == 4
    # Reads: home, two looks, and the waits of user and assistant.
    assert play.result.read_only_actions == 5 + [event.function_name() for event in play.outcome.log].count("wait") - 2
    calls = [event for event in play.outcome.log if not event.scheduled]
    assert play.result.write_actions + play.result.read_only_actions == len(calls)


def test_turns_and_idle_turns() -> None:
    play = Play(events(news("a", "at: 100s")), observe=[LOOK, WAIT])
    assert (play.result.number_of_turns, play.metrics.idle_turns) == (1, 2)


def test_tokens_and_model_calls_by_role() -> None:
    usage = Usage(100, 10, cached_tokens=40, reasoning_tokens=3)
    play = Play(
        events(ASKS, ACCEPTS),
        user=[calling("aui.wait", usage=tokens(1, prompt=2)), ACCEPT],
        observe=[replace(LOOK, usage=usage), replace(PROPOSE, usage=usage)],
        execute=[replace(DONE, usage=tokens(9))],
    )
    assert play.metrics.usage["observe"] == Usage(200, 20, 80, 6)
    assert play.metrics.usage["execute"] == Usage(0, 9)
    assert play.metrics.tokens == Usage(202, 30, 80, 6)
    assert play.metrics.calls == {"user": 3, "observe": 3, "execute": 1}
    assert play.metrics.model_calls == len(play.outcome.exchanges) == 7


def test_calls_by_served_model_latencies_and_retries() -> None:
    first = Response(tool_calls=WAIT.tool_calls, served_model="m-1", latency=0.5, retries=2)
    second = Response(tool_calls=WAIT.tool_calls, served_model="m-2", latency=0.25)
    play = Play(events(news("a", "at: 50s")), user=[first, second], observe=[first])
    assert play.metrics.served == {"m-1": 2, "m-2": 1, "unknown": 1}
    assert (play.metrics.latencies, play.metrics.retries) == ([0.5, 0.5, 0.25, 0.0], 4)


def test_errors_by_kind() -> None:
    unknown = Response(tool_calls=(ToolCall("c", "Notes__none", "{}"),))
    play = Play(events(), user=[NONSENSE, WAIT], observe=[NONSENSE, unknown, WAIT])
    assert play.metrics.errors == {"no_action": 2, "unknown_tool": 1}


def test_virtual_seconds_to_the_first_proposal() -> None:
    assert Play(events()).metrics.first_proposal_seconds is None
    play = Play(events(news("a", "at: 300s")), observe=[WAIT, LOOK, PROPOSE])
    assert play.metrics.first_proposal_seconds == 315
    message = calling(("aui.send_message_to_user", {"content": "Done."}))
    play = Play(events(), observe=[PROPOSE], user=[WAIT, ACCEPT], execute=[message])
    assert play.metrics.first_proposal_seconds == 10


def test_every_model_call_is_an_exchange_that_names_the_calls_it_led_to() -> None:
    play = Play(events(), observe=[calling("Notes.list_folders", "Notes.list_folders"), NONSENSE, WAIT])
    assert [call.events for call in play.outcome.exchanges[:4]] == [
        ["USER-PAREAgentUserInterface-wait-call-1"],
        ["AGENT-Notes-list_folders-call-1", "AGENT-Notes-list_folders-call-2"],
        [],
        ["AGENT-PAREAgentUserInterface-wait-call-1"],
    ]
    assert [call.request.index for call in play.outcome.exchanges[:4]] == [0, 0, 1, 2]


def test_calls_that_are_not_made_are_counted() -> None:
    class Odd:
        def __init__(self, setup: AgentSetup) -> None: ...

        async def observe(self, phase: Phase) -> None:
            phase.call_tool("Nix__nix")
            phase.call_tool("Notes__list_notes", foldr="Inbox")
            phase.call_tool("Notes__create_note", title="T")
            phase.call_tool("PAREAgentUserInterface__wait")
            phase.call_tool("Notes__list_folders")

        async def execute(self, phase: Phase) -> None: ...

    play = Play(events(), assistant=Odd)
    phases = [event.function_name() for event in play.outcome.log if event.proactive_mode == "observe"].count("wait")
    expected = {"unknown_tool": 2, "bad_arguments": 1, "after_end": 1}
    assert play.metrics.refused == {kind: count * phases for kind, count in expected.items()}
    assert "Notes__create_note" not in [event.tool_name for event in play.outcome.log]
