"""A scenario compiled from a file: prebuilt apps and events, and checks that judge."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.errors import CheckError, Problem
from pare_runner.kernel.events import AbstractEvent, EventType
from pare_runner.kernel.flow import Flow
from pare_runner.scenarios.checks.conditions import Condition, Finding, ask, list_proposals
from pare_runner.scenarios.checks.judge import JudgeCheck
from pare_runner.scenarios.checks.matchers import Matcher
from pare_runner.scenarios.checks.writes import Allowed, ExpectedWrite, agent_writes, side_effects
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.hashes import hash_with_judge, scenario_hashes
from pare_runner.scenarios.language import ScenarioFile
from pare_runner.scenarios.result import PAREScenarioValidationResult
from pare_runner.scenarios.rules import UserRules
from pare_runner.scenarios.scenario import PAREScenario


def scoring_of(scenario: PAREScenario) -> str:
    """`derived` if the checks were derived from an imported oracle, else `authored`."""
    return scenario.file.scoring if isinstance(scenario, YamlScenario) else "authored"


class YamlScenario(PAREScenario):
    """What the compiler makes of a file.

    `file` is the file as data, `handles` maps its app handles to app names, `steps` its event ids to the ids of the
    events made of them (taps included), `warnings` are findings that do not keep it from running.

    For runs with agents: `rules` are those of a user without a model, `matches` what the arguments of a call must be to
    meet an oracle event, `step_ons` the screens that user steps are made on, both by event id, and `judgements` the
    checks that a judge decides.
    """

    rules: UserRules | None = None

    def __init__(
        self,
        file: ScenarioFile,
        *,
        apps: Sequence[App],
        events: Sequence[AbstractEvent],
        handles: dict[str, str],
        steps: dict[str, list[str]],
        checks: Sequence[tuple[str, Condition]],
        expected: Sequence[ExpectedWrite],
        allowed: Sequence[Allowed],
        duration: float | None,
        data: Mapping[str, Any],
        source: str,
        warnings: Sequence[Problem] = (),
        rules: UserRules | None = None,
        matches: Mapping[str, Mapping[str, Matcher]] | None = None,
        step_ons: Mapping[str, Mapping[str, Any]] | None = None,
        judgements: Sequence[JudgeCheck] = (),
    ) -> None:
        super().__init__(
            scenario_id=file.id,
            title=file.title,
            start_time=file.start_time,
            duration=duration,
            seed=file.seed,
            tags=tuple(file.tags),
            nb_turns=file.max_turns,
            additional_system_prompt=file.user.additional_system_prompt,
            hints=tuple(file.hints),
            open_app=handles[file.open_app] if file.open_app else None,
        )
        self.file = file
        self.handles = handles
        self.steps = steps
        self.checks = list(checks)
        self.expected = list(expected)
        self.allowed = list(allowed)
        self.source = source
        self.warnings = tuple(warnings)
        self.rules = rules
        self.matches = {event_id: dict(tests) for event_id, tests in (matches or {}).items()}
        self.step_ons = {event_id: dict(on) for event_id, on in (step_ons or {}).items()}
        self.judgements = tuple(judgements)
        self._data = data
        # The compiler has built both already: there is nothing left to do for the methods that build them.
        self.apps = list(apps)
        self.events = list(events)

    @functools.cached_property
    def hf_ids(self) -> dict[str, str]:
        """Event id → the id that hf traces give it, where that is another one."""
        return {
            event_id: entry.hf_id
            for event_id, entry in zip(self.steps, self.file.events, strict=True)
            if entry.hf_id is not None and entry.hf_id != event_id
        }

    @functools.cached_property
    def hashes(self) -> tuple[str, str]:
        """(world_hash, scoring_hash); see `scenario_hashes`."""
        return scenario_hashes(self._data)

    @property
    def user_goal(self) -> str | None:
        """`user.goal` of the file."""
        return self.file.user.goal

    @property
    def world_hash(self) -> str:
        """Hash of what happens."""
        return self.hashes[0]

    @property
    def scoring_hash(self) -> str:
        """Hash of how it is judged."""
        return self.hashes[1]

    def scoring_hash_with(self, judge_alias: str | None, judge_prompt_hash: str | None) -> str:
        """Hash of how it is judged when this judge is set; a judge counts only where a check asks for one."""
        if not self.judgements or judge_alias is None:
            return self.scoring_hash
        return hash_with_judge(self.scoring_hash, judge_alias, judge_prompt_hash or "")

    def replace_events(self, events: list[AbstractEvent]) -> None:
        """Run these events instead of the file's; hashes and expectations stay those of the file."""
        self.events = events
        self._flow = Flow.compile(events, self.start)

    def validate(self, env: Environment) -> PAREScenarioValidationResult:
        """Judge by the file's checks; CheckError names the check that raised.

        `env.verdicts` are what a judge said, by the names of `judgements`. Without a judge (None) these checks do not
        count: they are left out of `checks`, and the rationale names them.
        """
        findings = {name: ask(name, check, env) for name, check in self.checks}
        verdicts: Mapping[str, tuple[bool, str]] | None = getattr(env, "verdicts", None)
        unjudged = [f"{check.name}: no judge was asked" for check in self.judgements if verdicts is None]
        if verdicts is not None:
            findings |= {check.name: _judged(check, verdicts) for check in self.judgements}
        if self.file.silence:
            findings["silence"] = _silence(env)
        if not findings and env.validation_failure is None:
            rationale = "; ".join(unjudged) or "the file has no checks"
            return PAREScenarioValidationResult(success=None, rationale=rationale)
        effects = side_effects(self.expected, self.allowed, env)
        if effects or not self.file.silence:
            names = ", ".join(f"{event.app_name()}.{event.function_name()} ({event.event_id})" for event in effects)
            findings["side_effects"] = Finding(not effects, names)
        if env.validation_failure is not None:
            findings["validation"] = Finding(False, env.validation_failure)
        judged = {
            name: finding
            for name, finding in findings.items()
            if name != "side_effects" or self.file.side_effects == "forbid"
        }
        failing = [
            f"{name}: {finding.seen or 'it does not hold'}" for name, finding in judged.items() if not finding.holds
        ]
        return PAREScenarioValidationResult(
            success=not failing,
            rationale="; ".join([*failing, *unjudged]) or None,
            checks={name: finding.holds for name, finding in findings.items()},
        )


def _judged(check: JudgeCheck, verdicts: Mapping[str, tuple[bool, str]]) -> Finding:
    if check.name not in verdicts:
        raise CheckError(check.name, LookupError("the judge gave no verdict"))
    holds, why = verdicts[check.name]
    return Finding(holds, "" if holds else why)


def _silence(env: Environment) -> Finding:
    seen = [f"proposed {event.get_args().get('content', '')!r}" for event in list_proposals(env)]
    messages = [event for event in env.calls(EventType.AGENT) if event.function_name() == "send_message_to_user"]
    seen += [f"wrote {event.get_args().get('content', '')!r}" for event in messages if not seen]
    seen += [f"called {event.app_name()}.{event.function_name()}" for event in agent_writes(env)]
    return Finding(not seen, "; ".join(seen))
