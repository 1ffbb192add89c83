"""One run as a conversation: a plain list of what happened on the virtual time line, and its lines for people.

`entries_of` makes the list from the record of a run, which has just ended or was read from a trace; `lines` needs
nothing but the list.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pare_runner.apps.notifications import AGENT_INTERFACE, PAREMessageType
from pare_runner.episode.exchange import Exchange
from pare_runner.kernel.events import CompletedEvent, EventType, OperationType
from pare_runner.traces.record import RunTrace, Verdict
from pare_runner.traces.timeline import timeline
from pare_runner.traces.values import plain

Who = Literal["world", "user", "assistant", "judge", ""]
Kind = Literal[
    "event", "told", "tap", "proposal", "answer", "message", "read", "write", "wait", "text", "mode", "malformed",
    "error", "end", "held", "check",
]  # fmt: skip

WIDTH = 100
LONGEST = 320
"""Characters of a text that are shown."""

ENDS = {
    "idle": "nothing was ahead that could change anything",
    "max_turns": "the turns were used up",
    "duration": "the time of the scenario was over",
    "stop_event": "an event of the scenario stopped it",
}
_WAITS = ("wait", "wait_for_notification")
_ANSWERS = {"accept_proposal": "accepts", "reject_proposal": "rejects"}
_TOLD = (PAREMessageType.ENVIRONMENT_NOTIFICATION_USER, PAREMessageType.ENVIRONMENT_NOTIFICATION_AGENT)
_COLOURS: dict[Kind, str] = {
    "proposal": "bold", "answer": "bold", "write": "warning", "malformed": "error", "error": "error", "check": "error",
    "told": "dim", "wait": "dim", "mode": "dim", "held": "dim", "end": "bold",
}  # fmt: skip

Paint = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened `seconds` after the start; `failed` calls changed nothing."""

    seconds: float
    who: Who
    kind: Kind
    text: str
    failed: bool = False


def entries_of(trace: RunTrace) -> list[Entry]:
    """What happened in a run, in order, and at the end how it ended and which checks held."""
    return [*_Telling(trace).entries(), *_ending(trace)]


def lines(entries: Iterable[Entry], width: int = WIDTH, paint: Paint = lambda text, kind: text) -> Iterator[str]:
    """Lines of at most `width` columns, coloured by `paint(text, kind)`; waiting in a row is one line."""
    for entry in _without_repeated_waits(list(entries)):
        head = f"{clock(entry.seconds):>9}  {entry.who:<9}  " if entry.kind not in ("held", "check") else " " * 22
        wrapped = textwrap.wrap(shortened(entry.text), max(width - len(head), 20)) or [""]
        kind = "error" if entry.failed else _COLOURS.get(entry.kind, "")
        for number, text in enumerate(wrapped):
            yield (head if not number else " " * len(head)) + (paint(text, kind) if kind else text)


def clock(seconds: float) -> str:
    """Seconds since the start as `5:07`, `1:02:05` or `2d 1:02:05`; fractions are cut off."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days}d {hour}:{minute:02}:{second:02}"
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def shortened(text: str, longest: int = LONGEST) -> str:
    """`text` on one line, cut after `longest` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def check_reasons(result: Verdict) -> Iterator[tuple[str, str]]:
    """The checks that failed, each with what the rationale says about it."""
    rationale = result.rationale or ""
    found = [(name, rationale.find(f"{name}: ")) for name, holds in result.checks.items() if not holds]
    for name, start in found:
        end = min((other for _, other in found if other > start), default=len(rationale))
        yield name, rationale[start + len(name) + 2 : end].rstrip("; ") if start >= 0 else ""


