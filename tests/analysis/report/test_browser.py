"""The page of a real sweep in a real browser."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pare_runner.cli.hydra_entry import main as run_experiment

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LIMIT = 2_000_000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on the PATH"),
]

# Before anything else on the page: what goes wrong is kept. After all else: what there is, and what its script does.
WATCH = """<script>
const wrong = [];
addEventListener("error", (event) => wrong.push(String(event.message)), true);
addEventListener("unhandledrejection", (event) => wrong.push(String(event.reason)));
addEventListener("securitypolicyviolation", (event) => wrong.push(event.violatedDirective));
</script>"""
LOOK = """<script>
const size = (item) => { const box = item.getBoundingClientRect(); return [box.width, box.height]; };
const column = (table, number) => [...table.tBodies[0].rows].map((row) => row.cells[number].textContent);
const found = { figures: {}, drawn: [] };
for (const figure of document.querySelectorAll("figure")) {
  const name = figure.closest("section").id;
  found.figures[name] = size(figure);
  for (const svg of figure.querySelectorAll("svg")) found.drawn.push([name, ...size(svg)]);
}
const table = document.querySelector("#t-headline"), before = column(table, 4);
const head = table.tHead.rows[0].cells[4];
head.click();
found.up = column(table, 4);
head.click();
found.down = column(table, 4);
found.sorted = head.getAttribute("aria-sort");
const filter = table.parentElement.previousElementSibling;
filter.value = "eager tfp";
filter.dispatchEvent(new Event("input"));
found.kept = [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[1].textContent);
found.dark = getComputedStyle(document.body).backgroundColor;
found.wide = document.documentElement.scrollWidth;
found.wrong = wrong;
const said = document.createElement("pre");
said.id = "found";
said.textContent = JSON.stringify(found);
document.body.append(said);
</script>"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page that a sweep of three models, four kinds of noise and two runs leaves."""
    directory = tmp_path_factory.mktemp("grid") / "grid"
    assert run_experiment(["sweep=noise_grid", "cache=bypass", f"output_dir={directory}"]) == 0
    return directory / "report.html"


def browse(page: Path, folder: Path, *more: str) -> tuple[str, str]:
    """Standard output and error of the browser for `page`."""
    assert CHROMIUM is not None
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
        "--disable-sync",
        f"--user-data-dir={folder / 'profile'}",
        "--enable-logging=stderr",
        "--window-size=1400,3000",
        *more,
        page.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout, done.stderr


def looked_at(page: Path, folder: Path, *more: str) -> dict[str, Any]:
    """What the browser says of `page`, which it sees with two scripts of ours around it."""
    text = page.read_text()
    watched = folder / "watched.html"
    watched.write_text(text.replace("<head>", f"<head>{WATCH}", 1).replace("</body>", f"{LOOK}</body>", 1))
    out, err = browse(watched, folder, "--dump-dom", *more)
    assert not re.findall(r"CONSOLE.*", err)
    (found,) = re.findall(r'<pre id="found">(.*?)</pre>', out, re.DOTALL)
    seen: dict[str, Any] = json.loads(html.unescape(found))
    return seen


def test_every_figure_is_seen_and_nothing_goes_wrong(page: Path, tmp_path: Path) -> None:
    found = looked_at(page, tmp_path)
    assert found["wrong"] == []
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


def test_tables_are_sorted_and_filtered(page: Path, tmp_path: Path) -> None:
    found = looked_at(page, tmp_path)
    rates = [float(text.rstrip("%")) for text in found["up"]]
    assert rates == sorted(rates)
    assert rates[0] < rates[-1]
    assert found["down"][0] == "100.0%"
    assert found["sorted"] == "descending"
    assert sorted(found["kept"]) == ["eager, tfp 0.1 + env 4", "eager, tfp 0.2"]


def test_the_dark_is_dark(page: Path, tmp_path: Path) -> None:
    light = looked_at(page, tmp_path)["dark"]
    dark = looked_at(page, tmp_path, "--blink-settings=preferredColorScheme=0")["dark"]
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(20, 23, 27)")


def test_it_can_be_printed(page: Path, tmp_path: Path) -> None:
    browse(page, tmp_path, f"--print-to-pdf={tmp_path / 'page.pdf'}", "--no-pdf-header-footer")
    printed = (tmp_path / "page.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 1


def test_its_links_lead_to_files(page: Path) -> None:
    links = re.findall(r'<a href="([^"#]+)">', page.read_text())
    assert len(links) > 50
    for link in links:
        path = page.parent / re.sub("%([0-9A-F]{2})", lambda code: chr(int(code[1], 16)), html.unescape(link))
        assert path.is_file(), link
