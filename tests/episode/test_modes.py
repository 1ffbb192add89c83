"""observe → awaiting_confirmation → execute → observe; proposals that lapse."""

from __future__ import annotations

from pare_runner.kernel.events import Action, Event, EventType, OracleEvent
from pare_runner.scenarios.scenario import PAREScenario
from tests.episode.conftest import (
    ACCEPT,
    DONE,
    LOOK,
    PROPOSE,
    REJECT,
    WAIT,
    Play,
    calling,
    events,
    news,
)
from tests.scenarios.conftest import START, scenario

CREATE = calling(("Notes.create_note", {"title": "T"}))
MESSAGE = calling(("aui.send_message_to_user", {"content": "I have done it."}))
LATER = news("later", "at: 500s")


class Answered(PAREScenario):
    """A Python scenario in which the world answers the proposal, `delay` after it, or after the start."""

    start_time = START

    def __init__(self, tool: str, *, asked: bool = True, delay: float = 20) -> None:
        super().__init__(scenario_id="answered")
        self.tool, self.asked, self.delay = tool, asked, delay

    def init_and_populate_apps(self, *args: object, **kwargs: object) -> None:
        self.apps = list(scenario(events()).apps)

    def build_events_flow(self) -> None:
        name = "PAREAgentUserInterface"
        asks = OracleEvent("asks", action=Action(name, name, "send_message_to_user"))
        answers = Event("answers", action=Action(name, name, self.tool, {"content": "By itself."}))
        self.events = [asks, answers.depends_on(asks if self.asked else None, self.delay)]


def modes(play: Play) -> list[str]:
    return [f"{asked.role} {asked.mode}" for asked in play.asked]


def test_observe_awaiting_confirmation_execute_observe() -> None:
    play = Play(events(), user=[WAIT, ACCEPT], observe=[PROPOSE], execute=[CREATE, DONE])
    assert modes(play) == [
        "user observe",
        "observe observe",
        "user awaiting_confirmation",
        "execute execute",
        "execute execute",
        "user observe",
        "observe observe",
    ]


def test_a_rejection_leads_back_to_observing() -> None:
    play = Play(events(), user=[WAIT, REJECT], observe=[PROPOSE, WAIT], execute=[CREATE])
    assert modes(play)[2:4] == ["user awaiting_confirmation", "observe observe"]
    assert (play.result.proposal_count, play.result.acceptance_count) == (1, 0)


def test_the_execution_is_given_the_proposal_and_what_the_user_said() -> None:
    play = Play(events(), user=[WAIT, ACCEPT], observe=[PROPOSE], execute=[DONE])
    (asked,) = (asked for asked in play.asked if asked.role == "execute")
    assert asked.request.messages[-1].content == "Shall I?/Please."
    assert asked.news == []


def test_the_world_may_answer_in_place_of_the_user() -> None:
    play = Play(Answered("accept_proposal"), observe=[PROPOSE], execute=[CREATE, DONE])
    assert play.log == ["10 send_message_to_user", "30 answers", "40 create_note"]
    (task, _) = (asked.request.messages[1].content for asked in play.asked if asked.role == "execute")
    assert task == "Shall I?/By itself."
    assert play.result.acceptance_count == 1
    play = Play(Answered("reject_proposal"), observe=[PROPOSE, LOOK], execute=[CREATE])
    assert play.log == ["10 send_message_to_user", "30 answers", "40 list_folders"]


def test_an_answer_that_comes_after_the_worlds_own_changes_nothing() -> None:
    play = Play(Answered("reject_proposal", delay=3), observe=[PROPOSE], user=[WAIT, ACCEPT], execute=[CREATE])
    assert play.log == ["10 send_message_to_user", "13 answers", "15 accept_proposal"]
    assert (play.times("execute"), play.result.acceptance_count) == ([], 0)


def test_a_turn_in_which_the_world_accepts_is_not_idle() -> None:
    play = Play(Answered("accept_proposal", delay=8), observe=[PROPOSE], execute=[CREATE, DONE])
    assert play.log == ["10 send_message_to_user", "18 answers", "30 create_note"]


def test_an_answer_of_the_world_before_there_is_a_proposal_is_none() -> None:
    play = Play(Answered("accept_proposal", asked=False), observe=[WAIT, PROPOSE], user=[WAIT, WAIT, REJECT])
    assert (play.log[0], play.times("execute")) == ("20 answers", [])


def test_only_what_is_sent_while_observing_proposes() -> None:
    play = Play(events(LATER), user=[WAIT, ACCEPT, ACCEPT], observe=[PROPOSE], execute=[CREATE, MESSAGE])
    assert (play.result.proposal_count, play.result.acceptance_count) == (1, 1)
    assert play.problems == ["unknown_tool"]
    assert "awaiting_confirmation" not in [asked.mode for asked in play.asked[5:]]


