"""What earlier attempts have recorded."""

from __future__ import annotations

from pathlib import Path

from pare_runner.batch.earlier import EarlierCalls
from pare_runner.llm.recording.keys import Due, UnitKey
from pare_runner.llm.recording.store import CallStore
from pare_runner.policy.messages import Message
from pare_runner.policy.request import ModelError, Request, Response

UNIT, OTHER = UnitKey("a", 1), UnitKey("b", 1)
ERROR = ModelError("server_error", "down")


def record(directory: Path, unit: UnitKey, *answers: Response | ModelError, attempt: int = 1, first: int = 0) -> None:
    with CallStore(directory) as store:
        for index, answer in enumerate(answers, start=first):
            request = Request("observe", index, (Message("user", f"question {index}"),))
            store.record(unit, request, "", answer, attempt)


def contents(earlier: EarlierCalls, attempt: int, *, anew: bool = False) -> list[str] | None:
    found = (earlier.anew if anew else earlier.going_on)(UNIT, attempt)
    if found is None:
        return None
    answers = [call.answer for _, call in sorted(found.calls.calls.items())]
    return [answer.content if isinstance(answer, Response) else answer.message for answer in answers]


def test_nothing_was_recorded(tmp_path: Path) -> None:
    earlier = EarlierCalls(tmp_path)

    assert earlier.last_attempt(UNIT) is None
    assert contents(earlier, 1) is None
    assert contents(earlier, 2, anew=True) is None
    assert not earlier.is_over(UNIT, 1)


def test_an_attempt_that_broke_off_goes_on_with_its_own_calls(tmp_path: Path) -> None:
    record(tmp_path, UNIT, Response("one"), Response("two"))
    record(tmp_path, OTHER, Response("of somebody else"))
    earlier = EarlierCalls(tmp_path)

    assert earlier.last_attempt(UNIT) == 1
    assert contents(earlier, 1) == ["one", "two"]
    going_on = earlier.going_on(UNIT, 1)
    assert going_on is not None
    assert going_on.attempt == 1


def test_an_attempt_after_an_error_takes_over_what_was_answered(tmp_path: Path) -> None:
    record(tmp_path, UNIT, Response("one"), ERROR)
    earlier = EarlierCalls(tmp_path)

    assert earlier.is_over(UNIT, 1)
    assert contents(earlier, 2, anew=True) == ["one"]
    anew = earlier.anew(UNIT, 2)
    assert anew is not None
    assert anew.attempt == 1, "that is where the replies stand"


def test_a_second_attempt_that_broke_off_has_the_calls_of_both(tmp_path: Path) -> None:
    record(tmp_path, UNIT, Response("one"), Response("two"), ERROR)
    record(tmp_path, UNIT, Response("one again"), attempt=2)
    earlier = EarlierCalls(tmp_path)

    assert earlier.last_attempt(UNIT) == 2
    assert contents(earlier, 2) == ["one again", "two"], "its own come first, the rest it was going to take over"
    assert contents(earlier, 3, anew=True) == ["one again"]


def test_moments_are_those_of_the_attempt_itself(tmp_path: Path) -> None:
    with CallStore(tmp_path) as store:
        store.record_due(UNIT, Due("user", 0, 0, 12.5), 1)
    record(tmp_path, UNIT, Response("one"))
    earlier = EarlierCalls(tmp_path)

    own, next_one = earlier.going_on(UNIT, 1), earlier.anew(UNIT, 2)
    assert own is not None
    assert next_one is not None
    assert (len(own.calls.dues), len(next_one.calls.dues)) == (1, 0)


def test_it_is_read_once_until_it_is_told_to_forget(tmp_path: Path) -> None:
    earlier = EarlierCalls(tmp_path)
    assert earlier.last_attempt(UNIT) is None
    record(tmp_path, UNIT, Response("one"))

    assert earlier.last_attempt(UNIT) is None
    earlier.forget()
    assert earlier.last_attempt(UNIT) == 1
