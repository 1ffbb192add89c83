"""Configurations by themselves."""

from __future__ import annotations

import pytest

from tests.analysis.report.made import reported, row


def test_a_rate_is_the_mean_over_scenarios() -> None:
    rows = [row("s", True), row("s", False, run=2), row("t", True), row("t", True, run=2), row("t", True, run=3)]
    (found,) = reported(rows).configurations
    assert found.rate.estimate == 0.75
    assert (found.scenarios, found.runs) == (2, 5)
    assert found.statuses == {"success": 4, "failed": 1, "exception": 0, "no_validation": 0}
    assert [item.k for item in found.passes] == [1, 2, 3]
    assert found.passes[1].pass_at_k.estimate == 1.0
    assert found.passes[1].pass_hat_k.estimate == 0.5


def test_exceptions_are_outside_of_the_rate_and_bound_it() -> None:
    rows = [row("s", True), row("s", None, run=2, exception_type="E"), row("t", False), row("t", False, run=2)]
    report = reported(rows)
    (found,) = report.configurations
    assert found.rate.estimate == 0.5
    assert found.exceptions is not None
    assert (found.exceptions.low, found.exceptions.high) == (0.25, 0.5)
    (warning,) = report.warnings
    assert warning.code == "exceptions"
    assert "1 of 4 runs (25.0%)" in str(warning)


def test_shares_of_exceptions_a_point_apart_are_warned_of_and_many_pairs_are_counted() -> None:
    rows = [
        row(f"s{run}", None if run < crashes else True, model=f"m{crashes}")
        for crashes in (0, 2, 4, 6)
        for run in range(200)
    ]
    texts = [str(problem) for problem in reported(rows).warnings]
    assert sum("m6" in text and "3.0%" in text for text in texts) == 3  # itself, and two pairs
    assert texts[-1] == "warning: 3 more pairs of configurations have unlike shares of exceptions"


def test_means_leave_out_what_nobody_knows() -> None:
    rows = [row("s", True, cost_usd=0.5, model_calls=3), row("t", True, model_calls=5)]
    (found,) = reported(rows).configurations
    assert found.means.cost == 0.5
    assert found.means.cost_unknown == 1
    assert found.means.model_calls == 4
    assert found.means.tokens is None
    assert found.acceptance_rate == 1.0
    assert found.proposal_rate == pytest.approx(2 / 8)


def test_many_runs_have_a_few_ks() -> None:
    (found,) = reported([row("s", True, run=run) for run in range(12)]).configurations
    assert [item.k for item in found.passes] == [1, 2, 5, 10, 12]


def test_rates_that_are_no_verdicts_have_neither_passes_nor_an_error() -> None:
    rows = [row("s", True, job="made"), row("t", True, job="made")]
    rows[0]["success_numeric"] = 0.25
    (found,) = reported(rows).configurations
    assert found.passes == ()
    assert found.rate.estimate == 0.625


def test_nothing_judged_is_no_rate() -> None:
    rows = [row("s", True, status="no_validation", success_numeric=None, success_bool=None)]
    (found,) = reported(rows).configurations
    assert found.rate.estimate is None
    assert found.statuses["no_validation"] == 1


def test_means_of_a_run_leave_out_what_an_exception_cut_short() -> None:
    rows = [
        row("s", True, run=1, number_of_turns=4, model_calls=10, cost_usd=0.5),
        row("s", None, run=2, number_of_turns=1, model_calls=2, cost_usd=0.1),
        row("s", False, run=3, number_of_turns=6, model_calls=20),
    ]
    (found,) = reported(rows).configurations
    assert (found.means.turns, found.means.model_calls, found.means.cost) == (5.0, 15.0, 0.5)
    assert (found.means.cost_unknown, found.turns) == (1, 11)
