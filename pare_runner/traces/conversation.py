"""One run as a conversation: a plain list of what happened on the virtual time line, and its lines for people.

`entries_of` makes the list from the record of a run, which has just ended or was read from a trace; `lines` needs
nothing but the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from pare_runner.traces.entry import PLAIN, Detail, Entry, Kind
from pare_runner.traces.record import RunTrace, Verdict
from pare_runner.traces.telling import told
from pare_runner.traces.words import LONGEST, REPORTED_ONLY, SIDE_EFFECTS, clock, only_reported, shortened, visible

WIDTH = 100
HEAD = 22
"""Columns of the time and the speaker in front of each line."""
ENDS = {
    "idle": "nothing was ahead that could change anything",
    "max_turns": "the turns were used up",
    "duration": "the time of the scenario was over",
    "stop_event": "an event of the scenario stopped it",
}
_COLOURS: dict[Kind, str] = {
    "proposal": "bold", "answer": "bold", "write": "warning", "malformed": "error", "error": "error", "check": "error",
    "told": "dim", "wait": "dim", "mode": "dim", "held": "dim", "end": "bold", "turn": "bold", "screen": "dim",
    "thought": "dim", "result": "dim",
}  # fmt: skip
_UNDER = ("held", "check", "result")
"""Kinds that stand below what they belong to, without time and speaker."""
_QUIET = ("wait", "turn")

Paint = Callable[[str, str], str]


def entries_of(trace: RunTrace, detail: Detail = PLAIN) -> list[Entry]:
    """What happened in a run, in order, and at the end how it ended and which checks held."""
    return [*told(trace, detail), *_ending(trace)]


def lines(
    entries: Iterable[Entry],
    width: int = WIDTH,
    paint: Paint = lambda text, kind: text,
    longest: int | None = LONGEST,
) -> Iterator[str]:
    """Lines of at most `width` columns, coloured by `paint(text, kind)`; waiting in a row is one line.

    Texts are cut after `longest` characters; with None they are whole and keep their line breaks. Requests have no
    line.
    """
    in_turn = False
    for entry in _without_repeated_waits([entry for entry in entries if entry.kind != "request"]):
        if in_turn and entry.turn is None:
            yield ""
        in_turn = entry.kind == "turn" or (in_turn and entry.turn is not None)
        if entry.kind == "turn":
            yield ""
            yield paint(entry.text, _COLOURS["turn"])
            continue
        head = f"{clock(entry.seconds):>9}  {entry.who:<9}  " if entry.kind not in _UNDER else " " * HEAD
        kind = "error" if entry.failed else _COLOURS.get(entry.kind, "")
        room = max(width - len(head), 20)
        text = visible(shortened(entry.text, longest))
        wrapped = [line for part in text.split("\n") for line in _wrapped(part, room)]
        for number, line in enumerate(wrapped):
            yield ((head if not number else " " * len(head)) + (paint(line, kind) if kind and line else line)).rstrip()


def acting(trace: RunTrace) -> str:
    """Who acts in a run: the models, or the scenario itself."""
    return "oracle run: user and assistant do what the scenario plans" if trace.oracle else trace.context.model_id


def check_reasons(result: Verdict) -> Iterator[tuple[str, str]]:
    """The checks that failed, each with what the rationale says about it."""
    rationale = result.rationale or ""
    found = [(name, rationale.find(f"{name}: ")) for name, holds in result.checks.items() if not holds]
    for name, start in found:
        end = min((other for _, other in found if other > start), default=len(rationale))
        yield name, rationale[start + len(name) + 2 : end].rstrip("; ") if start >= 0 else ""


def _ending(trace: RunTrace) -> Iterator[Entry]:
    result, seconds = trace.verdict, trace.end_time - trace.start
    reason = result.termination_reason
    how = "did not end" if result.status == "exception" else "ended"
    if reason:
        how = f"ended by {reason}" + (f": {ENDS[reason]}" if reason in ENDS else "")
    yield Entry(seconds, "", "end", f"{how}; {result.status}")
    if result.exception_type is not None:
        yield Entry(seconds, "", "error", f"{result.exception_type}: {result.exception_message}")
    for count, what in (
        (result.lapsed_proposals, "proposals lapsed"),
        (result.unseen_events, "events the assistant was never told of"),
    ):
        if count:
            yield Entry(seconds, "", "end", f"{what}: {count}")
    reasons = dict(check_reasons(result))
    reported = only_reported(result.status, result.checks, result.rationale)
    for name, holds in result.checks.items():
        if holds:
            yield Entry(seconds, "", "held", f"✓ {name}")
        elif reported and name == SIDE_EFFECTS:
            yield Entry(seconds, "", "check", f"✗ {name} ({REPORTED_ONLY})")
        else:
            yield Entry(seconds, "", "check", f"✗ {name}" + (f": {reasons[name]}" if reasons[name] else ""))


def _wrapped(text: str, width: int) -> list[str]:
    """Lines broken between words, so dates and ids stay whole, unless one alone is wider. Long logs are made of these:
    the standard library's wrapper takes over twenty times as long."""
    text = text.expandtabs().rstrip(" ")
    lines, start = [], 0
    while len(text) - start > width:
        end = text.rfind(" ", start + 1, start + width + 1)
        if end < 0 or (text.find(" ", end + 1, end + width + 2) < 0 and len(text) - end - 1 > width):
            end = start + width  # a word that is wider than a line begins on this one
        lines.append(text[start:end].rstrip(" "))
        start = end
        while text[start] == " ":
            start += 1
    return [*lines, text[start:]]


def _without_repeated_waits(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Waits in a row as one entry at the time of the first; turns in a row with nothing but waits under one heading."""
    quiet: list[Entry] = []
    for turn in turns(entries):
        if all(entry.kind in _QUIET for entry in turn):
            quiet += turn
            continue
        yield from _waited(quiet)
        quiet = []
        for waits, group in groupby(turn, key=lambda entry: entry.kind == "wait"):
            several = list(group)
            yield from _waited(several) if waits else several
    yield from _waited(quiet)


def turns(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The entries of each turn that has a heading, which is the first of them; others as they lie between."""
    turn: list[Entry] = []
    for entry in entries:
        over = turn and turn[0].kind == "turn" and entry.turn is None
        if turn and (over or entry.kind == "turn"):
            yield turn
            turn = []
        turn.append(entry)
    if turn:
        yield turn


def _waited(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Headings and waits as one heading and one wait."""
    headings = [entry for entry in entries if entry.kind == "turn"]
    waits = [entry for entry in entries if entry.kind == "wait"]
    if headings:
        first, last = headings[0], headings[-1]
        yield first if first is last else replace(first, text=f"turns {first.turn} to {last.turn}")
    if waits:
        same = len({entry.who for entry in waits}) == 1
        yield waits[0] if same else replace(waits[0], who="", text="user and assistant wait", failed=False)
