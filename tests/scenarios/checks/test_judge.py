"""The judge check: when it counts, what a judge is shown, and how its answer is read."""

from __future__ import annotations

import json

import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.errors import CheckError
from pare_runner.library.prompts import load_prompts
from pare_runner.prove.proof import prove
from pare_runner.scenarios.checks.judge import JudgeCheck, evidence, read_verdict
from pare_runner.scenarios.environment import Environment
from tests.scenarios.conftest import scenario

from .conftest import FLOW, REPORT, Live, judge, text

RUBRIC = "judge: The proposal names the new time."
TONE = "name: tone, judge: The assistant is polite."
CALLED = "called: notes.create_note"


def live(checks: str, rest: str = "", **verdicts: tuple[bool, str]) -> Live:
    """A finished run in which a note was made, with the verdicts of a judge."""
    made = Live(checks, rest=rest)
    made.agent("notes.create_note", title="Train", content="Leaves at 9:40")
    made.environment.verdicts = verdicts
    return made


def test_the_checks_of_a_judge_have_a_name_and_a_rubric() -> None:
    made = scenario(text(f"{RUBRIC}\n{CALLED}\n{TONE}\njudge: The note is short."))
    assert made.judgements == (
        JudgeCheck("judge", "The proposal names the new time."),
        JudgeCheck("tone", "The assistant is polite."),
        JudgeCheck("judge (2)", "The note is short."),
    )
    assert [name for name, _ in made.checks] == ["called notes.create_note"]


def test_without_a_judge_its_checks_do_not_count_and_the_rationale_names_them() -> None:
    result = judge(f"{CALLED}\n{TONE}", rest=REPORT)
    assert (result.success, result.rationale) == (True, "tone: no judge was asked")
    assert list(result.checks) == ["called notes.create_note", "side_effects"]


def test_what_failed_is_named_before_what_was_not_judged() -> None:
    result = judge(f"{TONE}\nstate: notes.view_limit == 6", rest=REPORT)
    assert result.success is False
    assert result.rationale == "state notes.view_limit == 6: it is false; tone: no judge was asked"


def test_a_file_with_nothing_but_rubrics_has_no_verdict_without_a_judge() -> None:
    result = judge(f"{RUBRIC}\n{TONE}")
    assert (result.status, result.success, result.checks) == ("no_validation", None, {})
    assert result.rationale == "judge: no judge was asked; tone: no judge was asked"


def test_rubrics_alone_prove_nothing() -> None:
    claims = prove(scenario(text(TONE))).failing
    assert ("a", "the oracle passes") in [(claim.part, claim.what) for claim in claims]


def test_a_rubric_makes_no_claim_hold_and_none_fail() -> None:
    flow = "".join(f"{line}\n" for line in FLOW.splitlines() if "fails" not in line)
    with_rubric, without = (
        prove(scenario(text(checks, flow))) for checks in (f"oracle_writes: true\n{TONE}", "oracle_writes: true")
    )
    assert [(claim.what, claim.holds) for claim in with_rubric.claims] == [
        (claim.what, claim.holds) for claim in without.claims
    ]


@pytest.mark.parametrize("holds", [True, False])
def test_with_a_judge_its_verdict_is_a_check_like_any_other(holds: bool) -> None:
    result = live(f"{TONE}\n{CALLED}", REPORT, tone=(holds, "It says please.")).judge()
    assert result.success is holds
    assert list(result.checks) == ["called notes.create_note", "tone", "side_effects"]
    assert result.checks["tone"] is holds
    assert result.rationale == (None if holds else "tone: It says please.")


def test_a_verdict_without_a_reason_is_told_all_the_same() -> None:
    assert live(TONE, REPORT, tone=(False, "")).judge().rationale == "tone: it does not hold"


def test_side_effects_count_beside_a_verdict() -> None:
    made = live(TONE, tone=(True, ""))
    made.agent("notes.delete_note", note_id="milk")
    assert made.judge().checks == {"tone": True, "side_effects": False}


def test_a_verdict_that_is_missing_is_an_error_and_no_failure_of_the_assistant() -> None:
    with pytest.raises(CheckError, match=r"check 'tone' raised LookupError: the judge gave no verdict"):
        live(TONE, REPORT, other=(True, "")).judge()


def test_a_judge_is_not_asked_about_a_silence_that_has_no_rubric() -> None:
    made = Live(rest="silence: true\n", events="  - {id: news, env: notes.create_note, at: 5s, args: {content: N}}\n")
    made.environment.verdicts = {}
    assert made.judge().checks == {"silence": True}


