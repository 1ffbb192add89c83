"""`--fail-on regression:δ`."""

from __future__ import annotations

import pytest

from pare_runner.analysis.diff.compare import diff
from pare_runner.analysis.diff.gate import judge, parse
from pare_runner.errors import InputError
from tests.analysis.diff.conftest import Rows


@pytest.mark.parametrize(("text", "margin"), [("regression:0.02", 0.02), ("regression:0", 0.0), ("regression:.5", 0.5)])
def test_a_condition(text: str, margin: float) -> None:
    assert parse(text) == margin


@pytest.mark.parametrize(
    "text",
    ["regression", "regression:", "regression:x", "regression:-1", "regression:1", "regression:nan", "loss:0.1"],
)
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(InputError, match=r"write regression:0\.02"):
        parse(text)


def test_it_fails_if_the_whole_interval_lies_below(rows: Rows) -> None:
    items = [{"base_scenario_id": f"s{n}"} for n in range(20)]
    a, b = rows("a", items), rows("b", [item | {"ok": n % 4 == 0} for n, item in enumerate(items)])
    found = diff(a, b)
    assert found.success is not None
    high = found.success.comparison.interval.high
    assert high is not None
    assert -0.6 < high < -0.45
    assert judge(found, -high - 1e-6).failed
    assert not judge(found, -high + 1e-6).failed
    assert not judge(diff(b, a), 0.0).failed


def test_a_loss_that_so_few_runs_cannot_show_does_not_fail(rows: Rows) -> None:
    items = [{"base_scenario_id": f"s{n}"} for n in range(20)]
    a, b = rows("a", items), rows("b", [item | {"ok": n > 1} for n, item in enumerate(items)])
    verdict = judge(diff(a, b), 0.0)
    assert (verdict.failed, verdict.known) == (False, True)


def test_without_an_interval_nothing_is_known(rows: Rows) -> None:
    one = rows("a", [{"base_scenario_id": "s"}])
    verdict = judge(diff(one, one), 0.0)
    assert (verdict.failed, verdict.known) == (False, False)
    assert "one scenario says nothing about others" in verdict.reason
