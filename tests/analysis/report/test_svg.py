"""The figures of the page."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from pare_runner.analysis.report.charts import GridChart, charts
from pare_runner.analysis.report.svg import WIDTH, draw, ticks
from tests.analysis.report.made import grid, reported, row


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 100.0, [0, 20, 40, 60, 80, 100]),
        (-7.3, 7.3, [-5, -2.5, 0, 2.5, 5]),
        (0.0, 0.004, [0, 0.001, 0.002, 0.003, 0.004]),
        (3.0, 3.0, [3.0]),
    ],
)
def test_ticks_are_round_numbers_inside(low: float, high: float, expected: list[float]) -> None:
    found = ticks(low, high)
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("key", [key for key, found in charts(reported(grid())).items()])
def test_everything_lies_inside_of_the_figure(key: str) -> None:
    found = charts(reported(grid(), margin=0.05))[key]
    if isinstance(found, GridChart):
        assert draw(found) == ""
        return
    root = ET.fromstring(draw(found))
    height = float(root.attrib["height"])
    for item in root.iter():
        for name, end in (("x", WIDTH), ("x1", WIDTH), ("x2", WIDTH), ("cx", WIDTH), ("y", height), ("cy", height)):
            if name in item.attrib:
                assert 0 <= float(item.attrib[name]) <= end, (key, item.attrib)


def test_rows_have_their_marks_and_their_numbers() -> None:
    root = ET.fromstring(draw(charts(reported(grid()))["headline"]))
    assert len(root.findall(".//circle")) == 6
    said = [item.text for item in root.iter("title")]
    assert "b, tfp 0.4: 16.7 [1.1, 63.2]" in said


def test_names_are_text() -> None:
    report = reported([row("s", True, model='<script>"&'), row("s", False, model="b")])
    for found in charts(report).values():
        ET.fromstring(draw(found) or "<svg/>")
