"""The judge: a model that answers the rubrics of a scenario when the episode is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pare_runner.episode.exchange import Exchange
from pare_runner.episode.world import World
from pare_runner.errors import CheckError
from pare_runner.policy.messages import Message
from pare_runner.policy.policy import Session
from pare_runner.policy.request import ModelError, Request
from pare_runner.scenarios.checks.judge import evidence, read_verdict
from pare_runner.scenarios.scenario import PAREScenario

if TYPE_CHECKING:
    from pare_runner.episode.run import Agents

Verdicts = dict[str, tuple[bool, str]]


async def ask_judge(
    scenario: PAREScenario, world: World, session: Session, agents: Agents, exchanges: list[Exchange]
) -> Verdicts:
    """The verdict on each judge check, by name: whether it holds, and why.

    An answer that cannot be read is asked for again, as often as a malformed reply. Raises CheckError naming the check
    when no answer can be read; ModelError passes.
    """
    verdicts: Verdicts = {}
    index = 0
    for check in getattr(scenario, "judgements", ()):
        text = agents.prompts.render(
            "judge", title=scenario.title, rubric=check.rubric, evidence=evidence(world.environment)
        )
        messages = [Message("user", text.strip(), kind="task")]
        for _ in range(agents.settings.format_retries + 1):
            request = Request("judge", index, tuple(messages), turn=world.turn, time=world.time)
            index += 1
            exchange = Exchange(request)
            exchanges.append(exchange)
            try:
                response = exchange.response = await session.complete(request)
            except ModelError as error:
                exchange.error = error.kind
                raise
            verdict = read_verdict(response.content)
            if verdict is not None:
                verdicts[check.name] = verdict
                break
            exchange.problem = "bad_json"
            said = response.content.strip() or "(no answer)"
            correction = (
                'Answer with one JSON object and nothing else: {"holds": true or false, "why": "one sentence"}.'
            )
            messages += [Message("assistant", said, kind="llm_output"), Message("user", correction, kind="error")]
        else:
            raise CheckError(check.name, ValueError("the judge gave no verdict that can be read"))
    return verdicts
