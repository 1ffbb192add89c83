"""The calls of an hf file's run beside those of the oracle run of the scenario that was made of it.

Compared are the calls of the oracle and of the environment, at each time as a set: app, tool and arguments by value. An
id that a call made is another one here; where a later call uses it, the one stands for the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pare_runner.episode.outcome import Outcome
from pare_runner.traces.hf_models import HfDocument
from pare_runner.traces.importing.causes import Facts, Kind, cause
from pare_runner.traces.importing.run_calls import (
    RunCall,
    calls_here,
    calls_there,
    made_ids,
    referring_arguments,
    shown_value,
)
from pare_runner.traces.importing.timing import is_oracle_run


@dataclass(frozen=True, slots=True)
class ComparedCall:
    """A call of one run or of both: `seconds` after the start, `event_id` as in the file.

    `there` is the file, `here` our run: what failed, or the arguments or times that differ, as text. `why` is the known
    defect that explains a mismatch.
    """

    kind: Kind
    seconds: float
    event_id: str
    call: str
    there: str = ""
    here: str = ""
    why: str = ""

    @property
    def is_mismatch(self) -> bool:
        """Whether the runs differ in this call."""
        return self.kind not in ("same", "fails_too")

    @property
    def is_unexplained(self) -> bool:
        """Whether they differ and no known defect says why."""
        return self.is_mismatch and not self.why

    @property
    def told(self) -> str:
        """What became of the call in both runs, in words."""
        texts = {
            "same": "is the same",
            "fails_too": f"fails there and here: {self.here}",
            "arguments": f"there with {self.there}, here with {self.here}",
            "time": f"at {self.there} there, at {self.here} here",
            "succeeds_here": f"failed there ({self.there})",
            "fails_here": f"fails here only: {self.here}",
            "only_there": "was made there only",
            "only_here": "is made here only",
        }
        why = f": {self.why or 'unexplained'}" if self.is_mismatch else ""
        return f"{self.call} {texts[self.kind]}{why}"

    def __str__(self) -> str:
        return f"{self.kind}: {self.told}"

    def as_json(self) -> dict[str, Any]:
        """The call as JSON; texts that are empty are null."""
        return {key: None if value == "" else value for key, value in asdict(self).items()}


def compare(document: HfDocument, outcome: Outcome) -> list[ComparedCall]:
    """Every call of either run, by time; of a run with agents only what the environment did there.

    `outcome` is an oracle run of the imported scenario. With agents a call that waits for them has no time of its own,
    and an argument that takes their results no value of its own: neither is compared.
    """
    there, here = calls_there(document), calls_here(outcome)
    facts, start = Facts(document), outcome.scenario.start
    if not is_oracle_run(document):  # the oracle did not run there, nor what waits for it
        ran = {call.event_id for call in there}
        here = [call for call in here if call.event_id in ran]
        there = _without_agents(there, here, facts, referring_arguments(outcome))
    ids = made_ids(there, here)
    pairs = _pairs([call.with_ids(ids) for call in there], here)
    return sorted((_row(old, new, start, facts) for old, new in pairs), key=lambda row: row.seconds)


def _without_agents(
    there: Sequence[RunCall],
    here: Sequence[RunCall],
    facts: Facts,
    references: Mapping[str, Mapping[str, frozenset[str]]],
) -> list[RunCall]:
    """The calls of a run with agents, with our times and arguments where theirs depend on what the agents did."""
    ours = {call.event_id: call for call in here}
    found = []
    for call in there:
        new = ours.get(call.event_id)
        if new is not None:
            taken = [name for name, events in references.get(call.event_id, {}).items() if not events <= facts.ran]
            args = {**call.args, **{name: new.args.get(name) for name in taken}}
            time = new.time if facts.waits_for_agents(call.event_id) else call.time
            call = replace(call, time=time, args=args)
        found.append(call)
    return found


_RULES: tuple[tuple[Callable[[RunCall], object], bool], ...] = (
    (lambda call: (call.tool, call.moment), True),
    (lambda call: (call.tool, call.moment), False),
    (lambda call: (call.tool, call.event_id), True),
    (lambda call: call.tool, True),
    (lambda call: (call.tool, call.event_id), False),
)
"""Which calls of the two runs are one: those of the same key, with the same arguments or not; the first that fits."""


def _pairs(there: Sequence[RunCall], here: Sequence[RunCall]) -> Iterator[tuple[RunCall | None, RunCall | None]]:
    """The calls of both runs, each once."""
    old, new = list(there), list(here)
    for key, alike in _RULES:
        found: dict[object, list[RunCall]] = defaultdict(list)
        for call in new:
            found[key(call)].append(call)
        rest: list[RunCall] = []
        for call in old:
            candidates = found[key(call)]
            match = next((other for other in candidates if not alike or call.is_like(other)), None)
            if match is None:
                rest.append(call)
            else:
                candidates.remove(match)
                yield call, match
        old, new = rest, [call for calls in found.values() for call in calls]
    yield from ((call, None) for call in old)
    yield from ((None, call) for call in new)


def _row(old: RunCall | None, new: RunCall | None, start: float, facts: Facts) -> ComparedCall:
    call = old or new
    assert call is not None
    kind, there, here = _difference(old, new, start)
    why = cause(kind, facts, old, new)
    return ComparedCall(kind, call.time - start, call.event_id, call.tool, there, here, why)


def _difference(old: RunCall | None, new: RunCall | None, start: float) -> tuple[Kind, str, str]:
    if old is None:
        return "only_here", "", ""
    if new is None:
        return "only_there", old.exception or "", ""
    names = old.differing(new)
    if names:
        return "arguments", _arguments(old, names), _arguments(new, names)
    if old.moment != new.moment:
        return "time", f"{old.time - start:g} s", f"{new.time - start:g} s"
    if old.exception is not None:
        return "succeeds_here" if new.exception is None else "fails_too", old.exception, new.exception or ""
    return ("same", "", "") if new.exception is None else ("fails_here", "", new.exception)


def _arguments(call: RunCall, names: Sequence[str]) -> str:
    return ", ".join(f"{name}={shown_value(call.args.get(name))}" for name in names)