def test_a_proposal_that_fails_is_none() -> None:
    failing = calling(("aui.send_message_to_user", {"text": "?"}))
    play = Play(events(), observe=[failing, WAIT])
    assert (play.problems, play.result.proposal_count) == (["bad_arguments"], 0)


def test_kd_47_an_unanswered_proposal_blocks_neither_the_clock_nor_the_end() -> None:
    play = Play(events(news("a", "at: 40s"), news("b", "at: 2h")), observe=[PROPOSE], max_turns=3)
    assert play.times() == ["0 user", "5 observe", "10 user", "40 user", "7200 user"]
    assert (play.reason, play.result.number_of_turns) == ("idle", 1)
    assert play.told("user") == ["10 send_message_to_user", "40 a", "7200 b"]


def test_kd_47_the_answer_counts_however_much_later_it_comes() -> None:
    play = Play(events(LATER), observe=[PROPOSE], user=[WAIT, WAIT, ACCEPT], execute=[CREATE])
    assert play.log == ["10 send_message_to_user", "500 later", "505 accept_proposal", "510 create_note"]


# Proposals that lapse -------------------------------------------------------------------------------------------------


def test_a_proposal_does_not_lapse_by_default() -> None:
    play = Play(events(LATER), observe=[PROPOSE])
    assert (play.metrics.lapsed_proposals, play.asked[-1].mode) == (0, "awaiting_confirmation")


def test_proposal_timeout_is_virtual_and_lapsed_proposals_are_counted_apart() -> None:
    play = Play(events(LATER), observe=[PROPOSE, WAIT, PROPOSE], proposal_timeout=60.0)
    assert play.times("user")[:3] == ["0 user", "10 user", "70 user"]
    assert modes(play)[2:5] == ["user awaiting_confirmation", "user observe", "observe observe"]
    assert play.metrics.lapsed_proposals == 2
    assert (play.result.proposal_count, play.result.acceptance_count) == (2, 0)


def test_a_proposal_lapses_in_busy_turns_too() -> None:
    text = events(*(news(f"e{number}", f"at: {number}2s") for number in range(1, 5)))
    play = Play(text, observe=[PROPOSE], proposal_timeout=15.0)
    assert play.times()[2:7] == ["10 user", "20 user", "30 user", "35 observe", "40 user"]
    assert play.metrics.lapsed_proposals == 1


def test_after_it_has_lapsed_a_proposal_cannot_be_accepted() -> None:
    play = Play(events(LATER), observe=[PROPOSE], user=[WAIT, WAIT, ACCEPT], execute=[CREATE], proposal_timeout=60.0)
    assert (play.problems, play.times("execute")) == (["unknown_tool"], [])


def test_any_read_of_the_user_resets_the_timeout() -> None:
    home = calling("System.go_home")
    play = Play(events(LATER), observe=[PROPOSE], user=[WAIT, home, home, WAIT], proposal_timeout=60.0)
    assert play.log[1:3] == ["15 go_home", "25 go_home"]
    assert next(asked.time for asked in play.asked[2:] if asked.mode == "observe") == 85
    assert play.metrics.lapsed_proposals == 1


def test_waiting_and_failed_taps_are_no_reads() -> None:
    failing = calling(("System.open_app", {"app_name": "Nothing"}))
    play = Play(events(LATER), observe=[PROPOSE], user=[WAIT, failing, WAIT], proposal_timeout=60.0)
    assert play.times("user")[:4] == ["0 user", "10 user", "20 user", "70 user"]


# What the log says ----------------------------------------------------------------------------------------------------


def test_kd_24_the_mode_stands_on_the_assistants_own_calls_only() -> None:
    home = calling("System.go_home")
    play = Play(events(news("a", "at: 2s")), user=[home, ACCEPT, home], observe=[LOOK, PROPOSE], execute=[CREATE, DONE])
    found = [(event.event_type, event.function_name(), event.proactive_mode) for event in play.outcome.log]
    assert found == [
        (EventType.ENV, "create_and_add_message", None),
        (EventType.USER, "go_home", None),
        (EventType.AGENT, "list_folders", "observe"),
        (EventType.AGENT, "send_message_to_user", "observe"),
        (EventType.USER, "accept_proposal", None),
        (EventType.AGENT, "create_note", "execute"),
        (EventType.USER, "go_home", None),
        (EventType.AGENT, "wait", "observe"),
        (EventType.USER, "wait", None),
        (EventType.AGENT, "wait", "observe"),
    ]


def test_every_entry_of_the_log_has_its_turn() -> None:
    text = events(news("a", "at: 2s"), news("b", "at: 13s"), news("c", "at: 300s"))
    play = Play(text, observe=[LOOK, WAIT])
    turns = {event.event_id: event.turn_number for event in play.outcome.log}
    assert [turns[name] for name in "abc"] == [0, 0, 1]
    assert None not in turns.values()
    requests = [f"{asked.role} {asked.request.turn}" for asked in play.asked]
    assert requests == ["user 0", "observe 0", "observe 0", "user 1", "observe 1", "user 2", "observe 2"]
