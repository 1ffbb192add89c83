"""Decision points: each proposal of the assistant that the user answered, with what the user knew then.

The rules and the names are those of PARE's trace parser, so that its annotation tools read what comes of it, with three
differences. Calls that a rate limit broke are looked for where errors stand, not anywhere in the file. The trace ends
with the first call of the executing agent itself: what has the same time and stands ahead of it counts, since virtual
clocks need not advance in between. And a user who only waits, which PARE's cannot do, has not gathered any context.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pare_runner.episode.toolsets import WAITS
from pare_runner.errors import InputError
from pare_runner.policy.request import Role
from pare_runner.traces.agent_roles import agent_roles
from pare_runner.traces.decision_messages import Log, annotated, messages_of
from pare_runner.traces.detection import META_TASK, PHRASES
from pare_runner.traces.documents import world_logs
from pare_runner.traces.hf_models import HfDocument
from pare_runner.traces.json_texts import parsed
from pare_runner.traces.values import json_text

Decision = Literal["accept", "reject", "gather_context"]

DECISIONS: tuple[Decision, ...] = ("accept", "reject", "gather_context")
FORWARD, BACKWARD = 50, 30
"""Entries of the log among which the messages are looked for, after a proposal and ahead of an answer; exclusive."""
FIRST_LOGS = 50
"""Entries among which the system prompt with the user's task stands."""
RATE_LIMITS = ("RateLimitError", "rate_limited")
"""What stands in the errors of a run that a rate limit broke: PARE's, and ours."""
UNKNOWN = "unknown"
BITS = 63
"""Bits of the largest run number that the frame can hold."""
_WAITS = frozenset(function for _, function in WAITS)


@dataclass(frozen=True, slots=True)
class DecisionPoint:
    """One proposal and the decision on it; the fields are the columns of the annotation data, in their order.

    `user_agent_decision` is `gather_context` if the user did something else first, and `final_decision` is True for an
    accepted proposal however it came to that. `llm_input` (what the user saw first after the proposal) and
    `gather_context_delta` (what had been added when the decision was made) are JSON texts.
    """

    sample_id: str
    scenario_id: str
    run_number: int
    proactive_model_id: str
    user_model_id: str
    trace_file: str
    user_agent_decision: Decision
    llm_input: str
    agent_proposal: str
    final_decision: bool
    meta_task_description: str
    gather_context_delta: str | None


@dataclass(frozen=True, slots=True)
class Decisions:
    """The points of one trace, in its order, and why it was not looked at, if it was not."""

    points: tuple[DecisionPoint, ...] = ()
    skipped: str = ""


def decision_points(document: HfDocument, trace_file: str, phrases: Mapping[Role, str] = PHRASES) -> Decisions:
    """The decision points of a trace, whose name in the result is `trace_file`.

    `phrases` tell the agents apart where the trace itself does not. Proposals that were not answered give none, but
    count in `sample_id`. InputError if the world log cannot be read.
    """
    logs = world_logs(document)
    if _rate_limited(document, logs):
        return Decisions(skipped="a rate limit broke a model call")
    roles = agent_roles(document, logs, phrases)
    if not {"user", "observe"} <= set(roles.values()):
        agents = any(log["log_type"] != "action" for log in logs)
        return Decisions(skipped="user or assistant cannot be told" if agents else "no agents took part")
    return Decisions(tuple(_Trace(document, trace_file, logs, roles).points()))


