"""Turns that a scripted pair needs at least, and the warning of a file that allows fewer."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pare_runner.episode.run import Agents, finish, run_episode
from pare_runner.episode.settings import EpisodeSettings
from pare_runner.library.prompts import load_prompts
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.scenarios.compiler.compile import compile_scenario

from .conftest import scenario

APPS = """\
apps:
  notes: {type: StatefulNotesApp, folders: [Work], notes: [{id: n1, title: A, folder: Work}]}
  messages:
    type: StatefulMessagingApp
    users: {tom: Tom, ann: Ann}
    conversations: [{id: c1, participants: [tom]}, {id: c2, participants: [ann]}]
"""
NEWS = (
    "id: news, env: messages.create_and_add_message, at: 10s, args: {conversation_id: c1, sender_id: tom, content: Hi}"
)
LOOKS = "id: looks, agent: messages.read_conversation, after: news, args: {conversation_id: c1}"
ASKS = "id: asks, agent: aui.send_message_to_user, after: looks, args: {content: Hm?}"
YES = "id: yes, user: aui.accept_proposal, after: asks"
MAKES = "id: makes, agent: notes.create_note, after: yes, args: {title: B, content: C}"
TELLS = "id: tells, agent: aui.send_message_to_user, after: makes, args: {content: Done.}"
WRITES = "id: writes, user: messages.send_message, args: {content: Yes}, on: {conversation_id: c1}"
OTHER = "id: other, user: messages.send_message, args: {content: No}, on: {conversation_id: c2}"
OPENS = "id: opens, user: messages.open_conversation, args: {conversation_id: c1}"
ONE = (NEWS, LOOKS, ASKS, YES, MAKES)

STEPS = (
    ("id: e{n}, env: notes.create_note, args: {{title: n{n}, content: c}}, {when}",),
    ("id: t{n}, user: messages.send_message, args: {{content: x}}, on: {{conversation_id: c1}}, {when}",),
    ("id: u{n}, user: messages.send_message, args: {{content: y}}, on: {{conversation_id: c2}}, {when}",),
    ("id: o{n}, user: messages.open_conversation, args: {{conversation_id: c2}}, {when}, optional: {optional}",),
    ("id: p{n}, user: notes.open, args: {{note_id: n1}}, on: {{folder: Work}}, {when}, optional: {optional}",),
    ("id: d{n}, user: notes.duplicate, on: {{note_id: n1, folder: Work}}, {when}",),
    ("id: c{n}, user: notes.new_note, on: {{folder: Work}}, {when}",),
    ("id: r{n}, agent: messages.read_conversation, args: {{conversation_id: c1}}, {when}",),
)
PROPOSAL = (
    "id: a{n}, agent: aui.send_message_to_user, args: {{content: q{n}}}, {when}",
    "id: y{n}, user: aui.accept_proposal, after: a{n}",
    "id: w{n}, agent: notes.create_note, after: y{n}, args: {{title: b{n}, content: c}}",
)


def warning(*entries: str, limit: int = 1, more: str = "") -> str | None:
    """The warning about turns for such events and such a limit."""
    events = "".join(f"  - {{{entry}}}\n" for entry in entries)
    made = scenario(f"{APPS}events:\n{events}max_turns: {limit}\n{more}")
    found = [problem for problem in made.warnings if problem.code == "max_turns"]
    assert all(problem.severity == "warning" for problem in found)
    return str(found[0]) if found else None


def needed(*entries: str, more: str = "") -> int:
    """The fewest turns for such events, found by raising the limit until nothing is said."""
    return next(limit for limit in range(1, 100) if warning(*entries, limit=limit, more=more) is None)


def test_the_warning_says_both_numbers_and_stands_at_the_key() -> None:
    said = warning(*ONE)
    assert said == "s.yaml:15:12: warning: a scripted run needs at least 2 turns, max_turns is 1"
    assert warning(*ONE, limit=2) is None


def test_without_max_turns_nothing_is_said() -> None:
    events = "".join(f"  - {{{entry}}}\n" for entry in ONE)
    assert scenario(f"{APPS}events:\n{events}").warnings == ()


@pytest.mark.parametrize(
    ("entries", "turns"),
    [
        ((NEWS,), 1),
        ((NEWS, LOOKS, ASKS), 1),
        # The answer comes a turn after the proposal; the assistant acts in the turn of the answer.
        (ONE, 2),
        ((*ONE, TELLS), 2),
        # A message ends the assistant's part.
        ((*ONE, TELLS, "id: again, agent: aui.send_message_to_user, after: tells, args: {content: Oh.}"), 3),
        # The world may act at any time, so it takes no turn of its own.
        ((*ONE, "id: later, env: system.wait, after: makes, delay: 5h"), 2),
        # open_app, open_conversation, send_message: one tap a turn.
        ((NEWS, WRITES), 3),
        ((NEWS, WRITES, f"{OTHER}, after: writes"), 6),
        ((*ONE, f"{WRITES}, after: makes"), 5),
        # Two steps that may come in any order: only the tap at the end of each is sure.
        ((NEWS, WRITES, OTHER), 2),
        # What may be left out takes no turn, and what the user does after it is done from a screen nobody knows.
        ((f"{WRITES}, optional: true",), 1),
        ((f"{WRITES}, optional: true", f"{OTHER}, after: writes"), 1),
        # Looking is played like any other step, and before what stands directly below it ...
        ((NEWS, f"{OPENS}, after: news"), 2),
        ((NEWS, f"{OPENS}, after: news", f"{WRITES}, after: opens"), 3),
        # ... but where nothing waits for it another step may do it on its way.
        ((NEWS, WRITES, f"{OPENS}, after: news"), 1),
        # Which screen shows a result is not known while planning.
        (
            (
                "id: news, env: notes.create_note, at: 10s, args: {title: N, content: C}",
                "id: gone, user: notes.delete, on: {note_id: {from: news}, folder: Inbox}, after: news",
            ),
            1,
        ),
        # What stands below a condition may never be.
        ((*ONE, "id: seen, when: {called: notes.delete_note}, timeout: 1h", f"{WRITES}, after: seen"), 2),
        # What a stop may cut off is not counted.
        ((*ONE, f"{WRITES}, after: makes", "id: over, stop: true, after: makes"), 2),
        ((*ONE, "id: over, stop: true, at: 1h"), 1),
        ((*ONE, f"{WRITES}, after: makes", "id: over, stop: true, after: writes"), 5),
        # Waiting is no action.
        (("id: idles, user: aui.wait", "id: idles_on, user: aui.wait, after: idles"), 1),
    ],
)
def test_the_fewest_turns(entries: tuple[str, ...], turns: int) -> None:
    assert needed(*entries) == turns


def test_what_is_due_shortly_before_the_end_may_be_cut_off() -> None:
    assert needed(*ONE, more="duration: 1h\n") == 2
    assert needed(*ONE, more="duration: 5m\n") == 1


def test_after_a_screen_that_is_not_known_only_the_last_tap_of_a_step_is_sure() -> None:
    note = "id: note, env: notes.create_note, args: {title: N, content: C, folder: Work}"
    known = "id: gone, user: notes.delete, on: {note_id: n1, folder: Work}, after: writes"
    unknown = known.replace("n1", "{from: note}")
    assert needed(note, WRITES, known, f"{OTHER}, after: gone") == 13
    assert needed(note, WRITES, unknown, f"{OTHER}, after: gone") == 5


def random_flow(numbers: random.Random) -> list[str]:
    """Entries of a flow whose steps of both sides wait for one another in some way."""
    entries: list[str] = []
    ids: list[str] = []
    for number in range(numbers.randint(2, 8)):
        parents = list(dict.fromkeys([*ids[-1:], *numbers.sample(ids, min(len(ids), 1))]))
        when = f"after: [{', '.join(parents)}], delay: {numbers.choice((0, 0, 5, 30, 600))}s"
        for entry in numbers.choice([*STEPS, PROPOSAL]):
            entries.append(entry.format(n=number, when=when, optional=str(numbers.random() < 0.1).lower()))
            ids.append(entries[-1].partition(",")[0].removeprefix("id: "))
    return entries


@pytest.mark.parametrize("seed", range(25))
def test_a_scripted_pair_never_needs_fewer(seed: int) -> None:
    entries = random_flow(random.Random(seed))
    events = "".join(f"  - {{{entry}}}\n" for entry in entries)
    policies = {role: offline_policy("scripted", role) for role in ("user", "observe", "execute")}
    agents = Agents(policies, load_prompts(), EpisodeSettings(max_turns=None))
    outcome = finish(run_episode(scenario(f"{APPS}events:\n{events}"), agents))
    assert outcome.result.exception is None
    assert outcome.result.termination_reason == "idle"
    assert needed(*entries) <= max(outcome.result.number_of_turns, 1)


def test_no_shipped_scenario_allows_too_few_turns() -> None:
    for path in sorted((Path(__file__).parents[2] / "scenarios").glob("**/*.yaml")):
        made = compile_scenario(path.read_text(), path.name)
        assert not [str(problem) for problem in made.warnings if problem.code == "max_turns"]
