"""How a run ends, and what that makes of it: docs/outcomes.md, row by row."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

import pytest

from pare_runner.episode.run import FORCED_FAILURES, Agents, finish, run_episode
from pare_runner.errors import CheckError
from pare_runner.policy.policy import Session, View
from pare_runner.policy.request import MODEL_ERRORS, ErrorKind, ModelError, Request, Response, Role
from tests.episode.conftest import ACCEPT, LOOK, PROMPTS, PROPOSE, WAIT, Play, calling, compiled, events, news, tokens

GOOD = "checks: [{state: notes.folders | length == 3}]\n"
BAD = "checks: [{state: notes.folders | length == 4}]\n"
RAISES = "checks: [{state: \"notes.folders[9].notes[3].title == 'x'\"}]\n"
JUDGED = "checks: [{judge: The assistant was polite.}]\n"
LIMITS: dict[ErrorKind, str] = {
    "context_overflow": "limit:context",
    "content_filter": "limit:content_filter",
    "reply_too_large": "limit:reply_size",
}
OTHERS = [kind for kind in get_args(ErrorKind) if kind not in MODEL_ERRORS]
HOLDS = Response('{"holds": true, "why": "It said please."}')


@pytest.mark.parametrize(("rest", "status"), [(GOOD, "success"), (BAD, "failed"), ("", "no_validation")])
@pytest.mark.parametrize(
    ("reason", "settings"),
    [("idle", {}), ("max_turns", {"max_turns": 0}), ("duration", {"max_duration": 3.0})],
)
def test_an_ordinary_end_leaves_the_verdict_to_the_checks(
    reason: str, settings: dict[str, Any], rest: str, status: str
) -> None:
    play = Play(events(rest=rest), **settings)
    assert (play.reason, play.result.status) == (reason, status)


def test_a_stop_event_leaves_the_verdict_to_the_checks() -> None:
    play = Play(events("{id: end, stop: true, at: 7s}", rest=GOOD))
    assert (play.reason, play.result.status) == ("stop_event", "success")


# Model errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["user", "observe", "execute"])
@pytest.mark.parametrize("kind", MODEL_ERRORS)
@pytest.mark.parametrize("rest", [GOOD, BAD, ""])
def test_errors_of_the_models_making_are_a_failure_by_a_limit(kind: ErrorKind, role: Role, rest: str) -> None:
    answers: dict[str, Any] = {"user": [WAIT, ACCEPT], "observe": [PROPOSE]}
    answers[role] = [*answers.get(role, ()), ModelError(kind, "too much")]
    play = Play(events(rest=rest), **answers)
    assert (play.reason, play.result.status) == (LIMITS[kind], "failed")
    assert (play.result.rationale or "").startswith(f"the episode ended by {LIMITS[kind]}")
    assert play.metrics.errors == {kind: 1}
    last = play.outcome.exchanges[-1]
    assert (last.error, last.response, last.request.role) == (kind, None, role)


@pytest.mark.parametrize("kind", OTHERS)
def test_all_other_errors_are_an_exception(kind: ErrorKind) -> None:
    error = ModelError(kind, "no luck", retries=3)
    play = Play(events(rest=GOOD), observe=[LOOK, error])
    assert (play.result.status, play.result.exception, play.result.termination_reason) == ("exception", error, None)
    assert str(error).startswith(f"{kind}: ")
    assert play.metrics.errors == {kind: 1}
    assert play.outcome.exchanges[-1].error == kind
    assert [event.function_name() for event in play.outcome.log] == ["wait", "list_folders"]
    assert play.result.read_only_actions == 2


def test_every_limit_is_one_of_the_forced_failures() -> None:
    assert {*LIMITS.values(), "limit:format_retries", "limit:tokens", "limit:max_idle_turns"} == set(FORCED_FAILURES)


def test_more_tokens_than_allowed_end_the_episode() -> None:
    said = calling("Notes.list_folders", usage=tokens(20, prompt=30))
    play = Play(events(rest=GOOD), observe=[said] * 4, max_tokens=100)
    assert play.times("observe") == ["5 observe", "10 observe", "15 observe"]
    assert (play.reason, play.result.status, len(play.log)) == ("limit:tokens", "failed", 2)
    assert Play(events(rest=GOOD), observe=[said] * 2, max_tokens=100).reason == "idle"


# Exceptions -----------------------------------------------------------------------------------------------------------


def test_a_check_that_raises_is_an_exception_and_the_counts_stand() -> None:
    play = Play(events(rest=RAISES), observe=[PROPOSE])
    assert (play.result.status, type(play.result.exception)) == ("exception", CheckError)
    assert (play.result.proposal_count, play.result.number_of_turns) == (1, 1)


def test_a_defect_of_a_policy_is_an_exception() -> None:
    def breaks(request: Request, view: View) -> Response:
        raise ZeroDivisionError("oh")

    play = Play(events(news("a"), rest=GOOD), observe=[breaks])
    assert (play.result.status, str(play.result.exception)) == ("exception", "oh")
    assert [event.event_id for event in play.outcome.log][:1] == ["a"]


def test_a_policy_that_would_end_the_process_ends_its_own_run() -> None:
    def leaves(request: Request, view: View) -> Response:
        raise SystemExit("bye")

    play = Play(events(news("a"), rest=GOOD), observe=[leaves])
    assert play.result.status == "exception"
    assert str(play.result.exception) == "the run tried to end the process: SystemExit('bye')"


def test_a_run_that_is_cancelled_has_no_outcome() -> None:
    class Stops:
        def start(self, role: Role, view: View) -> Session:
            return self

        async def complete(self, request: Request) -> Response:
            raise asyncio.CancelledError

        def next_due(self) -> float | None:
            return None

    agents = Agents(dict.fromkeys(("user", "observe", "execute"), Stops()), PROMPTS)  # type: ignore[arg-type]
    with pytest.raises(asyncio.CancelledError):
        finish(run_episode(compiled(events()), agents))


# The judge ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "status"), [(True, "success"), (False, "failed")])
def test_the_judge_decides_its_check(answer: bool, status: str) -> None:
    said = Response(f'{{"holds": {str(answer).lower()}, "why": "Because."}}', usage=tokens(5, prompt=7))
    play = Play(events(rest=JUDGED), judge=[said])
    assert play.result.status == status
    (asked,) = (asked for asked in play.asked if asked.role == "judge")
    assert asked.request.messages[0].content == "The assistant was polite."
    assert play.metrics.calls["judge"] == 1
    assert play.metrics.usage["judge"].total_tokens == 12
    assert ("Because." in (play.result.rationale or "")) is not answer


def test_an_answer_that_cannot_be_read_is_asked_for_again() -> None:
    play = Play(events(rest=JUDGED), judge=[Response("Certainly!"), Response(""), HOLDS], format_retries=2)
    assert (play.result.status, play.problems) == ("success", ["bad_json", "bad_json"])
    asked = [asked.request for asked in play.asked if asked.role == "judge"]
    assert [request.index for request in asked] == [0, 1, 2]
    assert [message.role for message in asked[-1].messages] == ["user", "assistant", "user", "assistant", "user"]


def test_a_judge_without_a_verdict_is_an_exception_that_names_the_check() -> None:
    play = Play(events(rest=JUDGED), judge=[Response("Certainly!")] * 9, format_retries=2)
    assert (play.result.status, type(play.result.exception)) == ("exception", CheckError)
    assert str(play.result.exception).startswith("check 'judge' raised ")
    assert play.metrics.errors == {"bad_json": 3}


@pytest.mark.parametrize("kind", ["context_overflow", "server_error"])
def test_an_error_of_the_judge_is_not_the_assistants_fault(kind: ErrorKind) -> None:
    play = Play(events(rest=JUDGED), judge=[ModelError(kind, "no luck")])
    assert play.result.status == "exception"


def test_without_a_judge_or_after_a_forced_failure_nobody_is_asked() -> None:
    assert Play(events(rest=JUDGED)).result.status == "no_validation"
    failing = [ModelError("context_overflow", "full")]
    play = Play(events(rest=JUDGED), observe=failing, judge=[HOLDS])
    assert (play.result.status, play.times("judge")) == ("failed", [])
    assert Play(events(rest=GOOD), judge=[HOLDS]).times("judge") == []
