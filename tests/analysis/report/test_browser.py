"""The page of a real sweep in a real browser."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from pare_runner.cli.hydra_entry import main as run_experiment
from tests.analysis.browser import looked_at, needs_browser, printed

LIMIT = 2_000_000

pytestmark = [pytest.mark.slow, needs_browser]

FIGURES = """
found.figures = {};
found.drawn = [];
for (const figure of document.querySelectorAll("figure")) {
  const name = figure.closest("section").id;
  found.figures[name] = size(figure);
  for (const svg of figure.querySelectorAll("svg")) found.drawn.push([name, ...size(svg)]);
}
found.legends = [...document.querySelectorAll(".legend")].map((legend) => [legend.textContent, ...size(legend)]);
const label = document.querySelector("svg text").getBoundingClientRect();
found.label = label.height;
"""
SORT = """
const column = (table, number) => [...table.tBodies[0].rows].map((row) => row.cells[number].textContent);
const table = document.querySelector("#t-headline"), head = table.tHead.rows[0].cells[4];
head.click();
found.up = column(table, 4);
head.click();
found.down = column(table, 4);
found.sorted = head.getAttribute("aria-sort");
const timing = document.querySelector("#t-timing"), median = timing.tHead.rows[0].cells[5];
const press = (key) => median.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
median.focus();
found.focused = document.activeElement === median;
press("Enter");
found.keyed_up = column(timing, 5);
press(" ");
found.keyed_down = column(timing, 5);
const filter = table.parentElement.previousElementSibling;
filter.value = "eager tfp";
filter.dispatchEvent(new Event("input"));
found.kept = [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[1].textContent);
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page that a sweep of three models, four kinds of noise and two runs leaves."""
    directory = tmp_path_factory.mktemp("grid") / "grid"
    assert run_experiment(["sweep=noise_grid", "cache=bypass", f"output_dir={directory}"]) == 0
    return directory / "report.html"


def test_every_figure_is_seen_and_nothing_goes_wrong(page: Path, tmp_path: Path) -> None:
    found = looked_at(page, tmp_path, look=FIGURES)
    assert (found["wrong"], found["fetched"]) == ([], [])
    assert set(found["figures"]) == {
        "headline",
        "comparisons",
        "robustness_tool_failure_probability",
        "robustness_num_env_events_per_minute",
        "apps",
        "tags",
        "heat",
        "timing",
        "spending",
        "failures",
    }
    assert all(width > 300 and height > 100 for width, height in found["figures"].values())
    assert len(found["drawn"]) == 7
    assert all(width > 300 and height > 100 for _, width, height in found["drawn"])
    assert found["wide"] <= 1400
    assert page.stat().st_size < LIMIT


def test_what_columns_mean_can_be_read_without_a_mouse(page: Path, tmp_path: Path) -> None:
    legends = looked_at(page, tmp_path, look=FIGURES)["legends"]
    assert len(legends) == 6
    assert all(width > 100 and height > 10 for _, width, height in legends)
    assert any("accepted: acceptances a proposal" in text for text, _, _ in legends)


def test_a_narrow_window_scrolls_figures_and_tables_and_not_the_page(page: Path, tmp_path: Path) -> None:
    found = looked_at(page, tmp_path, look=FIGURES, window="520,3000")
    assert found["window"] < 600
    assert found["wide"] <= found["window"]
    assert all(width >= 640 for _, width, _ in found["drawn"])
    assert found["label"] > 9, "letters of figures"


def test_tables_are_sorted_and_filtered(page: Path, tmp_path: Path) -> None:
    found = looked_at(page, tmp_path, look=SORT)
    rates = [float(text.rstrip("%")) for text in found["up"]]
    assert rates == sorted(rates)
    assert rates[0] < rates[-1]
    assert found["down"][0] == "100.0%"
    assert found["sorted"] == "descending"
    assert sorted(found["kept"]) == ["eager, tfp 0.1 + env 4", "eager, tfp 0.2"]


def test_keys_sort_and_what_is_not_known_stays_last(page: Path, tmp_path: Path) -> None:
    found = looked_at(page, tmp_path, look=SORT)
    assert found["focused"]
    for texts, back in ((found["keyed_up"], False), (found["keyed_down"], True)):
        assert texts[8:] == ["-"] * 4
        seconds = [float(text) for text in texts[:8]]
        assert seconds == sorted(seconds, reverse=back)
        assert seconds[0] != seconds[-1]


def test_the_dark_is_dark(page: Path, tmp_path: Path) -> None:
    light = looked_at(page, tmp_path)["paper"]
    dark = looked_at(page, tmp_path, "--blink-settings=preferredColorScheme=0")["paper"]
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(20, 23, 27)")


def test_it_can_be_printed(page: Path, tmp_path: Path) -> None:
    assert 5 < printed(page, tmp_path) < 20


def test_its_links_lead_to_files(page: Path) -> None:
    links = re.findall(r'<a href="([^"#]+)">', page.read_text())
    assert len(links) > 50
    for link in links:
        path = page.parent / re.sub("%([0-9A-F]{2})", lambda code: chr(int(code[1], 16)), html.unescape(link))
        assert path.is_file(), link
