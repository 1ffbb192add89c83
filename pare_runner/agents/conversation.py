"""The loop that agents share: ask, make the calls, tell the model what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pare_runner.agents.contract import AgentSetup, Phase
from pare_runner.agents.replies import Reply, Result
from pare_runner.agents.transcript import Transcript
from pare_runner.apps.core.dates import to_text
from pare_runner.apps.notifications import Notification
from pare_runner.policy.messages import Message

Compose = Callable[[], tuple[Message, ...]]
"""Makes the messages of the next request."""


async def converse(phase: Phase, setup: AgentSetup, transcript: Transcript, compose: Compose) -> None:
    """Ask until the phase is over, or until a well-formed reply makes no call."""
    while not phase.over:
        reply = await phase.ask(compose())
        if reply.problem is not None:
            transcript.add(*correction(reply, setup))
            continue
        if reply.message is not None:
            transcript.add(reply.message)
        if not reply.calls:
            return
        results = [phase.call(call) for call in reply.calls]
        transcript.add(*setup.protocol.results(reply, results))


def correction(reply: Reply, setup: AgentSetup) -> Sequence[Message]:
    """What stands in a conversation for a malformed reply: itself, if it can be repeated, and what is wrong with it."""
    problem = reply.problem
    if problem is None:
        return ()
    text = setup.prompts.render(
        "error", kind=problem.kind, message=problem.message, protocol=setup.protocol.name
    ).strip()
    said = () if reply.message is None else (reply.message,)
    return (*said, *setup.protocol.correction(reply, text))


def observed(setup_render: Callable[..., str]) -> Callable[[Sequence[Result]], str]:
    """How the text protocol writes results, with the template `observation`."""

    def observe(results: Sequence[Result]) -> str:
        shown = [{"text": result.text, "failed": result.failed} for result in results]
        return setup_render("observation", results=shown).strip()

    return observe


def shown(notifications: Sequence[Notification]) -> list[Mapping[str, Any]]:
    """Notifications for a template: `time` and `text`."""
    return [{"time": to_text(item.timestamp), "text": item.message} for item in notifications]
