"""A diff as a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from pare_runner.analysis.diff.compare import diff
from tests.analysis.diff.conftest import EDITED, Rows, Sweeps

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Elements that are open, every tag and all text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.said = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data


def test_a_page_is_whole_and_needs_no_network(sweeps: Sweeps) -> None:
    text = diff(sweeps.base, sweeps.edited).html()
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not re.search(r"https?://|url\(|@import", text)
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text


def test_a_page_says_what_the_text_says(sweeps: Sweeps) -> None:
    found = diff(sweeps.base, sweeps.edited)
    said = Page(found.html()).said
    for part in (
        EDITED,
        "other arguments of Calendar.edit_calendar_event (event_id)",
        'event_id="standup"',
        "Table for 5",
    ):
        assert part in said
    assert found.text().splitlines()[0] in said


def test_an_identical_page_is_one_line(sweeps: Sweeps) -> None:
    page = Page(diff(sweeps.base, sweeps.same).html())
    assert "section" not in page.tags
    assert "identical: 24 pairs" in page.said


def test_what_results_say_is_never_markup(rows: Rows) -> None:
    name = "<script>alert(1)</script>"
    a = rows("a", [{"base_scenario_id": name, "observe_model": "<b>x"}])
    b = rows("b", [{"base_scenario_id": name, "observe_model": "<b>y", "ok": False}])
    text = diff(a, b).html()
    assert "<script" not in text
    assert "<b>" not in text
    assert name in Page(text).said
