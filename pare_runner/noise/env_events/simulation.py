"""A simulation in which noise happens as time passes, and changes nothing else."""

from __future__ import annotations

from typing import Any

from pare_runner.apps.phone import Phone
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.flow import Flow
from pare_runner.kernel.log import EventLog
from pare_runner.kernel.simulation import Simulation
from pare_runner.noise.env_events.stream import NoiseStream


class NoisySimulation(Simulation):
    """A simulation with a stream of noise beside the flow.

    Noise that is due happens on the way to whatever comes next; of equal times the flow's comes first. Noise alone
    keeps no run alive, ends no wait and asks no condition.
    """

    def __init__(
        self, flow: Flow, phone: Phone, clock: Clock, log: EventLog, *, noise: NoiseStream | None = None, **options: Any
    ) -> None:
        super().__init__(flow, phone, clock, log, **options)
        self._phone = phone
        self._noise = noise
        self._noise_is_next = False

    def next_time(self, *, timers: bool = False, checks: bool = False) -> float | None:
        """When the next thing happens, noise included if something else is ahead or `timers` are asked for."""
        time = super().next_time(timers=timers, checks=checks)
        due = None if self._noise is None else self._noise.next_time()
        # What the flow has now comes first, and whoever asks without timers wants to know if the run goes on.
        self._noise_is_next = due is not None and (timers if time is None else max(due, self.clock.now) < time)
        return max(due, self.clock.now) if self._noise_is_next and due is not None else time

    def _step(self, time: float) -> None:
        if self._noise_is_next and self._noise is not None:
            self.clock.advance_to(time)
            self._noise.deliver(self._phone)
        else:
            super()._step(time)
