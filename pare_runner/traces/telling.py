"""What happened in a run, entry by entry, in the order of its time line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pare_runner.apps.notifications import AGENT_INTERFACE, PAREMessageType
from pare_runner.episode.exchange import Exchange
from pare_runner.kernel.events import CompletedEvent, EventType, OperationType
from pare_runner.policy.request import Role
from pare_runner.traces.entry import EXTRA, Detail, Entry, Kind, Who
from pare_runner.traces.record import RunTrace
from pare_runner.traces.timeline import timeline
from pare_runner.traces.values import json_text, plain
from pare_runner.traces.words import shortened
from pare_runner.traces.world_logs import text_of, thought_of

ARGUMENT = 100
"""Characters of an argument that are told."""
_WAITS = ("wait", "wait_for_notification")
_ANSWERS = {"accept_proposal": "accepts", "reject_proposal": "rejects"}
_TOLD = (PAREMessageType.ENVIRONMENT_NOTIFICATION_USER, PAREMessageType.ENVIRONMENT_NOTIFICATION_AGENT)
_SCREEN = "Current app state: "
_OFFERS = "\nAvailable Actions:"
"""Where, with the protocol `react`, the text of a screen ends and its tools begin."""


def told(trace: RunTrace, detail: Detail) -> list[Entry]:
    """What happened until the run ended."""
    return _Telling(trace, detail).entries()


def screen_of(exchange: Exchange) -> str:
    """What the user had in front when this request was made; empty for other roles, and where it is not known."""
    if exchange.request.role != "user":
        return ""
    text = text_of("current_app_state", reversed(exchange.request.messages)).partition(_OFFERS)[0]
    return text.strip().removeprefix(_SCREEN)


@dataclass(slots=True)
class _Telling:
    trace: RunTrace
    detail: Detail
    found: list[Entry] = field(default_factory=list)
    mode: str = "observe"
    _proposals: frozenset[str] = frozenset()
    _shown: str = ""
    _screen: str = ""
    _turn: int | None = None

    def __post_init__(self) -> None:
        if self.trace.oracle:
            self._proposals = _answered(self.trace.log)

    def entries(self) -> list[Entry]:
        for moment in timeline(self.trace.log, self.trace.exchanges):
            if moment.event is not None:
                self._event(moment.event, None if moment.exchange is None else moment.exchange.request.role)
            elif moment.exchange is not None and moment.kind == "asked":
                self._asked(moment.exchange)
            elif moment.exchange is not None and moment.kind == "answered":
                self._answered(moment.exchange)
            elif moment.exchange is not None:
                self._done(moment.exchange)
        return self.found

    def _asked(self, exchange: Exchange) -> None:
        request, who = exchange.request, _who(exchange.request.role)
        if request.role != "execute" and self.mode == "execute":
            self._mode(request.time, "observe", "observes again", request.turn)
        self._tell(exchange, who)
        screen = screen_of(exchange)
        if screen and screen != self._screen:
            self._screen = screen
            self._of(exchange, request.time, "screen", f"screen: {screen}")
        self._of(exchange, request.time, "request", _asked_for(exchange))

    def _answered(self, exchange: Exchange) -> None:
        response = exchange.response
        if response is None:
            return
        react = exchange.request.protocol == "react"
        # What is said without a call stands there as a text of its own.
        thought = thought_of(response, react) if exchange.events else response.reasoning or ""
        thought = thought.strip().removeprefix("Thought:").strip()
        if thought:
            self._of(exchange, _answered_at(exchange), "thought", f"thinks: {thought}")

    def _done(self, exchange: Exchange) -> None:
        answered, response = _answered_at(exchange), exchange.response
        said = "" if response is None else response.content or ", ".join(call.name for call in response.tool_calls)
        if exchange.error is not None:
            self._of(exchange, answered, "error", f"the model call failed: {exchange.error}")
        elif exchange.problem is not None:
            self._of(exchange, answered, "malformed", f"reply that cannot be used ({exchange.problem}): {said}")
        elif not exchange.events and said:
            self._of(exchange, answered, "text", f"says: {said}")

    def _tell(self, exchange: Exchange, who: Who) -> None:
        for news in exchange.told:
            if news.message_type in _TOLD:  # taps, proposals and answers stand there already
                same = news.message == self._shown
                self._shown = news.message
                self._of(exchange, exchange.request.time, "told", "sees it, too" if same else f"sees: {news.message}")

    def _event(self, event: CompletedEvent, role: Role | None) -> None:
        name = event.function_name() or ""
        on_interface = event.app_class_name() == AGENT_INTERFACE
        content = str(event.get_args().get("content") or "")
        answers = on_interface and name in _ANSWERS
        scripted = event.scheduled and not self.trace.oracle  # there all that agents do is
        if scripted or event.event_type not in (EventType.AGENT, EventType.USER):
            text = self._call(event) if event.action else f"{event.event_id} ({event.event_type.value.lower()})"
            self._at(event, "world", None, "event", f"noise: {text}" if event.noise else text)
        elif event.event_type is EventType.USER:
            if name in _WAITS:
                self._at(event, "user", "user", "wait", "waits")
            elif answers:
                self._at(event, "user", "user", "answer", _ANSWERS[name] + (f": {content}" if content else ""))
            else:
                self._at(event, "user", "user", "tap", f"taps: {self._call(event)}")
                self._result(event, "user", "user")
        else:
            mode = self.mode if self.trace.oracle else event.proactive_mode
            role = role or ("execute" if mode == "execute" else "observe")
            self._by_assistant(event, name, content if on_interface else None, role)
        if answers and not event.failed() and self.mode == "awaiting_confirmation":
            accepts = name == "accept_proposal"
            mode, text = ("execute", "carries it out") if accepts else ("observe", "observes again")
            self._mode(event.event_time, mode, text, event.turn_number)

    def _by_assistant(self, event: CompletedEvent, name: str, content: str | None, role: Role) -> None:
        """A call of the assistant; `content` is the text of one on the agent's own interface."""
        if name in _WAITS:
            self._at(event, "assistant", role, "wait", "waits")
        elif content is not None and name == "send_message_to_user":
            proposes = event.proactive_mode in (None, "observe")
            if self.trace.oracle:
                proposes = role == "observe" or event.event_id in self._proposals
            kind: Kind = "proposal" if proposes else "message"
            self._at(event, "assistant", role, kind, f"{'proposes' if proposes else 'says'}: {content}")
            if proposes and not event.failed():
                self._mode(event.event_time, "awaiting_confirmation", "waits for an answer", event.turn_number)
        else:
            writes = event.action is not None and event.action.operation_type is OperationType.WRITE
            kind = "write" if writes else "read"
            self._at(event, "assistant", role, kind, f"{kind}s: {self._call(event)}")
            self._result(event, "assistant", role)

    def _result(self, event: CompletedEvent, who: Who, role: Role) -> None:
        """What a call gave back; a failed one says so itself."""
        value = plain(event.metadata.return_value)
        if value is not None and not event.failed():
            text = value if isinstance(value, str) else json_text(value)
            self._at(event, who, role, "result", f"→ {text}")

    def _mode(self, time: float, mode: str, text: str, turn: int | None) -> None:
        self.mode = mode
        role: Role = "execute" if mode == "execute" else "observe"
        self._add(Entry(self._since(time), "assistant", "mode", f"… {text}", turn=turn, role=role))

    def _of(self, exchange: Exchange, time: float, kind: Kind, text: str) -> None:
        """An entry that comes of a model call."""
        request = exchange.request
        who = _who(request.role)
        self._add(Entry(self._since(time), who, kind, text, turn=request.turn, role=request.role, exchange=exchange))

    def _at(self, event: CompletedEvent, who: Who, role: Role | None, kind: Kind, text: str) -> None:
        """An entry that is a line of the event log."""
        seconds, turn = self._since(event.event_time), event.turn_number
        self._add(Entry(seconds, who, kind, text, kind != "result" and event.failed(), turn, role, event))

    def _add(self, entry: Entry) -> None:
        wanted = self.detail.kinds
        if "turn" in wanted and entry.turn is not None and entry.turn != self._turn:
            self._turn = entry.turn
            self.found.append(Entry(entry.seconds, "", "turn", f"turn {entry.turn}", turn=entry.turn))
        if entry.kind not in EXTRA or entry.kind in wanted:
            self.found.append(entry)

    def _since(self, time: float) -> float:
        return time - self.trace.start

    def _call(self, event: CompletedEvent) -> str:
        longest = None if self.detail.full else ARGUMENT
        args = (
            f"{name}={shortened(repr(plain(value)), longest)}"
            for name, value in event.get_args().items()
            if value is not None
        )
        text = f"{event.app_name()}.{event.function_name()}({', '.join(args)})"
        return f"{text} fails: {event.metadata.exception}" if event.failed() else text


def _answered(log: Iterable[CompletedEvent]) -> frozenset[str]:
    """Ids of the messages of the assistant that the user answers; oracle runs have no modes to tell proposals by."""
    found: set[str] = set()
    last = ""
    for event in log:
        if event.app_class_name() == AGENT_INTERFACE:
            if event.function_name() == "send_message_to_user":
                last = event.event_id
            elif event.function_name() in _ANSWERS:
                found.add(last)
    return frozenset(found)


def _who(role: Role) -> Who:
    return "user" if role == "user" else "judge" if role == "judge" else "assistant"


def _answered_at(exchange: Exchange) -> float:
    return exchange.request.time + exchange.seconds


def _asked_for(exchange: Exchange) -> str:
    """A model call in a few words."""
    request, response = exchange.request, exchange.response
    tokens = 0 if response is None else response.usage.total_tokens
    used = f", {tokens:,} tokens" if tokens else ""
    count = len(request.messages)
    return f"{request.role} asks its model, call {request.index}: {count} message{'' if count == 1 else 's'}{used}"
