"""When proposals come, and what success takes."""

from __future__ import annotations

from tests.analysis.report.made import reported, row


def test_quantiles_are_over_the_runs_that_proposed() -> None:
    rows = [row(f"s{number}", True, first_proposal_seconds=float(number)) for number in range(11)]
    rows += [row("silent", False, proposal_count=0), row("silent", False, model="n", proposal_count=0)]
    first, second = reported(rows).timing
    assert (first.runs, first.proposing, first.quantiles) == (12, 11, (1.0, 2.5, 5.0, 7.5, 9.0))
    assert (second.proposing, second.quantiles) == (0, None)
    assert second.proposals_per_run == 0.0


def test_one_configuration_has_its_times_too() -> None:
    (found,) = reported([row("s", True, first_proposal_seconds=7.0)]).timing
    assert found.quantiles == (7.0,) * 5


def test_nobody_who_proposed_is_no_timing() -> None:
    assert reported([row("s", True)]).timing == ()


def test_cost_is_in_dollars_where_any_were_spent_else_in_tokens_else_in_calls() -> None:
    calls = {"model_calls": 4}
    tokens = {**calls, "prompt_tokens": 10, "completion_tokens": 2}
    for columns, unit, value in (
        (calls, "calls", 4.0),
        ({**tokens, "cost_usd": 0.0}, "tokens", 12.0),
        ({**tokens, "cost_usd": 0.5}, "usd", 0.5),
    ):
        spending = reported([row("s", True, **columns)]).spending
        assert (spending.unit, spending.values) == (unit, (value,))
    assert reported([row("s", True)]).spending.values == (None,)