@dataclass(slots=True)
class _Trace:
    document: HfDocument
    name: str
    logs: Sequence[Log]
    roles: Mapping[str, Role]
    end: int = field(init=False)

    def __post_init__(self) -> None:
        self.end = self._end()

    def points(self) -> Iterator[DecisionPoint]:
        models = _models(self.document)
        task = meta_task(self.logs)
        scenario_id = self.document.definition.scenario_id
        run_number = self.document.definition.run_number
        run = 1 if run_number is None else run_number
        if run.bit_length() > BITS:
            where = f"{self.document.where}: $.metadata.definition.run_number"
            raise InputError("the number is too large", where=where)
        proposals = (number for number in range(self.end) if self._calls(number, "observe", "send_message_to_user"))
        for count, proposal in enumerate(proposals):
            answer = self._next_call(proposal, "accept_proposal", "reject_proposal")
            shown = self._shown_after(proposal)
            if answer is None or shown is None:
                continue
            place, messages = shown
            accepted = self._calls(answer, "user", "accept_proposal")
            gathered = any(self._gathers(number) for number in range(proposal + 1, answer))
            own = [log for log in self.logs[:place] if self._role(log) == "user"]
            yield DecisionPoint(
                sample_id=f"{scenario_id}_run_{run}_p{count}",
                scenario_id=scenario_id,
                run_number=run,
                proactive_model_id=models.get("observe", UNKNOWN),
                user_model_id=models.get("user", UNKNOWN),
                trace_file=self.name,
                user_agent_decision="gather_context" if gathered else "accept" if accepted else "reject",
                llm_input=json_text(annotated(messages, own)),
                agent_proposal=_content(self.logs[proposal].get("tool_arguments")),
                final_decision=accepted,
                meta_task_description=task,
                gather_context_delta=self._delta(answer, len(messages)) if gathered else None,
            )

    def _end(self) -> int:
        """The place of the executing agent's first call, or of the first entry that is later."""
        first = next((n for n in range(len(self.logs)) if self._calls(n, "execute", "")), None)
        if first is None:
            return len(self.logs)
        cut = self.logs[first]["timestamp"]
        return next(n for n in range(first + 1) if n == first or self.logs[n]["timestamp"] > cut)

    def _role(self, log: Log) -> Role | None:
        return self.roles.get(str(log["agent_id"]))

    def _calls(self, number: int, role: Role, *tools: str) -> bool:
        """Whether an entry is a call of an agent to a tool whose name has one of `tools` in it."""
        log = self.logs[number]
        if log["log_type"] != "tool_call" or self._role(log) != role:
            return False
        name = str(log.get("tool_name"))
        return any(tool in name for tool in tools)

    def _next_call(self, after: int, *tools: str) -> int | None:
        return next((n for n in range(after + 1, self.end) if self._calls(n, "user", *tools)), None)

    def _gathers(self, number: int) -> bool:
        """Whether an entry is a call of the user that may have shown something."""
        called = self._calls(number, "user", "")
        return called and str(self.logs[number].get("tool_name")).rpartition("__")[2] not in _WAITS

    def _shown_after(self, proposal: int) -> tuple[int, list[dict[str, Any]]] | None:
        return self._messages(range(proposal + 1, min(proposal + FORWARD, len(self.logs))))

    def _delta(self, answer: int, seen: int) -> str | None:
        found = self._messages(range(answer - 1, max(answer - BACKWARD, 0), -1))
        delta = found[1][seen:] if found is not None else []
        return json_text(delta) if delta else None

    def _messages(self, places: Sequence[int]) -> tuple[int, list[dict[str, Any]]] | None:
        """The first readable `llm_input` of the user at one of `places`, and where it is."""
        for place in places:
            log = self.logs[place]
            if log["log_type"] == "llm_input" and self._role(log) == "user":
                messages = messages_of(log)
                if messages is not None:
                    return place, messages
        return None


def _rate_limited(document: HfDocument, logs: Sequence[Log]) -> bool:
    definition = document.definition
    said = [f"{definition.exception_type} {definition.exception_message}"] if definition.has_exception else []
    said += [
        f"{log.get('error')} {log.get('exception')} {log.get('category')}" for log in logs if log["log_type"] == "error"
    ]
    return any(name in text for text in said for name in RATE_LIMITS)


def _models(document: HfDocument) -> dict[str, str]:
    """Role → model, from `user:<model>|observe:<model>|execute:<model>`."""
    simulation = document.metadata.get("simulation")
    model_id = simulation.get("model_id") if isinstance(simulation, dict) else None
    parts = (part.partition(":") for part in model_id.split("|")) if isinstance(model_id, str) else ()
    return {role: model for role, _, model in parts if model}


def meta_task(logs: Sequence[Log]) -> str:
    """The user's task as a system prompt at the beginning has it; empty if there is none."""
    opening, closing = f"<{META_TASK}>", f"</{META_TASK}>"
    for log in logs[:FIRST_LOGS]:
        content = log.get("content")
        if log["log_type"] == "system_prompt" and isinstance(content, str) and opening in content:
            text, closed, _ = content.partition(opening)[2].partition(closing)
            if closed:
                return text.strip()
    return ""


def _content(arguments: Any) -> str:
    """What a proposal says; arguments that could not be read stand in the log as text."""
    if isinstance(arguments, str):
        try:
            arguments = parsed(arguments)
        except ValueError:
            return str(arguments)
    content = arguments.get("content") if isinstance(arguments, dict) else arguments
    if content is None:
        return ""
    return content if isinstance(content, str) else json_text(content)
