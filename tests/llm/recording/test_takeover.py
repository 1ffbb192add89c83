"""A run that goes on: recorded answers are given again, the rest is asked for, and nothing is recorded twice."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from pare_runner.errors import Abandoned
from pare_runner.llm.recording.keys import Due, UnitCalls
from pare_runner.llm.recording.recorder import RecordingPolicy, TakeoverMismatch
from pare_runner.llm.recording.recording import Recording
from pare_runner.llm.recording.store import CallStore, merge
from pare_runner.llm.recording.takeover import Takeover
from pare_runner.policy.messages import Message
from pare_runner.policy.policy import Policy, Session
from pare_runner.policy.request import ModelError, Request, Response, Role, Usage
from tests.llm.recording.exchange import (
    DINNER,
    DONE,
    EXCHANGE,
    NO_VIEW,
    READ,
    SYSTEM,
    Answer,
    Listed,
    ask,
    record,
    request,
)

ROLES: tuple[Role, ...] = ("user", "observe", "execute")
REPLIES = EXCHANGE[:3]
ONWARDS = (request("execute", 0, turn=1), Response("Sent.", usage=Usage(7, 2)))
"""The call after `REPLIES`."""


def broken_off(directory: Path, exchange: Iterable[tuple[Request, Answer]] = REPLIES) -> Recording:
    """The recording of a killed process."""
    with CallStore(directory) as store:
        record(store, DINNER, exchange)
    return Recording.load(directory, tolerant=True)


def live(*exchange: tuple[Request, Answer]) -> Listed:
    """A model that knows these answers and no others."""
    answers: dict[Role, list[Answer]] = {}
    for asked, answer in exchange:
        answers.setdefault(asked.role, []).append(answer)
    return Listed(answers)


def sessions(takeover: Takeover, policy: Policy) -> dict[Role, Session]:
    policies = takeover.policies(dict.fromkeys(ROLES, policy), dict.fromkeys(ROLES, "s1"))
    return {role: made.start(role, NO_VIEW) for role, made in policies.items()}


def test_recorded_answers_are_given_again_and_the_rest_is_asked_for(tmp_path: Path) -> None:
    recorded = broken_off(tmp_path).unit(DINNER)
    with CallStore(tmp_path) as store:
        takeover = Takeover(recorded, ROLES, store, DINNER)
        going_on = sessions(takeover, live(ONWARDS))
        assert [ask(going_on[asked.role], asked) for asked, _ in REPLIES] == [answer for _, answer in REPLIES]
        assert (takeover.calls, store_size(tmp_path)) == (3, 0)
        assert ask(going_on["execute"], ONWARDS[0]) is ONWARDS[1]
        assert takeover.calls == 3
        store.finish()
    undisturbed = tmp_path / "undisturbed"
    with CallStore(undisturbed) as store:
        record(store, DINNER, [*REPLIES, ONWARDS])
        store.finish()
    assert (tmp_path / "calls.jsonl").read_bytes() == (undisturbed / "calls.jsonl").read_bytes()


def store_size(directory: Path) -> int:
    """Bytes of the shard of the process that goes on."""
    return (directory / "calls" / "1.jsonl").stat().st_size


def test_the_next_attempt_records_what_it_takes_over_up_to_the_error(tmp_path: Path) -> None:
    recording = broken_off(tmp_path, EXCHANGE)
    recorded = recording.unit(DINNER)
    assert (recording.attempts(DINNER), recorded.failed) == ([1], True)
    told: list[tuple[Role, Usage]] = []
    with CallStore(tmp_path) as store:
        takeover = Takeover(recorded, ROLES, store, DINNER, attempt=2, rerecord=True)
        policies = takeover.policies(
            dict.fromkeys(ROLES, live((EXCHANGE[3][0], ONWARDS[1]))),
            dict.fromkeys(ROLES, "s1"),
            lambda role: lambda asked, usage: told.append((asked, usage)),
        )
        going_on = {role: policy.start(role, NO_VIEW) for role, policy in policies.items()}
        answers = [ask(going_on[asked.role], asked) for asked, _ in EXCHANGE]
        assert answers == [*(answer for _, answer in REPLIES), ONWARDS[1]]
        assert told == [("execute", Usage(7, 2))], "nobody pays for the others again"
        store.finish()
    after = Recording.load(tmp_path)
    assert after.attempts(DINNER) == [1, 2]
    assert after.unit(DINNER, 1) == recorded
    second = after.unit(DINNER, 2)
    taken = [("user", 0), ("observe", 0), ("observe", 1)]
    assert [second.calls[key] for key in taken] == [recorded.calls[key] for key in taken]  # type: ignore[index]
    assert (second.failed, second.calls["execute", 0].answer) == (False, ONWARDS[1])


def test_another_request_abandons_the_run(tmp_path: Path) -> None:
    recorded = broken_off(tmp_path).unit(DINNER)
    with CallStore(tmp_path) as store:
        going_on = sessions(Takeover(recorded, ROLES, store, DINNER), live())
        with pytest.raises(
            TakeoverMismatch, match="dinner run 1, turn 4, observe call 0: it is not the request"
        ) as caught:
            ask(going_on["observe"], request(messages=[SYSTEM, Message("user", "Else.")], turn=4))
        assert isinstance(caught.value, Abandoned)
        assert not isinstance(caught.value, Exception)
        assert (caught.value.unit, caught.value.role, caught.value.index, caught.value.turn) == (
            DINNER,
            "observe",
            0,
            4,
        )


def test_another_model_abandons_the_run(tmp_path: Path) -> None:
    recorded = broken_off(tmp_path).unit(DINNER)
    with CallStore(tmp_path) as store:
        policies = Takeover(recorded, ROLES, store, DINNER).policies({"observe": live()}, {"observe": "s2"})
        with pytest.raises(TakeoverMismatch, match="the model or its settings"):
            ask(policies["observe"].start("observe", NO_VIEW), request())


@pytest.mark.parametrize("lost", [("observe", 0), ("execute", 0)], ids=["a gap", "an error"])
def test_an_attempt_with_a_gap_or_an_error_cannot_go_on_but_the_next_can(
    lost: tuple[Role, int], tmp_path: Path
) -> None:
    recorded = broken_off(tmp_path, EXCHANGE if lost[0] == "execute" else REPLIES).unit(DINNER)
    if lost[0] == "observe":
        del recorded.calls[lost]
    asked = [asked for asked, _ in EXCHANGE if (asked.role, asked.index) != lost]
    (missing,) = (asked for asked, _ in EXCHANGE if (asked.role, asked.index) == lost)
    before = asked[:1] if lost[0] == "observe" else asked
    with CallStore(tmp_path) as store:
        going_on = sessions(Takeover(recorded, ROLES, store, DINNER), live())
        assert all(isinstance(ask(going_on[one.role], one), Response) for one in before)
        with pytest.raises(TakeoverMismatch, match="an error or a gap"):
            ask(going_on[missing.role], missing)
        takeover = Takeover(recorded, ROLES, store, DINNER, attempt=2, rerecord=True)
        going_on = sessions(takeover, live((missing, READ), (EXCHANGE[2][0], DONE)))
        for one in before:
            ask(going_on[one.role], one)
        assert ask(going_on[missing.role], missing) is READ
        if lost[0] == "observe":
            assert ask(going_on["observe"], EXCHANGE[2][0]) is DONE, "live, though something is recorded"
        assert takeover.calls == len(before)


def test_policies_that_keep_something_are_asked_again_and_not_recorded_again(tmp_path: Path) -> None:
    asked, reply = EXCHANGE[0]
    dues = [None, 12.5, 13.5]
    with CallStore(tmp_path) as store:
        session = RecordingPolicy(Listed({"user": [reply]}, {"user": dues}), store, DINNER, "s1").start("user", NO_VIEW)
        for _ in range(2):
            session.next_due()
        ask(session, asked)
    recorded = Recording.load(tmp_path).unit(DINNER)
    second = request("user", 1, [Message("user", "It rings again.")], turn=1)
    with CallStore(tmp_path) as store:
        policy = Listed({"user": [reply, Response("wait", usage=Usage(1, 1))]}, {"user": dues})
        made = Takeover(recorded, ("observe",), store, DINNER).policies({"user": policy}, {"user": "s1"})
        again = made["user"].start("user", NO_VIEW)
        assert [again.next_due() for _ in range(2)] == dues[:2]
        assert ask(again, asked) == reply
        assert store_size(tmp_path) == 0
        assert again.next_due() == 13.5
        ask(again, second)
        store.finish()
    after = Recording.load(tmp_path).unit(DINNER)
    assert set(after.calls) == {("user", 0), ("user", 1)}
    assert set(after.dues.values()) == {Due("user", 1, 0, 12.5), Due("user", 2, 1, 13.5)}


def test_a_policy_that_says_something_else_than_before_abandons_the_run(tmp_path: Path) -> None:
    recorded = broken_off(tmp_path).unit(DINNER)
    with CallStore(tmp_path) as store:
        made = Takeover(recorded, (), store, DINNER).policies({"user": live((EXCHANGE[0][0], DONE))}, {"user": "s1"})
        with pytest.raises(TakeoverMismatch, match="user call 0: it is not what was recorded"):
            ask(made["user"].start("user", NO_VIEW), EXCHANGE[0][0])


def test_every_call_is_told_of_as_it_ends(tmp_path: Path) -> None:
    told: list[tuple[Role, Usage, int]] = []
    refused = ModelError("timeout", "late")
    with CallStore(tmp_path) as store:

        def tell(role: Role, usage: Usage) -> None:
            told.append((role, usage, Recording.load(tmp_path).call_count))

        policy = RecordingPolicy(live((request(), READ), (request(), refused)), store, DINNER, on_call=tell)
        session = policy.start("observe", NO_VIEW)
        ask(session, request(index=0))
        assert ask(session, request(index=1)) is refused
    assert told == [("observe", READ.usage, 1), ("observe", Usage(), 2)]


def test_a_broken_line_is_set_aside_for_a_job_that_goes_on(tmp_path: Path) -> None:
    broken_off(tmp_path)
    shard = tmp_path / "calls" / "0.jsonl"
    texts = shard.read_bytes().split(b"\n")
    spoilt = next(place for place, text in enumerate(texts) if b'"index":1' in text)
    texts[spoilt] = texts[spoilt].replace(b"Done.", b"Gone.")
    shard.write_bytes(b"\n".join(texts) + b'{"kind":"call","scen')
    recording = Recording.load(tmp_path, tolerant=True)
    assert set(recording.unit(DINNER).calls) == {("user", 0), ("observe", 0)}
    (problem,) = recording.problems
    assert problem.where.endswith(f"0.jsonl:{spoilt + 1} (scenario dinner, run 1, attempt 1, role observe, index 1)")
    with CallStore(tmp_path) as store:
        record(store, DINNER, REPLIES[2:])
    assert [str(item) for item in merge(tmp_path, tolerant=True)] == [str(problem)]
    assert Recording.load(tmp_path).call_count == 3


def test_a_call_whose_text_is_lost_is_set_aside_too(tmp_path: Path) -> None:
    broken_off(tmp_path)
    shard = tmp_path / "calls" / "0.jsonl"
    shard.write_bytes(shard.read_bytes().replace(b"18:00", b"19:00"))
    recording = Recording.load(tmp_path, tolerant=True)
    assert set(recording.unit(DINNER).calls) == {("user", 0), ("observe", 0)}
    assert [problem.message.split()[0] for problem in recording.problems] == ["this", "refers"]
    assert len(merge(tmp_path, tolerant=True)) == 2
    assert Recording.load(tmp_path).call_count == 2


def test_no_recording_is_no_call_for_a_job_that_goes_on(tmp_path: Path) -> None:
    recording = Recording.load(tmp_path, tolerant=True)
    assert (recording.attempts(DINNER), recording.unit(DINNER)) == ([], UnitCalls())


def test_shards_of_several_processes_and_attempts_become_one_file(tmp_path: Path) -> None:
    for attempt in (1, 2, 1):
        with CallStore(tmp_path) as store:
            for asked, answer in EXCHANGE:
                store.record(DINNER, asked, "s1", answer, attempt)
    merge(tmp_path)
    recording = Recording.load(tmp_path)
    assert recording.attempts(DINNER) == [1, 2]
    assert recording.call_count == 2 * len(EXCHANGE)
    before = (tmp_path / "calls.jsonl").read_bytes()
    with CallStore(tmp_path) as store:
        store.record(DINNER, EXCHANGE[0][0], "s1", EXCHANGE[0][1], 2)
        store.finish()
    assert (tmp_path / "calls.jsonl").read_bytes() == before
