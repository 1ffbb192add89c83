"""`oracle_writes`: each expected write needs a call of its own."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import mistakes

from .conftest import REPORT, Live, judge, seen, text

ACCEPTED = """\
  - {id: asks, agent: aui.send_message_to_user, args: {content: Shall I?}}
  - {id: ok, user: aui.accept_proposal, after: asks}
"""
ONE = "  - {id: one, agent: notes.create_note, after: ok, args: {folder: Work, title: Shopping, content: Milk}}\n"


def missing(writes: str, *calls: dict[str, object], rule: str = "true") -> str | None:
    """What `oracle_writes` misses when the assistant makes these notes; None if it misses nothing."""
    live = Live(f"oracle_writes: {rule}", ACCEPTED + writes, REPORT)
    for args in calls:
        live.agent("notes.create_note", **args)
    rationale = live.judge().rationale
    return rationale and rationale.removeprefix("oracle_writes: not made: ")


def note(**args: object) -> dict[str, object]:
    return {"folder": "Work", "title": "Shopping", "content": "Milk", **args}


def test_the_oracle_makes_its_own_writes() -> None:
    assert seen("oracle_writes: true", ACCEPTED + ONE) is None
    assert seen("oracle_writes: {text: equal}", ACCEPTED + ONE) is None


def test_a_write_of_the_oracle_that_fails_is_not_made() -> None:
    flow = ACCEPTED + "  - {id: gone, agent: notes.delete_note, after: ok, args: {note_id: nowhere}}\n" + ONE
    assert seen("oracle_writes: true", flow) == "not made: Notes.delete_note (gone)"


@pytest.mark.parametrize(
    ("args", "misses"),
    [
        (note(), None),
        (note(title="List", content="Two bottles"), None),
        (note(pinned=False), None),
        (note(pinned=True), "Notes.create_note (one)"),
        (note(folder="Inbox"), "Notes.create_note (one)"),
        (note(folder="work"), "Notes.create_note (one)"),
        (note(content=""), "Notes.create_note (one)"),
    ],
)
def test_identifying_arguments_must_be_equal_and_text_not_empty(args: dict[str, object], misses: str | None) -> None:
    assert missing(ONE, args) == misses


@pytest.mark.parametrize(
    ("rule", "content", "made"),
    [
        ("true", "anything", True),
        ("{text: nonempty}", "anything", True),
        ("{text: contains}", "two bottles of MILK", True),
        ("{text: contains}", "Mil", False),
        ("{text: contains}", "", False),
        ("{text: equal}", "Milk", True),
        ("{text: equal}", "milk", False),
        ("{text: equal}", "Milk ", False),
    ],
)
def test_the_rule_for_wording(rule: str, content: str, made: bool) -> None:
    assert (missing(ONE, note(content=content), rule=rule) is None) is made


@pytest.mark.parametrize(("rule", "made"), [("nonempty", True), ("contains", True), ("equal", False)])
def test_where_no_wording_is_expected_any_will_do_but_for_equal(rule: str, made: bool) -> None:
    empty = "  - {id: one, agent: notes.create_note, after: ok, args: {folder: Work, title: Shopping}}\n"
    assert (missing(empty, note(), rule=f"{{text: {rule}}}") is None) is made
    assert missing(empty, note(content=""), rule=f"{{text: {rule}}}") is None


def test_one_call_is_not_two_writes() -> None:
    twice = ONE + ONE.replace("id: one", "id: two")
    assert missing(twice) == "Notes.create_note (one), Notes.create_note (two)"
    assert missing(twice, note()) == "Notes.create_note (two)"
    assert missing(twice, note(), note()) is None
    assert missing(twice, note(), note(folder="Inbox"), note()) is None


@pytest.mark.parametrize("contents", [("Milk and eggs", "Milk"), ("Milk", "Milk and eggs")])
def test_the_matching_is_the_largest_not_the_first_found(contents: tuple[str, str]) -> None:
    # Both calls fit `one`, only that with eggs fits `two`: taking calls as they come would leave `two` without.
    both = ONE + ONE.replace("id: one", "id: two").replace("content: Milk", "content: Milk and eggs")
    assert missing(both, *(note(content=content) for content in contents), rule="{text: contains}") is None


def test_a_chain_of_places_is_given_up_for_the_last_one() -> None:
    words = ["Milk", "Milk and eggs", "Milk and eggs and tea"]
    writes = "".join(
        ONE.replace("id: one", f"id: w{number}").replace("content: Milk", f"content: {words[number]}")
        for number in range(3)
    )
    calls = [note(content=content) for content in reversed(words)]
    assert missing(writes, *calls, rule="{text: contains}") is None
    assert missing(writes, *calls[1:], rule="{text: contains}") == "Notes.create_note (w2)"


def test_an_optional_write_need_not_be_made() -> None:
    optional = ONE.replace("after: ok", "after: ok, optional: true")
    assert missing(optional) is None
    assert missing(optional, note()) is None


def test_an_optional_write_never_takes_the_place_of_a_mandatory_one() -> None:
    optional = ONE.replace("after: ok", "after: ok, optional: true")
    assert missing(optional + ONE.replace("id: one", "id: two"), note()) is None
    assert missing(optional + ONE.replace("id: one", "id: two")) == "Notes.create_note (two)"


class TestResults:
    """A write of the oracle that uses a result takes the result of the call that met the event."""

    FLOW = ACCEPTED + (
        "  - {id: makes, agent: notes.create_note, after: ok, args: {content: Milk}}\n"
        "  - {id: moves, agent: notes.move_note, after: makes, args: {note_id: {from: makes}}}\n"
    )

    def test_in_the_oracle(self) -> None:
        assert seen("oracle_writes: true", self.FLOW) is None

    def test_with_agents(self) -> None:
        live = Live("oracle_writes: true", self.FLOW, REPORT)
        made = live.agent("notes.create_note", met="makes", content="Milk")
        live.agent("notes.move_note", note_id="milk")
        assert live.judge().rationale == "oracle_writes: not made: Notes.move_note (moves)"
        live.agent("notes.move_note", note_id=made.metadata.return_value)
        assert live.judge().success is True

    def test_the_event_was_not_met(self) -> None:
        live = Live("oracle_writes: true", self.FLOW, REPORT)
        made = live.agent("notes.create_note", content="Milk")
        live.agent("notes.move_note", note_id=made.metadata.return_value)
        assert live.judge().rationale == "oracle_writes: not made: Notes.move_note (moves)"

    @pytest.mark.parametrize("path", ["[3]", "[0]", ""])
    def test_the_result_is_not_what_the_argument_needs(self, path: str) -> None:
        flow = ACCEPTED + (
            "  - {id: looks, agent: notes.search_notes, after: ok, args: {query: milk}}\n"
            "  - id: gone\n    agent: notes.delete_note\n    after: looks\n"
            "    args: {note_id: {from: looks, path: '[0].note_id'}}\n"
        )
        assert seen("oracle_writes: true", flow) is None
        assert seen("oracle_writes: true", flow.replace("[0].note_id", path)) == "not made: Notes.delete_note (gone)"


def test_calls_that_failed_and_calls_of_others_are_no_writes() -> None:
    live = Live(
        "oracle_writes: true",
        ACCEPTED
        + ONE.replace("notes.create_note", "notes.new_folder").replace(
            "{folder: Work, title: Shopping, content: Milk}", "{folder_name: Trips}"
        ),
        REPORT,
    )
    live.agent("notes.new_folder", folder_name="Work")
    live.agent("notes.new_folder", folder_name=" ")
    assert live.judge().rationale == "oracle_writes: not made: Notes.new_folder (one)"
    live.agent("notes.new_folder", folder_name="Trips")
    assert live.judge().success is True


def test_what_the_user_taps_is_no_write_of_the_assistant() -> None:
    flow = ACCEPTED + "  - {id: gone, agent: notes.delete_note, after: ok, args: {note_id: milk}}\n"
    live = Live("oracle_writes: true", flow, REPORT)
    live.user("system.open_app", app_name="Notes")
    live.user("notes.open", note_id="milk")
    live.user("notes.delete")
    assert [event.failed() for event in live.phone.log] == [False] * 3
    assert live.judge().rationale == "oracle_writes: not made: Notes.delete_note (gone)"


def test_messages_to_the_user_and_reads_are_not_expected() -> None:
    live = Live("oracle_writes: true", ACCEPTED + ONE + "  - {id: done, agent: aui.send_message_to_user, after: one}\n")
    assert [write.event_id for write in live.scenario.expected] == ["one"]


@pytest.mark.parametrize(
    ("check", "events", "says"),
    [
        ("oracle_writes: false", ACCEPTED + ONE, "leave it out instead of false"),
        ("oracle_writes: {text: like}", ACCEPTED + ONE, "must be true or {text: contains|equal}"),
        ("oracle_writes: {texts: equal}", ACCEPTED + ONE, "must be true or {text: contains|equal}"),
        ("oracle_writes: true", ACCEPTED, "the oracle writes nothing outside the agent interface"),
        ("oracle_writes: true, count: 1", ACCEPTED + ONE, "'count' does not go with oracle_writes"),
    ],
)
def test_what_cannot_be_asked(check: str, events: str, says: str) -> None:
    assert [line.partition(": ")[2] for line in mistakes(text(check, events))] == [says]


def test_the_result_counts_the_oracles_writes() -> None:
    result = judge("oracle_writes: true", ACCEPTED + ONE)
    assert (result.status, result.write_actions, result.read_only_actions) == ("success", 3, 0)
