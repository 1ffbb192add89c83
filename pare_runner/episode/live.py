"""The flow while agents act: oracle events do not run, they are met by real calls."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Mapping
from typing import Any

from pare_runner.kernel.events import CompletedEvent, EventType, OperationType, OracleEvent
from pare_runner.kernel.references import ReferenceFailed
from pare_runner.noise.env_events.simulation import NoisySimulation
from pare_runner.scenarios.checks.matchers import Matcher
from pare_runner.scenarios.environment import Environment

Matches = Mapping[str, Mapping[str, Matcher]]


class LiveSimulation(NoisySimulation):
    """A simulation whose oracle events wait for calls that meet them.

    An oracle event is open once its parents are met. The first completed call of the same tool by the same actor meets
    the first open event in file order; arguments count only under `matches`. Steps that only read, optional ones and
    taps that lead somewhere never block: what follows them starts when they open, and they can still be met.
    `happened` is called after every executed event, due timer and real call.
    """

    def __init__(
        self, *args: Any, environment: Environment, matches: Matches, happened: Callable[[], None], **options: Any
    ) -> None:
        self._open: list[int] = []
        self._matches = matches
        self._happened = happened
        self._environment = environment
        super().__init__(*args, environment=environment, oracle=False, **options)

    def opened(self, number: int) -> None:
        """The oracle event at `number` may be met from now on."""
        insort(self._open, number)
        if not blocks(self.flow.events[number]):
            self.complete(number)

    def open_events(self, actor: EventType) -> list[int]:
        """Positions of the open oracle events of `actor`, in file order."""
        return [number for number in self._open if self.flow.events[number].event_type is actor]

    def meet(self, completed: CompletedEvent) -> None:
        """Tell of a real call; then the waiting conditions are asked again."""
        if not completed.failed():
            number = next((number for number in self._open if self._meets(completed, number)), None)
            if number is not None:
                self._open.remove(number)
                event = self.flow.events[number]
                self._environment.met[event.event_id] = completed
                if blocks(event):
                    self.complete(number, completed)
                else:
                    self._results[event.event_id] = completed
        self.after_call()

    def after_call(self) -> None:
        """Something has happened: tell of it, then ask the waiting conditions."""
        self._happened()
        super().after_call()

    def ahead(self) -> float | None:
        """When the next event, time-out or timer is due; periodic asking changes nothing, so it is none, like noise."""
        times = [time for time, _, what in self._queue if what != "check"]
        timer = self._host.next_timer()
        return min([*times, timer] if timer is not None else times, default=None)

    def reached(self, number: int) -> bool:
        """Whether the parents of the event at `number` are met, so that it has run or is going to."""
        return self._missing[number] == 0

    def _meets(self, completed: CompletedEvent, number: int) -> bool:
        event, action = self.flow.events[number], completed.action
        wanted = event.action if isinstance(event, OracleEvent) else None
        if (
            wanted is None
            or action is None
            or event.event_type is not completed.event_type
            or (wanted.app, wanted.function) != (action.app, action.function)
        ):
            return False
        tests = self._matches.get(event.event_id, {})
        return all(test(action.args.get(name), self._result) for name, test in tests.items())

    def _result(self, event_id: str) -> Any:
        try:
            return self.result_of(event_id)
        except ReferenceFailed:
            return self._environment.result_of(event_id)


def blocks(event: object) -> bool:
    """Whether what follows an oracle event waits until it is met."""
    if not isinstance(event, OracleEvent):
        return True
    reads = event.action is not None and event.action.operation_type is OperationType.READ
    return not (reads or event.optional or event.opens)
