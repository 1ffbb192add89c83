"""What stands on the page of a run: sections, entries and what folds out of them, as plain texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pare_runner.atomic import json_bytes
from pare_runner.episode.exchange import Exchange
from pare_runner.kernel.events import CompletedEvent
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Role
from pare_runner.traces.conversation import turns
from pare_runner.traces.entry import Detail, Entry, Kind
from pare_runner.traces.told_json import NewMessages
from pare_runner.traces.values import plain
from pare_runner.traces.words import LONGEST, clock, shortened
from pare_runner.traces.world_logs import said_text

DETAIL = Detail(frozenset({"turn", "screen", "request", "thought"}))
"""What the page is made of; whole arguments and results fold out."""

GROUPS: dict[str, tuple[str, tuple[Kind, ...]]] = {
    "talk": ("proposals, answers, messages", ("proposal", "answer", "message", "text", "mode")),
    "calls": ("calls", ("tap", "read", "write")),
    "news": ("notifications", ("told",)),
    "events": ("events of the world", ("event",)),
    "screens": ("screens", ("screen",)),
    "waits": ("waits", ("wait",)),
    "thoughts": ("thoughts", ("thought",)),
    "requests": ("model calls", ("request",)),
    "trouble": ("unusable replies, errors", ("malformed", "error")),
}
"""What can be hidden: name → its label, and the kinds in it. Noise is one more, of whatever kind."""
HIDDEN = ("requests",)
"""Groups that are hidden until somebody wants them."""
PARTS = ("user", "observe", "execute", "judge", "world")
"""Who can be hidden."""
_CALLS: tuple[Kind, ...] = ("tap", "read", "write", "event")
"""Kinds whose arguments and results fold out; the others say all in their text."""
_QUIET: tuple[Kind, ...] = ("turn", "wait", "request")
_STEPS: tuple[Kind, ...] = ("proposal", "answer", "write", "malformed", "error")
"""Kinds that the time line at the side names."""
_GROUP_OF = {kind: name for name, (_, kinds) in GROUPS.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Fold:
    """A text that folds out under its label; `open` from the beginning."""

    label: str
    text: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class PageEntry:
    """An entry; `classes` are what filters and colours go by. `before` is the id of the role's last request."""

    id: str
    clock: str
    who: str
    text: str
    classes: str
    kind: Kind
    folds: tuple[Fold, ...] = ()
    before: str | None = None
    earlier: int = 0


