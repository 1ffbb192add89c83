"""A phase: one agent's share of a turn, model calls on the virtual clock included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pare_runner.agents.protocols.contract import MessageProtocol, checked_call
from pare_runner.agents.replies import Call, Problem, Reply, Result
from pare_runner.apps.core.dates import to_spoken
from pare_runner.apps.notifications import Notification
from pare_runner.episode.exchange import Exchange
from pare_runner.episode.settings import EpisodeSettings, TokenTime
from pare_runner.episode.toolsets import Toolsets, ends_phase
from pare_runner.episode.world import EpisodeEnded, World
from pare_runner.errors import Abandoned
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.noise.failures import failed_by_noise, failure_text
from pare_runner.policy.hashing import json_text
from pare_runner.policy.messages import Message
from pare_runner.policy.policy import Session
from pare_runner.policy.request import ErrorKind, ModelError, Request, Response, Role
from pare_runner.policy.tools import ToolList

LIMITS: Mapping[ErrorKind, str] = {
    "context_overflow": "limit:context",
    "content_filter": "limit:content_filter",
    "reply_too_large": "limit:reply_size",
}
"""Errors a model brings about → how the episode ends."""


@dataclass(slots=True)
class Stage:
    """What the phases of one episode share."""

    world: World
    settings: EpisodeSettings
    protocol: MessageProtocol
    sessions: Mapping[Role, Session]
    toolsets: Toolsets
    exchanges: list[Exchange] = field(default_factory=list)
    tokens: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    """Calls that were not made, by why; a model's own mistakes stand with its exchanges."""
    current: EpisodePhase | None = None
    ended: Exception | Abandoned | None = None
    _counts: dict[Role, int] = field(default_factory=dict)

    def phase(self, role: Role) -> EpisodePhase:
        """The phase that begins now; an earlier one can do nothing any more."""
        self.current = EpisodePhase(self, role)
        return self.current

    def close(self) -> None:
        """The phase is over. What ended the episode in it is raised here if the agent has kept it to itself."""
        self.current = None
        if self.ended is not None:
            raise self.ended

    async def ask(self, role: Role, messages: Sequence[Message], tools: ToolList) -> Exchange:
        """One model call at the present time; the time it takes has passed when this returns.

        Raises EpisodeEnded when the episode is over meanwhile, or by an error the model brought about; any other
        ModelError passes.
        """
        try:
            return await self._ask(role, messages, tools)
        except (Exception, Abandoned) as end:  # an agent may keep to itself what it should not
            self.ended = end
            raise

    async def _ask(self, role: Role, messages: Sequence[Message], tools: ToolList) -> Exchange:
        index = self._counts[role] = self._counts.get(role, -1) + 1
        request = Request(
            role,
            index,
            tuple(messages),
            tools=self.protocol.offered(tools),
            protocol=self.protocol.name,
            stop=self.protocol.stop,
            turn=self.world.turn,
            time=self.world.time,
            choices=tools,
        )
        exchange = Exchange(request)
        self.exchanges.append(exchange)
        try:
            response = exchange.response = await self.sessions[role].complete(request)
        except ModelError as error:
            exchange.error = error.kind
            if error.by_model:
                raise EpisodeEnded(LIMITS[error.kind], f"{role}: {error.message}") from error
            raise
        finally:
            exchange.told = self.world.take_told(role)
        exchange.seconds = self._seconds(role, response)
        self.tokens += response.usage.total_tokens
        self.world.advance(exchange.seconds)
        if self.settings.max_tokens is not None and self.tokens > self.settings.max_tokens:
            raise EpisodeEnded("limit:tokens", f"{role}: {self.tokens} tokens, {self.settings.max_tokens} allowed")
        return exchange

    def _seconds(self, role: Role, response: Response) -> float:
        settings = self.settings
        if settings.time_mode == "fixed":
            return settings.generation_seconds
        if settings.time_mode == "measured":
            return response.latency
        times = settings.token_times.get(role, TokenTime())
        return times.base + times.per_token * response.usage.completion_tokens


