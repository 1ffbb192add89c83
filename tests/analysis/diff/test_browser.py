"""The page of a diff in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.analysis.diff.compare import diff
from tests.analysis.browser import looked_at, needs_browser, printed
from tests.analysis.diff.conftest import Sweeps

pytestmark = [pytest.mark.slow, needs_browser]

LOOK = """
found.sections = [...document.querySelectorAll("section")].map((section) => [section.innerText, ...size(section)]);
const cells = [...document.querySelectorAll(".numbers td + td")];
found.numbers = cells.map((cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return [cell.textContent, range.getBoundingClientRect().height];
});
"""


@pytest.fixture
def page(sweeps: Sweeps, tmp_path: Path) -> Path:
    """The page of a sweep and of the same with an edited scenario."""
    place = tmp_path / "diff.html"
    place.write_text(diff(sweeps.base, sweeps.edited).html())
    return place


@pytest.mark.parametrize("window", ["1400,3000", "520,3000"])
def test_it_is_seen_and_nothing_goes_wrong(page: Path, tmp_path: Path, window: str) -> None:
    found = looked_at(page, tmp_path, look=LOOK, window=window)
    assert (found["wrong"], found["fetched"]) == ([], [])
    assert found["wide"] <= found["window"]
    assert len(found["sections"]) > 4
    assert all(width > 300 and height > 30 for _, width, height in found["sections"])
    assert "Scenarios whose success rate moved" in found["sections"][0][0]
    assert found["numbers"]
    assert all(height < 30 for _, height in found["numbers"]), "numbers stand in one line"


def test_the_dark_is_dark(page: Path, tmp_path: Path) -> None:
    light = looked_at(page, tmp_path)["paper"]
    dark = looked_at(page, tmp_path, "--blink-settings=preferredColorScheme=0")["paper"]
    assert light != dark == "rgb(21, 24, 27)"


def test_it_can_be_printed(page: Path, tmp_path: Path) -> None:
    assert 1 <= printed(page, tmp_path) < 10
