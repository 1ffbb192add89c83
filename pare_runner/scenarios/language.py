"""The scenario file as data: every key there is, with its shape.

These dataclasses are the language. The loader converts a file into them, the JSON Schema and the reference page are
derived from them, and the compiler reads nothing else. The sentence under `doc` is what an author gets to read.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from pare_runner.apps.core.fields import Timestamp

Duration = str | float
"""Seconds, or text like 10s, 5m, 1h30m."""


def key(doc: str, *, alias: str | None = None, default: Any = None, factory: Any = None, needed: bool = False) -> Any:
    """A key of the language with its sentence."""
    metadata = {"doc": doc, "alias": alias}
    if needed:
        return dataclasses.field(metadata=metadata)
    if factory is not None:
        return dataclasses.field(default_factory=factory, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(slots=True, kw_only=True)
class MessageMatch:
    """Keys of `proposed` and `accepted`."""

    about: Any = key("Matcher for the text of the proposal.")
    count: int | dict[str, int] | None = key("How often: a number, or {min, max}.")
    after: str | None = key("Only what comes after this event in the log counts.")
    before: str | None = key("Only what comes before this event in the log counts.")
    not_before: str | None = key("Like after; it also fails if one came before this event.")
    within: str | None = key("`2m of EVENT`: only what comes within this time after the event counts.")


@dataclass(slots=True, kw_only=True)
class CheckEntry:
    """One check: exactly one of the first ten keys, the rest refine it."""

    proposed: MessageMatch | bool | None = key("The assistant proposed something.")
    accepted: MessageMatch | bool | None = key("The user accepted a proposal.")
    called: str | None = key("A call of `app.tool` completed.")
    attempted: str | None = key("A call of `app.tool` was made, even if it failed.")
    state: str | None = key("A true expression over the final states, by app handle.")
    all: list[CheckEntry] | None = key("All of these hold.")
    any: list[CheckEntry] | None = key("At least one of these holds.")
    not_: CheckEntry | None = key("This does not hold.", alias="not")
    oracle_writes: bool | dict[str, str] | None = key(
        "Each write of the oracle was made: true, or {text: contains|equal} to compare wording too."
    )
    judge: str | None = key("A judge model finds that this holds: a rubric in words.")
    name: str | None = key("Name of the check in results; made from its content if absent.")
    args: dict[str, Any] | None = key("called/attempted: argument → value or matcher.")
    by: Literal["agent", "user", "env"] | None = key("called/attempted: who called; agent or user if absent.")
    count: int | dict[str, int] | None = key("How often: a number, or {min, max}; at least once if absent.")
    after: str | None = key("Only calls after this event in the log count.")
    before: str | None = key("Only calls before this event in the log count.")
    not_before: str | None = key("Like after; it also fails if one came before this event.")
    within: str | None = key("`2m of EVENT`: only calls within this time after the event count.")


@dataclass(slots=True, kw_only=True)
class EventEntry:
    """One event: exactly one of env, agent, user, when, stop."""

    id: str | None = key("Id of the event; others name it in after, from and checks.")
    env: str | None = key("`app.tool`: this happens to the phone.")
    agent: str | None = key("`app.tool`: oracle, what a good assistant would call.")
    user: str | None = key("`app.tool`: oracle, what the user would tap.")
    when: CheckEntry | None = key("A condition: what follows starts when this check becomes true.")
    stop: bool | None = key("The episode ends here.")
    at: Duration | None = key("Time after the start, or an absolute date.")
    after: str | list[str] | None = key("Parents: the event runs when all of them have completed.")
    delay: Duration | None = key("Time after the last parent.")
    args: dict[str, Any] = key("Arguments by name; `{from: EVENT, path: a.b[0]}` takes a result.", factory=dict)
    on: dict[str, Any] = key("user: the constructor arguments of the screen to stand on.", factory=dict)
    match: dict[str, Any] | None = key("Arguments (matchers) a real call must have to meet this oracle event.")
    optional: bool = key("agent/user: a good run may leave this out.", default=False)
    proposal: bool = key("agent: this message is a proposal though nothing answers it.", default=False)
    every: Duration | None = key("when: also ask at this interval.")
    timeout: Duration | None = key("when: give up after this time; what follows is dropped.")
    hf_id: str | None = key("Id of the event in the file it was imported from; hf traces call it so.")


@dataclass(slots=True, kw_only=True)
class RuleStepEntry:
    """What a user with rules does by itself."""

    user: str = key("`app.tool`: what the user taps.", needed=True)
    at: Duration = key("Time after the start, or an absolute date.", needed=True)
    args: dict[str, Any] = key("Arguments by name; `{from: EVENT, path: a.b[0]}` takes a result.", factory=dict)
    on: dict[str, Any] = key("The constructor arguments of the screen to stand on.", factory=dict)


@dataclass(slots=True, kw_only=True)
class RulesEntry:
    """How a deterministic user answers proposals, and what it does by itself."""

    accept_when: str | dict[str, Any] | None = key("Text or matcher: a proposal that fits is accepted.")
    reject_when: str | dict[str, Any] | None = key("Text or matcher: a proposal that fits is rejected, whatever else.")
    steps: list[RuleStepEntry] = key("What the user does at which time.", factory=list)


@dataclass(slots=True, kw_only=True)
class UserEntry:
    """The simulated user."""

    goal: str | None = key("What the user wants, if anything beyond living their day.")
    additional_system_prompt: str | None = key("More that the model of the user is told, in its system prompt.")
    rules: RulesEntry | None = key("A user without a model: which proposals it accepts, and what it does.")


@dataclass(slots=True, kw_only=True)
class AllowEntry:
    """A write that is no side effect."""

    call: str = key("`app.tool`.", needed=True)
    args: dict[str, Any] | None = key("Only with these arguments (values or matchers).")


@dataclass(slots=True, kw_only=True)
class HintEntry:
    """A word on the task or the environment that traces carry; nothing in a run looks at it."""

    hint_type: Literal["TASK_HINT", "ENVIRONMENT_HINT"] = key("What it is about.", alias="type", default="TASK_HINT")
    content: str = key("The hint.", needed=True)
    associated_event_id: str | None = key("Id of the event it belongs to.", alias="event")


@dataclass(slots=True, kw_only=True)
class ScenarioFile:
    """A scenario file."""

    id: str = key("Id of the scenario: letters, digits, _ and -.", needed=True)
    title: str = key("One line: the situation.", default="")
    description: str = key("More about the situation.", default="")
    tags: list[str] = key("Words to filter by.", factory=list)
    start_time: Timestamp = key("When it starts (ISO, UTC if no zone).", needed=True)
    duration: Duration | None = key("The episode ends exactly then.")
    seed: int = key("Seed of the initial state.", default=0)
    vars: dict[str, Any] = key("Values for {{ }}.", factory=dict)
    user: UserEntry = key("The simulated user.", factory=UserEntry)
    apps: dict[str, dict[str, Any]] = key("Handle → app section with `type:`.", factory=dict)
    open_app: str | None = key("Handle of the app in front at the start.")
    events: list[EventEntry] = key("The flow.", factory=list)
    checks: list[CheckEntry] = key("What must hold at the end.", factory=list)
    side_effects: Literal["forbid", "report"] = key(
        "Whether writes beyond the oracle's fail the run.", default="forbid"
    )
    allow: list[str | AllowEntry] = key("Writes that are no side effects.", factory=list)
    silence: bool = key("The right thing is to do nothing.", default=False)
    rationale: str | None = key("Why these checks decide.")
    hints: list[HintEntry] = key("Hints for readers of traces.", factory=list)
    max_turns: int | None = key("Turns of the episode, instead of the protocol's.")
    scoring: Literal["authored", "derived"] = key("Where the checks come from.", default="authored")


SCORING_KEYS = ("checks", "side_effects", "allow", "silence", "rationale", "tags", "scoring")
"""Keys that decide only how an outcome is judged; all others shape what happens."""