class EpisodePhase:
    """An `agents.contract.Phase` on the stage of an episode."""

    def __init__(self, stage: Stage, role: Role) -> None:
        self.role: Role = role
        self._stage, self._world = stage, stage.world
        self._replies_left = stage.settings.iterations(role)
        self._retries_left = stage.settings.format_retries
        self._ended = False
        self._accepted = stage.world.accepted
        self._exchange: Exchange | None = None

    @property
    def turn(self) -> int:
        """Number of the turn, from 0."""
        return self._world.turn

    @property
    def now(self) -> str:
        """The virtual time as text."""
        return to_spoken(self._world.time)

    @property
    def over(self) -> bool:
        """Whether the agent can do nothing more in this turn."""
        return self._ended or self._replies_left <= 0

    @property
    def tools(self) -> ToolList:
        """What may be called now."""
        if self.role == "user":
            return self._stage.toolsets.user(self._world.phone, answers=self._world.proposal is not None)
        return self._stage.toolsets.assistant(self.role, self._world.phone)

    @property
    def proposal(self) -> str | None:
        """Text of the proposal that waits or was accepted."""
        proposal = self._accepted[0] if self._accepted else self._world.proposal
        return None if proposal is None else str(proposal.get_args().get("content", ""))

    @property
    def answer(self) -> str:
        """What the user said when accepting."""
        return str(self._accepted[1].get_args().get("content", "")) if self._accepted else ""

    @property
    def screen(self) -> tuple[str | None, str | None, Mapping[str, Any]]:
        """App in front, its screen, what it shows."""
        return self._world.screen()

    def news(self) -> list[Notification]:
        """What this agent has not been told yet."""
        return self._world.tell(self.role)

    async def ask(self, messages: Sequence[Message]) -> Reply:
        """Ask the role's model; see the contract."""
        if self.over or self._stage.current is not self:
            raise RuntimeError("the phase is over: ask no more in it")
        tools = self.tools
        exchange = self._exchange = await self._stage.ask(self.role, messages, tools)
        response = exchange.response or Response()
        reply = self._stage.protocol.read(response, tools, may_end=self.role == "execute")
        if reply.problem is None:
            self._replies_left -= 1
        else:
            exchange.problem = reply.problem.kind
            self._retries_left -= 1
            if self._retries_left < 0:
                count = self._stage.settings.format_retries + 1
                detail = f"{self.role}: {count} replies of one phase cannot be used; the last: {reply.problem.message}"
                self._stage.ended = EpisodeEnded("limit:format_retries", detail)
                raise self._stage.ended
        return reply

    def call(self, call: Call) -> Result:
        """Make a call now."""
        if self._ended:
            return self._refused("after_end", "Not done: an earlier call of this reply has ended the turn.")
        if self._stage.current is not self or (self.role != "user" and call.tool.name not in self.tools):
            return self._refused("not_offered", f"Not done: {call.tool.name} cannot be called now.")
        actor = EventType.USER if self.role == "user" else EventType.AGENT
        completed = self._world.call(actor, call.tool.app, call.tool.spec.name, call.args)
        if self._exchange is not None:
            self._exchange.events.append(completed.event_id)
        self._ended = not completed.failed() and ends_phase(self.role, completed)
        self._world.settle()
        return result_of(completed, call.tool.name)

    def call_tool(self, name: str, /, **args: Any) -> Result:
        """Make a call by the name of the tool; its own name will do where the run has given it another."""
        tools = self.tools
        found = checked_call(tools.known_as(name), args, tools)
        return self._refused(found.kind, found.message) if isinstance(found, Problem) else self.call(found)

    def _refused(self, kind: str, text: str) -> Result:
        self._stage.refused[kind] = self._stage.refused.get(kind, 0) + 1
        return Result(text, failed=True)


def result_of(completed: CompletedEvent, tool: str) -> Result:
    """What a model that knows the tool as `tool` gets to see of a call: its result as text or JSON, or the error."""
    metadata = completed.metadata
    if failed_by_noise(completed):
        return Result(f"Error: {failure_text(tool)}", failed=True)
    if completed.failed():
        return Result(f"Error: {metadata.exception}", failed=True)
    value = metadata.return_value
    if value is None:
        return Result("Done.")
    return Result(value if isinstance(value, str) else json_text(value).decode())
