"""Reports in Python and in notebooks."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pare_runner
from pare_runner.errors import ConfigError, InputError


def test_it_is_public_and_takes_any_number_of_paths(outputs: Path) -> None:
    found = pare_runner.report(outputs / "sweep", outputs / "alone", margin=0.1, timestamp="T")
    assert [item.label for item in found.report.configurations] == [
        "scripted, tfp 0.1 + env 4",
        "passive, tfp 0.1 + env 4",
        "eager, no noise",
    ]
    assert str(found) == found.text()
    assert repr(found) == "<report of 3 configurations and 10 runs; print it, or see .report>"
    assert found.json()["metadata"]["timestamp"] == "T"
    assert found.markdown().startswith("# Report: trial")
    assert found.latex().startswith("%")


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(outputs: Path) -> None:
    found = pare_runner.report(outputs / "alone")
    shown = found._repr_html_()
    (inside,) = re.findall(r'srcdoc="([^"]*)"', shown)
    assert html.unescape(inside) == found.html()
    assert 'sandbox="allow-scripts"' in shown


@pytest.mark.parametrize("given", [pl.DataFrame({"base_scenario_id": ["s"]}), pl.LazyFrame({"a": [1]}), 3, [1, 2]])
def test_what_is_no_path_is_said(given: Any) -> None:
    for ask in (pare_runner.report, pare_runner.load_results, lambda path: pare_runner.diff(path, path)):
        with pytest.raises(
            InputError, match=rf"^a {type(given).__name__} is no path of results \(name folders of jobs"
        ):
            ask(given)


def test_figures_are_given_in_formats_that_are_known(outputs: Path) -> None:
    found = pare_runner.report(outputs / "alone")
    with pytest.raises(ConfigError, match=r"'figs' is no format of figures: png, svg, pdf \(.*nothing is written"):
        found.figures("figs")
    names = [name for name, data in found.figures("svg") if data.startswith(b"<?xml")]
    assert names
    assert all(name.endswith(".svg") for name in names)


def test_bad_options_are_said(outputs: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'situations'"):
        pare_runner.report(outputs, estimand="situation")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="holds no results"):
        pare_runner.report(tmp_path)
