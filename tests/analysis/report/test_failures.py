"""Why runs came to nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pare_runner.analysis.report import failures
from pare_runner.analysis.report.failures import CLASSES, LIMITS
from pare_runner.analysis.report.text import text
from pare_runner.episode.run import FORCED_FAILURES
from tests.analysis.report.made import reported, row

CASES: list[tuple[str, dict[str, Any]]] = [
    ("limit", {"termination_reason": "limit:max_tokens"}),
    ("silence", {"checks": {"silence": False}}),
    ("side_effects", {"checks": {"proposed": True, "side_effects": False}, "acceptance_count": 1}),
    ("no_proposal", {"checks": {"proposed": False, "side_effects": False}, "proposal_count": 0}),
    ("not_accepted", {"checks": {"proposed": False}}),
    ("max_turns", {"acceptance_count": 1, "termination_reason": "max_turns"}),
    ("checks", {"acceptance_count": 1, "termination_reason": "idle", "checks": {"ordered": False}}),
    ("not_accepted", {"checks": None, "proposal_count": 1}),
]


@pytest.mark.parametrize(("kind", "columns"), CASES)
def test_a_failed_run_is_of_the_first_class_that_fits(kind: str, columns: dict[str, Any]) -> None:
    (cause,) = reported([row("s", False, **columns), row("t", True)]).failures
    assert cause.kind == kind
    assert cause.text == (columns["termination_reason"] if kind == "limit" else CLASSES[kind])
    assert (cause.runs, cause.scenarios) == (1, 1)


def test_limits_are_said_in_words_and_keep_their_ids_in_json() -> None:
    names = [*FORCED_FAILURES, "limit:of_another_version"]
    found = reported([row(f"s{n}", False, termination_reason=name) for n, name in enumerate(names)])
    assert [cause.text for cause in found.failures] == sorted(names)
    said = text(found, width=400).partition("Failures by cause")[2].partition("Methods")[0]
    assert "limit:" not in said
    for words in (*LIMITS.values(), "a limit ended it: of another version"):
        assert words in " ".join(said.split())


def test_every_limit_that_fails_a_run_has_a_sentence() -> None:
    assert set(LIMITS) == set(FORCED_FAILURES)


def test_exceptions_are_told_apart_by_what_they_say_first() -> None:
    rows = [
        row(f"s{number}", None, exception_type="ModelError", exception_message=f"no answer\nattempt {number}")
        for number in range(3)
    ]
    rows.append(row("t", None, exception_type="CheckError", exception_message=None))
    causes = reported(rows).failures
    assert [(cause.text, cause.runs) for cause in causes] == [("ModelError: no answer", 3), ("CheckError", 1)]


def test_checks_that_fail_most_are_named_and_examples_are_of_different_scenarios() -> None:
    rows = [
        row(f"s{number}", False, run=run, acceptance_count=1, checks={"a": False, "b": number > 2, "c": True})
        for number in range(9)
        for run in (1, 2)
    ]
    (cause,) = reported(rows).failures
    assert cause.checks == (("a", 18), ("b", 6))
    assert [item.scenario for item in cause.examples] == ["s0", "s1", "s2", "s3", "s4", "s5"]
    assert {item.run for item in cause.examples} == {1}


def test_only_files_that_are_there_are_linked(tmp_path: Path) -> None:
    job = tmp_path / "job"
    (job / "logs").mkdir(parents=True)
    (job / "logs/r1.log").touch()
    (job / "r1.json").touch()
    rows = [
        row("s", False, job=str(job), run_id="r1", export_path=str(job / "r1.json")),
        row("t", False, job=str(job), run_id="r2", export_path=str(job / "r2.json")),
    ]
    (cause,) = reported(rows).failures
    assert [(item.trace, item.log) for item in cause.examples] == [
        (str(job / "r1.json"), str(job / "logs/r1.log")),
        (None, None),
    ]


def test_damaged_checks_are_passed_over() -> None:
    (cause,) = reported([row("s", False, checks="{no json")]).failures
    assert cause.checks == ()


def test_of_too_many_causes_those_of_most_runs_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "MOST", 3)
    monkeypatch.setattr(failures, "ALL_EXAMPLES", 6)
    rows = [
        row(f"s{number}", None, run=run, exception_type=f"E{number % 5}")
        for number in range(12)
        for run in range(1 + number % 5)
    ]
    report = reported(rows)
    assert [cause.text for cause in report.failures] == ["E4", "E3", "E1"]
    assert [len(cause.examples) for cause in report.failures] == [2, 2, 2]
    assert report.failures_left_out == 2
    assert "2 more causes, of few runs each, are left out" in text(report)
