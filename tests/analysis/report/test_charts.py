"""Figures before they are drawn."""

from __future__ import annotations

import pytest

from pare_runner.analysis.report.charts import (
    LONGEST,
    Chart,
    CurveChart,
    GridChart,
    RangeChart,
    ScatterChart,
    StackChart,
    charts,
    short,
)
from tests.analysis.report.made import grid, reported, row


def chart(key: str, **options: object) -> Chart:
    return charts(reported(grid(), **options))[key]


def test_every_section_that_has_a_figure_has_one() -> None:
    assert list(charts(reported(grid()))) == [
        "headline",
        "comparisons",
        "robustness_tool_failure_probability",
        "apps",
        "tags",
        "heat",
        "timing",
        "spending",
        "failures",
    ]
    assert list(charts(reported([row("s", True)]))) == ["headline"]


def test_an_assistant_has_one_colour_whatever_the_noise() -> None:
    found = chart("headline")
    assert isinstance(found, RangeChart)
    assert [item.colour for item in found.rows] == [0, 0, 0, 1, 1, 1]
    curves = chart("robustness_tool_failure_probability")
    assert isinstance(curves, CurveChart)
    assert [(item.label, item.colour, item.dash) for item in curves.curves] == [("a", 0, 0), ("b", 1, 0)]
    assert [point[0] for point in curves.curves[1].points] == [0.0, 0.1, 0.4]
    assert [point[1] for point in curves.curves[1].points] == pytest.approx([500 / 6, 400 / 6, 100 / 6])


def test_differences_are_around_zero_and_the_margin_is_a_strip() -> None:
    found = chart("comparisons", margin=0.05)
    assert isinstance(found, RangeChart)
    assert (found.reference, found.band) == (0.0, 5.0)
    assert found.start == -found.end
    assert all(found.start <= item.low <= item.high <= found.end for item in found.rows if item.low and item.high)


def test_long_labels_can_be_told_apart() -> None:
    name = "an/organisation/with-a-long-model-name-and-a-version-{}-and-a-quantisation"
    models = [name.format(number) for number in range(3)]
    report = reported([row("s", True, model=model, tool_failure_probability=p) for model in models for p in (0.0, 0.1)])
    found = charts(report)
    headline, curves = found["headline"], found["robustness_tool_failure_probability"]
    assert isinstance(headline, RangeChart)
    assert isinstance(curves, CurveChart)
    labels = [short(item.label) for item in headline.rows]
    assert len(set(labels)) == 6
    assert labels[1] == "c2 an/organisation/wit…quantisation, tfp 0.1"
    assert {len(label) for label in labels} == {LONGEST}
    assert len({short(item.label) for item in curves.curves}) == 3
    assert curves.curves[0].label.startswith("c1, c2 an/")


def test_apps_have_the_names_of_their_table() -> None:
    found = chart("apps")
    assert isinstance(found, GridChart)
    assert found.rows == ("Cab (6)",)


def test_dots_that_cannot_be_told_apart_are_one() -> None:
    found = chart("spending")
    assert isinstance(found, ScatterChart)
    assert [item.label for item in found.dots] == ["c1, c2, c3", "c4", "c5", "c6"]


def test_parts_of_failures_are_shares_of_all_runs() -> None:
    found = chart("failures")
    assert isinstance(found, StackChart)
    assert [len(bar.parts) for bar in found.bars] == [len(found.names)] * 6
    assert [round(sum(bar.parts), 6) for bar in found.bars] == [0, 0, 0, 16.666667, 33.333333, 83.333333]


def test_maps_have_a_row_for_each_scenario() -> None:
    found = chart("heat")
    assert isinstance(found, GridChart)
    assert len(found.rows) == 6
    assert found.values[0] == (100.0, 100.0, 100.0, 0.0, 0.0, 0.0)
