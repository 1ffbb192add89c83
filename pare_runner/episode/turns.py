"""The turn loop: user, assistant, time; idle time is jumped over."""

from __future__ import annotations

from dataclasses import dataclass

from pare_runner.agents.contract import Assistant, UserAgent
from pare_runner.episode.phase import Stage
from pare_runner.episode.world import EpisodeEnded


@dataclass(slots=True)
class TurnLoop:
    """Runs turns until something ends the episode; `turns` and `idle_turns` count those that are over."""

    stage: Stage
    user: UserAgent
    assistant: Assistant
    turns: int = 0
    idle_turns: int = 0

    async def run(self) -> None:
        """Run; ends with EpisodeEnded only."""
        settings, world = self.stage.settings, self.stage.world
        world.settle()
        while settings.max_turns is None or self.turns < settings.max_turns:
            await self._turn()
            if self._is_idle():
                self.idle_turns += 1
                self._pass_idle_time()
            else:
                self.turns += 1
            world.turn += 1
            world.phone.log.turn = world.turn
        raise EpisodeEnded("max_turns")

    async def _turn(self) -> None:
        world, began = self.stage.world, self.stage.world.time
        world.acted = False
        await self.user.act(self.stage.phase("user"))
        self.stage.close()
        if world.mode == "observe":
            await self.assistant.observe(self.stage.phase("observe"))
        elif world.mode == "execute":
            world.begin_execution()
            await self.assistant.execute(self.stage.phase("execute"))
            world.end_execution()
        self.stage.close()
        world.run_until(max(world.time, began + self.stage.settings.turn_seconds))
        world.lapse(self.stage.settings.proposal_timeout)

    def _is_idle(self) -> bool:
        """Whether nobody did anything but wait, and nobody the next turn will call has something to learn."""
        world = self.stage.world
        if world.acted or world.mode == "execute" or world.untold("user"):
            return False
        return world.mode != "observe" or not world.untold("observe")

    def _pass_idle_time(self) -> None:
        """On to the next thing that can happen by itself, or a step on; the episode ends if there is none."""
        world, settings = self.stage.world, self.stage.settings
        dues = (session.next_due() for session in self.stage.sessions.values())
        times = [time for time in (world.simulation.ahead(), self._lapse_time(), *dues) if time is not None]
        if not times:
            raise EpisodeEnded("idle")
        if settings.max_idle_turns is not None and self.idle_turns >= settings.max_idle_turns:
            raise EpisodeEnded("limit:max_idle_turns")
        world.run_until(min(times) if settings.idle_step is None else world.time + settings.idle_step)
        world.lapse(settings.proposal_timeout)

    def _lapse_time(self) -> float | None:
        return self.stage.world.lapses_at(self.stage.settings.proposal_timeout)