@dataclass(slots=True)
class _Telling:
    trace: RunTrace
    found: list[Entry] = field(default_factory=list)
    mode: str = "observe"
    _shown: str = ""

    def entries(self) -> list[Entry]:
        for moment in timeline(self.trace.log, self.trace.exchanges):
            if moment.event is not None:
                self._event(moment.event)
            elif moment.exchange is not None and moment.kind == "asked":
                self._asked(moment.exchange)
            elif moment.exchange is not None and moment.kind == "done":
                self._done(moment.exchange)
        return self.found

    def _asked(self, exchange: Exchange) -> None:
        if exchange.request.role != "execute" and self.mode == "execute":
            self._mode(exchange.request.time, "observe", "observes again")
        self._tell(exchange, _who(exchange))

    def _done(self, exchange: Exchange) -> None:
        who, answered = _who(exchange), exchange.request.time + exchange.seconds
        response = exchange.response
        said = "" if response is None else response.content or ", ".join(call.name for call in response.tool_calls)
        if exchange.error is not None:
            self._add(answered, who, "error", f"the model call failed: {exchange.error}")
        elif exchange.problem is not None:
            self._add(answered, who, "malformed", f"reply that cannot be used ({exchange.problem}): {said}")
        elif not exchange.events and said:
            self._add(answered, who, "text", f"says: {said}")

    def _tell(self, exchange: Exchange, who: Who) -> None:
        for news in exchange.told:
            if news.message_type in _TOLD:  # taps, proposals and answers stand there already
                same = news.message == self._shown
                self._shown = news.message
                self._add(exchange.request.time, who, "told", "sees it, too" if same else f"sees: {news.message}")

    def _event(self, event: CompletedEvent) -> None:
        time, name = event.event_time, event.function_name() or ""
        on_interface = event.app_class_name() == AGENT_INTERFACE
        failed = event.failed()
        content = str(event.get_args().get("content") or "")
        if event.scheduled or event.event_type not in (EventType.AGENT, EventType.USER):
            text = _call(event) if event.action else f"{event.event_id} ({event.event_type.value.lower()})"
            text = f"noise: {text}" if event.noise else text
            self._add(time, "world", "event", text, failed)
        elif name in _WAITS:
            self._add(time, "user" if event.event_type is EventType.USER else "assistant", "wait", "waits")
        elif event.event_type is EventType.USER:
            if on_interface and name in _ANSWERS:
                self._add(time, "user", "answer", _ANSWERS[name] + (f": {content}" if content else ""), failed)
            else:
                self._add(time, "user", "tap", f"taps: {_call(event)}", failed)
        elif on_interface and name == "send_message_to_user":
            proposes = event.proactive_mode in (None, "observe")
            self._add(
                time,
                "assistant",
                "proposal" if proposes else "message",
                f"{'proposes' if proposes else 'says'}: {content}",
                failed,
            )
            if proposes and not failed:
                self._mode(time, "awaiting_confirmation", "waits for an answer")
        else:
            writes = event.action is not None and event.action.operation_type is OperationType.WRITE
            kind: Kind = "write" if writes else "read"
            self._add(time, "assistant", kind, f"{kind}s: {_call(event)}", failed)
        if on_interface and name in _ANSWERS and not failed and self.mode == "awaiting_confirmation":
            accepts = name == "accept_proposal"
            self._mode(time, "execute" if accepts else "observe", "carries it out" if accepts else "observes again")

    def _mode(self, time: float, mode: str, text: str) -> None:
        self.mode = mode
        self._add(time, "assistant", "mode", f"… {text}")

    def _add(self, time: float, who: Who, kind: Kind, text: str, failed: bool = False) -> None:
        self.found.append(Entry(time - self.trace.start, who, kind, text, failed))


def _who(exchange: Exchange) -> Who:
    role = exchange.request.role
    return "user" if role == "user" else "judge" if role == "judge" else "assistant"


def _ending(trace: RunTrace) -> Iterator[Entry]:
    result, seconds = trace.verdict, trace.end_time - trace.start
    reason = result.termination_reason
    how = f"ended by {reason}" + (f": {ENDS[reason]}" if reason in ENDS else "") if reason else "did not end"
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
    for name, holds in result.checks.items():
        if holds:
            yield Entry(seconds, "", "held", f"✓ {name}")
        else:
            yield Entry(seconds, "", "check", f"✗ {name}" + (f": {reasons[name]}" if reasons[name] else ""))


def _call(event: CompletedEvent) -> str:
    args = ", ".join(f"{name}={_value(value)}" for name, value in event.get_args().items() if value is not None)
    text = f"{event.app_name()}.{event.function_name()}({args})"
    return f"{text} fails: {event.metadata.exception}" if event.failed() else text


def _value(value: Any) -> str:
    return shortened(repr(plain(value)), 100)


def _without_repeated_waits(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Waits in a row as one entry at the time of the first."""
    number = 0
    while number < len(entries):
        run = number
        while run < len(entries) and entries[run].kind == "wait":
            run += 1
        if run == number:
            yield entries[number]
            number += 1
            continue
        waiting = list(dict.fromkeys(entry.who for entry in entries[number:run]))
        first = entries[number]
        yield first if len(waiting) == 1 else Entry(first.seconds, "", "wait", "user and assistant wait")
        number = run
