"""The JSON of a report, and defect 45."""

from __future__ import annotations

import json
import math
import random
import re
from pathlib import Path

import orjson
import pytest

from pare_runner.analysis.frame import read_results
from pare_runner.analysis.report.build import Options, build
from pare_runner.analysis.report.layout import layout, values
from pare_runner.analysis.report.markdown import markdown
from pare_runner.analysis.report.text import text
from pare_runner.analysis.statistics.documented import calculate_statistics
from tests.analysis.report.made import frame, grid, reported, row

METADATA = {"split", "timestamp", "report_version", "weight_per_app_class"}


def test_the_documented_layout_stands_beside_ours() -> None:
    found = layout(reported(grid(), timestamp="2026-01-01T00:00:00"))
    assert list(found) == ["metadata", "per_config_results", "pare_runner"]
    assert found["metadata"] == {
        "split": None,
        "timestamp": "2026-01-01T00:00:00",
        "report_version": "1.0",
        "weight_per_app_class": None,
    }
    assert len(found["per_config_results"]) == 6
    ours = found["pare_runner"]
    assert ours["format"] == 1
    assert ours["configurations"][5]["rate"]["estimate"] == pytest.approx(1 / 6)
    assert ours["comparisons"]["family"]["members"]["c6"]["adjusted"] is not None
    assert ours["estimand_name"] == "situations like these"


def test_it_is_json_whatever_the_numbers() -> None:
    found = layout(reported([row("s", None, exception_type="E")]))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert values({"a": math.nan, "b": (1, math.inf)}) == {"a": None, "b": [1, None]}


def test_kd_45_documented_names_stand_where_they_are_documented_and_nowhere_else() -> None:
    report = reported(grid())
    assert set(calculate_statistics(frame(grid()).collect())) == {"global", "pas_metrics"}
    found = layout(report)
    assert set(found["metadata"]) == METADATA
    for item in found["per_config_results"]:
        assert not {key for key, value in item.items() if isinstance(value, dict)}, "both parts are flattened"
    for said in (json.dumps(found), text(report), markdown(report)):
        assert "pas_metrics" not in said
        assert not re.search(r"\bPAS", said)


def test_kd_45_the_order_of_groups_is_that_of_their_keys() -> None:
    rows = grid()
    expected = layout(reported(rows))["per_config_results"]
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        assert layout(reported(rows))["per_config_results"] == expected
    keys = [(item["proactive_model"], item["tool_failure_probability"]) for item in expected]
    assert keys == sorted(keys)


def test_kd_45_an_assistant_has_one_name_in_journal_frame_and_report(outputs: Path) -> None:
    results = read_results([outputs / "sweep"])
    report = build(results, Options())
    names = {"observe-execute_passive_passive", "observe-execute_scripted_scripted"}
    journals = (outputs / "sweep").rglob("results.jsonl")
    lines = [orjson.loads(line) for path in journals for line in path.read_bytes().splitlines()]
    assert {line["proactive_model"] for line in lines} == names
    assert set(results.frame.collect()["proactive_model"]) == names
    assert {item["proactive_model"] for item in layout(report)["per_config_results"]} == names
