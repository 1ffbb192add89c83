"""Results that have hardly anything in them, or too much: every form is made of them all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pare_runner.analysis.report.document import ReportDocument
from tests.analysis.report.made import Row, reported, row

NO_VERDICT: dict[str, Any] = {"status": "no_validation", "success_numeric": None, "success_bool": None}
ODD: dict[str, list[Row]] = {
    "one run": [row("s", False)],
    "no checks": [row("s", True, **NO_VERDICT), row("s", True, model="b", **NO_VERDICT)],
    "exceptions only": [row("s", None, exception_type="E", exception_message=""), row("s", None, model="b")],
    "no run numbers": [row("s", True, run=None), row("t", False, run=None)],  # type: ignore[arg-type]
    "other scenarios": [row("s", True), row("t", True, model="b")],
    "other scenarios are judged": [
        row("s", True),
        row("s", None, model="b"),
        row("t", None),
        row("t", True, model="b"),
    ],
    "no models": [
        row("s", True, observe_model=None, execute_model=None, user_model=None, proactive_model=None, agent_type=None),
        row("s", False, execute_model=None),
    ],
    "noise that nobody knows": [
        row("s", True, tool_failure_probability=None, num_env_events_per_minute=None),
        row("s", True, tool_failure_probability=0.1),
    ],
    "nothing takes time": [row("s", True, model=m, first_proposal_seconds=0.0, model_calls=0) for m in "ab"],
    "no counts": [row("s", True, number_of_turns=None, proposal_count=None, acceptance_count=None)],
    "uneven runs": [*(row("s", True, run=run) for run in range(5)), row("t", False), row("s", False, model="b")],
    "no number": [row("s", True, success_numeric=float("nan")), row("t", True)],
    "long names": [row("s" * 300, True, model="m" * 200, tags=["x" * 200]), row("t", False, model="n" * 200)],
    "other letters": [row("s😀\u202ex", True, model="\x1b[31mred", tags=["\x00"]), row("t", False, model="ü")],
}


@pytest.mark.parametrize("options", [{}, {"margin": 0.05, "estimand": "benchmark", "baseline": "best"}])
@pytest.mark.parametrize("name", ODD)
def test_every_form_is_made(name: str, options: dict[str, Any]) -> None:
    found = ReportDocument(reported(ODD[name], **options))
    text = found.text()
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert "nan" not in text.lower().split()
    json.dumps(found.json(), allow_nan=False)
    assert found.markdown().startswith("# Report")
    assert found.latex().rstrip()
    assert found.html().endswith("</html>")
    assert found._repr_html_()


@pytest.mark.slow
@pytest.mark.parametrize("name", ODD)
def test_every_figure_is_drawn(name: str) -> None:
    for _, data in ReportDocument(reported(ODD[name])).figures(["svg"]):
        assert data
