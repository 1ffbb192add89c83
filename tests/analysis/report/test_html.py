"""The page as text; tests/analysis/report/test_browser.py opens it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pare_runner.analysis.report.html import html
from tests.analysis.report.made import grid, reported, row

VOID = {"meta", "br", "input", "link", "img", "line", "circle", "rect"}


class Reader(HTMLParser):
    """Tags that are open, links, ids, and text outside of scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if found.get("href"):
            self.links.append(str(found["href"]))
        if found.get("id"):
            self.ids.append(str(found["id"]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def test_it_is_whole_and_its_contents_lead_somewhere() -> None:
    found = read(html(reported(grid(), margin=0.05)))
    assert len(found.ids) == len(set(found.ids))
    inside = [link[1:] for link in found.links if link.startswith("#")]
    assert set(inside) <= set(found.ids)
    assert found.tags.count("svg") == 6
    assert found.tags.count("figure") == 9
    assert found.tags.count("script") == 1


def test_it_needs_nothing_else() -> None:
    page = html(reported(grid()))
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//|@import|url\(""", page)
    assert "default-src 'none'" in page


def test_names_are_text() -> None:
    evil = "<script>alert(1)</script>\"'&"
    page = html(
        reported(
            [
                row(evil, True, model=evil, tags=[evil], apps=[evil]),
                row("s", None, model="b", exception_type=evil, exception_message=evil),
            ]
        )
    )
    assert "<script>alert" not in page
    assert read(page).tags.count("script") == 1


def test_links_count_from_the_folder_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    job = Path("out/a job#1")
    job.mkdir(parents=True)
    (job / "r.json").touch()
    report = reported([row("s", False, job=str(job), export_path=str(job / "r.json"))])
    assert "a%20job%231/r.json" in read(html(report, folder="out")).links
    assert "../out/a%20job%231/r.json" in read(html(report, folder="pages")).links


def test_warnings_lead() -> None:
    page = html(reported([row("s", True), row("t", None, exception_type="E")]))
    assert page.index("1 of 2 runs (50.0%) ended in an exception") < page.index("<nav>")


def test_cells_are_sorted_by_their_values() -> None:
    page = html(reported(grid()))
    assert re.search(r'<td data-v="0.16666666666666666">16.7%</td>', page)


def test_the_same_results_give_the_same_page() -> None:
    assert html(reported(grid(), timestamp="T")) == html(reported(grid(), timestamp="T"))