def test_another_judge_is_another_judgement() -> None:
    rubric, plain = scenario(text(TONE)), scenario(text(CALLED))
    hashes = [
        rubric.scoring_hash,
        *(rubric.scoring_hash_with(*judge) for judge in (("a", "1"), ("a", "2"), ("b", "1"))),
    ]
    assert len(set(hashes)) == 4
    assert rubric.scoring_hash_with("a", "1") == hashes[1]
    assert rubric.scoring_hash_with(None, None) == rubric.scoring_hash
    assert plain.scoring_hash_with("a", "1") == plain.scoring_hash
    assert scenario(text(TONE.replace("polite", "brief"))).scoring_hash != rubric.scoring_hash
    assert scenario(text(TONE.replace("polite", "brief"))).world_hash == rubric.world_hash


# What a judge is shown ------------------------------------------------------------------------------------------------


def shown(made: str) -> list[str]:
    compiled = scenario(made)
    outcome = run_oracle(compiled)
    assert outcome.phone is not None
    environment = Environment(outcome.phone, compiled.flow, oracle=True, start_time=compiled.start)
    assert evidence(environment) == evidence(environment)
    return evidence(environment).splitlines()


def test_the_evidence_tells_every_call_in_order_with_times_and_what_came_of_it() -> None:
    lines = shown(text())
    assert lines[0] == "It is 2025-11-18 09:00:00 UTC."
    news, looks, proposes, accepts, first, second, fails = lines[1:8]
    assert news.startswith(
        '2025-11-18 09:00:10 world: Notes.create_note {"folder": "Inbox", "title": "News", '
        '"content": "The train is late", "pinned": false} gives "'
    )
    assert looks.startswith("2025-11-18 09:00:15 assistant: Notes.list_folders {} gives [")
    assert proposes == (
        "2025-11-18 09:00:20 assistant: PAREAgentUserInterface.send_message_to_user "
        '{"content": "Note the NEW time?"} [a proposal]'
    )
    assert '{"content": "Yes please"} [accepts the proposal]' in accepts
    assert "user: PAREAgentUserInterface.accept_proposal" in accepts
    assert "Leaves at 9:40" in first
    assert '"folder": "Work"' in second
    assert " failed: " in fails
    assert lines[8:12] == [
        "It is 2025-11-18 09:01:40 UTC, and the run is over.",
        "Proposals: 1, accepted: 1.",
        "",
        "State of the apps at the end:",
    ]
    state = next(line for line in lines[12:] if line.startswith("Notes: "))
    assert {"folders", "view_limit"} <= json.loads(state.removeprefix("Notes: ")).keys()


def test_the_mode_of_the_assistant_is_told() -> None:
    made = live(TONE, tone=(True, ""))
    assert "assistant (execute): Notes.create_note" in evidence(made.environment)


def test_long_texts_are_cut_and_their_length_is_told() -> None:
    made = live(TONE)
    made.agent("notes.create_note", title="T", content="x" * 50_000)
    told = evidence(made.environment)
    assert "x" * 2_000 + "… (50000 characters)" in told
    assert len(told) < 12_000


def test_a_run_without_calls_is_told_as_one() -> None:
    made = Live(TONE)
    assert evidence(made.environment).splitlines()[1] == "Nothing happens."


def test_the_prompt_shows_title_rubric_and_evidence_and_asks_for_what_is_read() -> None:
    prompt = load_prompts().render("judge", title="A late train", rubric="It is polite.", evidence="09:00 nothing")
    assert all(part in prompt for part in ("A late train", "It is polite.", "09:00 nothing"))
    form = prompt.strip().splitlines()[-1]
    assert read_verdict(form) is None
    assert read_verdict(form.replace("true or false", "false")) == (False, "<one sentence that names what decided>")
    assert "not described" in load_prompts().render("judge", title="", rubric="x", evidence="y")


# What a judge answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ('{"holds": true, "why": "It does."}', (True, "It does.")),
        ('{"why": "No.", "holds": false}', (False, "No.")),
        ('{"holds": true}', (True, "")),
        ('{"holds": false, "why": null}', (False, "")),
        ('Let me see {…} first.\n```json\n{\n  "holds": false,\n  "why": "a } in it"\n}\n```\n', (False, "a } in it")),
        ('At first {"holds": true, "why": "a"}, but then {"holds": false, "why": "b"}.', (False, "b")),
        ('{"verdict": {"holds": true, "why": "inside"}}', (True, "inside")),
        ('{"holds": true, "why": "x"} {"note": 1}', (True, "x")),
        ('{"holds": true, "why": 5}', (True, "5")),
        ("", None),
        ("It holds.", None),
        ('{"holds": "true"}', None),
        ('{"holds": 1}', None),
        ('{"holds": true', None),
        ("[" * 5_000, None),
        ('{"a":' * 5_000, None),
        ("{" * 100_000, None),
    ],
)
def test_reading_a_verdict(answer: str, verdict: tuple[bool, str] | None) -> None:
    assert read_verdict(answer) == verdict
