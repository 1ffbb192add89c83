"""The page of a run: what stands on it, that nothing leads out of it, and that no text of a run is markup."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import get_args

import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.library.catalog import register_pare_scenarios
from pare_runner.policy.request import Response
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.conversation import entries_of
from pare_runner.traces.entry import Entry, Kind
from pare_runner.traces.page.render import BEGINNING, page
from pare_runner.traces.page.view import DETAIL, GROUPS, filters_of, sections_of, steps_of
from pare_runner.traces.record import RunTrace, record_of
from tests.episode.conftest import ACCEPT, ACCEPTS, ASKS, DONE, LOOK, NONSENSE, PROPOSE, Play, calling, events, news

EVIL = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\x1b[31m\x00"
VOID = {"meta", "input"}


@dataclass
class Reader(HTMLParser):
    """The elements of a page; every one must be closed."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    attributes: set[str] = field(default_factory=set)
    text: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value or "")
            elif name == "href":
                self.links.append(value or "")
            elif name == "class":
                self.classes.update((value or "").split())

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(trace: RunTrace) -> Reader:
    reader = Reader()
    reader.feed(rendered(trace))
    reader.close()
    assert reader.open == []
    return reader


def rendered(trace: RunTrace) -> str:
    return page(trace, entries_of(trace, DETAIL)).decode()


@pytest.fixture(scope="module")
def trace() -> RunTrace:
    play = Play(
        events(news("a"), news("late", "at: 900s"), ASKS, ACCEPTS),
        user=[calling(("System.open_app", {"app_name": "Notes"})), NONSENSE, ACCEPT],
        observe=[LOOK, PROPOSE],
        execute=[calling(("Notes.delete_note", {"note_id": "beer"})), DONE],
    )
    return record_of(play.outcome, TraceContext("id", {}, "agents", "user:a|observe:b|execute:b"))


@pytest.fixture(scope="module")
def evil() -> RunTrace:
    play = Play(
        events(news("a").replace("content: a", f"content: {EVIL[:-6]!r}"), ASKS, ACCEPTS),
        user=[calling("aui.wait"), calling(("aui.accept_proposal", {"content": EVIL}))],
        observe=[calling(("aui.send_message_to_user", {"content": EVIL}))],
        execute=[calling(("Notes.delete_note", {"note_id": EVIL})), Response(EVIL, reasoning=EVIL)],
    )
    return record_of(play.outcome, TraceContext(EVIL, {}, EVIL, EVIL))


def test_every_turn_and_every_entry_has_an_anchor(trace: RunTrace) -> None:
    reader = read(trace)
    entries = [entry for entry in entries_of(trace, DETAIL) if entry.kind != "turn"]
    turns = {entry.turn for entry in entries if entry.turn is not None}

    assert Counter(reader.ids).most_common(1)[0][1] == 1
    assert {f"turn-{turn}" for turn in turns} <= set(reader.ids)
    assert {f"e{number}" for number in range(1, len(entries) + 1)} <= set(reader.ids)
    assert {link.removeprefix("#") for link in reader.links} <= set(reader.ids)
    assert all(link.startswith("#") for link in reader.links)


def test_all_that_was_told_stands_there(trace: RunTrace) -> None:
    text = " ".join(" ".join(read(trace).text).split())
    for entry in entries_of(trace, DETAIL):
        assert " ".join(entry.text.split()) in text


def test_it_needs_nothing_from_elsewhere(trace: RunTrace) -> None:
    reader = read(trace)
    assert not set(reader.tags) & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "svg"}
    assert not {name for name in reader.attributes if name.startswith("on")} | {"src", "style"} & reader.attributes
    assert "url(" not in rendered(trace)
    assert "@import" not in rendered(trace)
    assert "default-src 'none'" in rendered(trace)
    assert rendered(trace).encode().startswith(BEGINNING)


def test_no_text_of_a_run_is_markup(evil: RunTrace, trace: RunTrace) -> None:
    reader = read(evil)
    assert set(reader.tags) <= set(read(trace).tags) | {"p", "a"}
    assert "alert" in " ".join(reader.text)
    assert "<script" not in rendered(evil)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", rendered(evil))


def test_the_same_run_gives_the_same_bytes(trace: RunTrace) -> None:
    assert rendered(trace) == rendered(trace)


def test_filters_hide_what_they_name(trace: RunTrace) -> None:
    entries = entries_of(trace, DETAIL)
    filters = filters_of(entries)
    reader = read(trace)
    css = rendered(trace)
    for name, _, shown in filters:
        assert reader.classes[name] > 0
        assert f"body:has(#show-{name}:not(:checked)) main li.{name}" in css
        assert (f'id="show-{name}" checked' in css) is shown
    assert {name for name, _, _ in filters} >= {"by-user", "by-observe", "by-execute", "by-world", "in-requests"}
    assert "noise" not in {name for name, _, _ in filters}


def test_every_kind_can_be_hidden_but_the_end() -> None:
    kinds = [kind for _, kinds in GROUPS.values() for kind in kinds]
    assert sorted([*kinds, "end", "held", "check", "turn", "result"]) == sorted(get_args(Kind))


def test_the_time_line_names_turns_and_what_matters(trace: RunTrace) -> None:
    steps = steps_of(sections_of(entries_of(trace, DETAIL)))
    said = [step.text for step in steps if step.deep]
    assert any(text.startswith("proposes: Shall I?") for text in said)
    assert any(text.startswith("accepts") for text in said)
    assert any("Notes.delete_note" in text for text in said)
    assert any(text.startswith("reply that cannot be used") for text in said)
    assert steps[-1].text == "end"


def test_quiet_turns_in_a_row_are_one_step() -> None:
    entries: list[Entry] = []
    for turn in range(4):
        entries.append(Entry(turn, "", "turn", f"turn {turn}", turn=turn))
        entries.append(Entry(turn, "user", "wait", "waits", turn=turn))
    entries.append(Entry(9, "user", "tap", "taps", turn=3))
    steps = [(step.target, step.text, step.classes) for step in steps_of(sections_of(entries))]
    assert steps == [("turn-0", "turns 0 to 2: waiting", "turn quiet"), ("turn-3", "turn 3", "turn")]


def test_requests_fold_out_what_is_new_in_them(trace: RunTrace) -> None:
    sections = sections_of(entries_of(trace, DETAIL))
    requests = [entry for section in sections for entry in section.entries if entry.kind == "request"]
    observe = [entry for entry in requests if "by-observe" in entry.classes.split()]
    first, second = observe[:2]
    assert (first.before, first.earlier, second.before, second.earlier) == (None, 0, first.id, 2)
    assert [fold.label for fold in second.folds] == ["assistant", "tool", "reply"]
    assert "send_message_to_user" in second.folds[-1].text


def test_a_run_without_anything() -> None:
    trace = record_of(Play(events()).outcome)
    assert read(trace).tags["section"] >= 1


def test_an_oracle_run_is_called_one() -> None:
    trace = record_of(run_oracle(register_pare_scenarios().get("dinner_headcount_change")()))
    assert "<p>oracle run: user and assistant do what the scenario plans</p>" in page(trace, entries_of(trace)).decode()