@dataclass(slots=True)
class Section:
    """A turn, or what belongs to none; `quiet` if all did nothing but wait."""

    id: str
    title: str
    clock: str
    quiet: bool
    entries: list[PageEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the time line: where it leads to, when, what, and how it is coloured; `deep` below its turn."""

    target: str
    clock: str
    text: str
    classes: str
    deep: bool = False


def sections_of(entries: Sequence[Entry]) -> list[Section]:
    """The sections of the page, in order."""
    return list(_Viewing().sections(entries))


def steps_of(sections: Iterable[Section]) -> list[Step]:
    """The time line: a line for each turn and each of its important events, quiet turns in a row as one."""
    steps: list[Step] = []
    quiet: list[Section] = []
    for section in sections:
        if section.quiet:
            quiet.append(section)
            continue
        steps += _waited(quiet)
        quiet = []
        steps.append(Step(section.id, section.clock, section.title, "turn"))
        steps += [
            Step(entry.id, entry.clock, shortened(entry.text, 60), entry.classes, deep=True)
            for entry in section.entries
            if entry.kind in _STEPS or "failed" in entry.classes.split()
        ]
    return [*steps, *_waited(quiet)]


def filters_of(entries: Iterable[Entry]) -> list[tuple[str, str, bool]]:
    """(name, label, shown) of each filter that would hide something."""
    entries = list(entries)
    kinds = {_GROUP_OF.get(entry.kind) for entry in entries}
    parts = {_part(entry) for entry in entries}
    found = [(f"by-{part}", part, True) for part in PARTS if part in parts]
    found += [(f"in-{name}", label, name not in HIDDEN) for name, (label, _) in GROUPS.items() if name in kinds]
    return [*found, ("noise", "noise", True)] if any(entry.noise for entry in entries) else found


@dataclass(slots=True)
class _Viewing:
    news: NewMessages = field(default_factory=NewMessages)
    requests: dict[Role, str] = field(default_factory=dict)
    number: int = 0

    def sections(self, entries: Sequence[Entry]) -> Iterator[Section]:
        for turn in turns(entries):
            first = turn[0]
            named = first.kind == "turn"
            quiet = named and all(entry.kind in _QUIET for entry in turn)
            ends = first.kind in ("end", "error")
            title = first.text if named else "end" if ends else "beginning"
            name = f"turn-{first.turn}" if named else title
            yield Section(name, title, clock(first.seconds), quiet, [self._entry(item) for item in turn[named:]])

    def _entry(self, entry: Entry) -> PageEntry:
        self.number += 1
        name, before, earlier = f"e{self.number}", None, 0
        folds: tuple[Fold, ...] = ()
        if entry.kind == "request" and entry.exchange is not None:
            role = entry.exchange.request.role
            before, self.requests[role] = self.requests.get(role), name
            earlier, new = self.news.of(entry.exchange)
            folds = tuple(_of_call(entry.exchange, new))
        elif entry.event is not None and entry.event.action is not None and entry.kind in _CALLS:
            folds = tuple(_of_event(entry.event))
        if len(entry.text) > LONGEST or "\n" in entry.text.strip():
            folds = (Fold("whole text", entry.text), *folds)
        when, text = clock(entry.seconds), shortened(entry.text)
        return PageEntry(name, when, entry.who, text, _classes(entry), entry.kind, folds, before, earlier)


def _part(entry: Entry) -> str:
    return str(entry.role or entry.who)


def _classes(entry: Entry) -> str:
    names = [f"k-{entry.kind}", f"in-{_GROUP_OF.get(entry.kind, 'end')}"]
    names += [f"by-{_part(entry)}"] if _part(entry) else []
    names += ["failed"] if entry.failed else []
    return " ".join([*names, "noise"] if entry.noise else names)


def _of_event(event: CompletedEvent) -> Iterator[Fold]:
    args = {name: value for name, value in event.get_args().items() if value is not None}
    if args:
        yield Fold("arguments", _json(plain(args)))
    if event.failed():
        yield Fold("error", event.metadata.exception or "")
    elif event.metadata.return_value is not None:
        value = plain(event.metadata.return_value)
        yield Fold("result", value if isinstance(value, str) else _json(value))


def _of_call(exchange: Exchange, new: Sequence[Message]) -> Iterator[Fold]:
    for message in new:
        yield Fold(message.role, _said(message))
    response = exchange.response
    if response is None:
        return
    if response.reasoning:
        yield Fold("reasoning", response.reasoning, open=True)
    calls = [call.value["function"] for call in response.tool_calls]
    yield Fold("reply", said_text(response.content, calls), open=True)
    usage = response.usage
    if usage.total_tokens:
        reasoning = f", {usage.reasoning_tokens} of them reasoning" if usage.reasoning_tokens else ""
        yield Fold("tokens", f"{usage.prompt_tokens} prompt, {usage.completion_tokens} completion{reasoning}")


def _said(message: Message) -> str:
    return said_text(message.content, [call.value["function"] for call in message.tool_calls])


def _json(value: Any) -> str:
    return json_bytes(value, indent=True).decode()


def _waited(quiet: Sequence[Section]) -> Iterator[Step]:
    if quiet:
        first, last = quiet[0], quiet[-1]
        number = last.title.removeprefix("turn ")
        title = first.title if first is last else f"turns {first.title.removeprefix('turn ')} to {number}"
        yield Step(first.id, first.clock, f"{title}: waiting", "turn quiet")
