"""The suite: subclass `AssistantContract` in a pytest file and name what makes the assistant."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pare_runner.policy.request import Protocol
from pare_runner.prove.assistants import findings
from pare_runner.prove.assistants.models import Answering, Stammering, empty, failing
from pare_runner.prove.assistants.play import Make, Played, play, play_together
from pare_runner.prove.assistants.situations import BUSY, QUIET, TIGHT, Situation

PROTOCOLS: tuple[Protocol, ...] = ("native", "react")
USERS: Mapping[str, str] = {
    "always_accept": "a user who accepts",
    "talking": "a user who accepts with a text",
    "always_reject": "a user who rejects",
}


class AssistantContract:
    """Proves that an assistant keeps the contract. A test fails with all it found, one finding a line.

    Every situation is played with both message protocols, by a model that follows the scenario's own solution; an
    assistant that asks no model does not notice. Test the memory first: whatever an assistant remembers from run to
    run shows best in the first runs of a process.
    """

    make: ClassVar[Callable[..., Any]]
    """What makes the assistant of one run, called with an `AgentSetup`."""

    scenario: ClassVar[str] = BUSY
    """Text of a scenario file in which the assistant proposes something, if it does not in the shipped one."""

    executes: ClassVar[bool] = True
    """False for an assistant that never proposes anything."""

    def test_no_run_remembers_another(self) -> None:
        """Memory is that of one run, whether runs follow one another or take place at the same time."""
        accepts, rejects = self._situation("always_accept"), self._situation("always_reject")
        first, other = play(self._make, accepts, rejects)
        again, with_other = play_together(self._make, accepts, rejects)
        found = [
            *findings.differences(first, _retitled(again, "the same beside another run")),
            *findings.differences(other, _retitled(with_other, "the same beside another run")),
        ]
        (after,) = play(self._make, accepts)
        _none([*found, *findings.differences(first, _retitled(after, "the same after other runs"))])

    def test_the_same_run_gives_the_same_log(self) -> None:
        """No clock, no randomness."""
        for protocol in PROTOCOLS:
            situation = self._situation("talking", protocol)
            first, second, third = play(self._make, situation, situation, situation)
            again = [_retitled(run, "the same again") for run in (second, third)]
            _none(line for run in again for line in findings.differences(first, run))

    def test_it_is_an_assistant(self) -> None:
        """Two methods that are awaited."""
        _none(findings.breaches(self._play("always_accept"), "form"))

    def test_it_runs_with_a_user_who_accepts(self) -> None:
        """With a text and without."""
        _none(findings.crashes(self._play("always_accept", "talking")))

    def test_it_runs_with_a_user_who_rejects(self) -> None:
        """Every time."""
        _none(findings.crashes(self._play("always_reject")))

    def test_it_runs_when_nothing_happens(self) -> None:
        """No notification, no oracle, an empty phone."""
        _none(findings.crashes(self._play("always_accept", "always_reject", text=QUIET)))

    def test_it_comes_to_execute(self) -> None:
        """Else the other tests show little."""
        played = self._play("always_accept")
        executed = any("execute" in run.watch.phases for run in played)
        if executed is not self.executes:
            hint = "set `scenario` to one in which it does, or `executes = False`"
            _none([f"it executes, but executes = {self.executes}" if executed else f"it never proposes: {hint}"])

    def test_it_calls_only_what_is_offered(self) -> None:
        """Calls of `phase.tools`, with arguments that fit: others are not made, so nothing is written observing."""
        _none(findings.breaches(self._play(*USERS), "tools"))

    def test_it_uses_a_phase_only_while_it_lasts(self) -> None:
        """A phase belongs to one call of one method."""
        _none(findings.breaches(self._play(*USERS), "phase"))

    def test_it_takes_its_news(self) -> None:
        """Time is not jumped over while somebody has something to learn."""
        _none(findings.breaches(self._play(*USERS), "news"))

    def test_it_keeps_the_limits(self) -> None:
        """One reply a phase, none to retry; and every phase ends."""
        played = [*self._play(*USERS), *self._play(*USERS, settings=TIGHT)]
        _none(findings.breaches(played, "limits"))

    def test_it_survives_malformed_replies(self) -> None:
        """Each kind once, observing and executing."""
        _none(findings.crashes(self._play("always_accept", model=lambda role: Stammering())))

    def test_it_lets_errors_pass(self) -> None:
        """What `phase.ask` raises ends the run."""
        for answer in (failing("context_overflow"), failing("server_error"), empty):
            played = self._play("always_accept", model=lambda role, answer=answer: Answering(answer))
            _none([*findings.breaches(played, "errors"), *findings.kept_errors(played)])

    def test_its_conversations_can_be_read(self) -> None:
        """By servers that are strict about who follows whom."""
        played = [*self._play(*USERS), *self._play("always_accept", model=lambda role: Stammering())]
        _none(findings.broken_conversations(played))

    @property
    def _make(self) -> Make:
        """`make` as it was written, a function too."""
        made: Any = inspect.getattr_static(self, "make", None)
        if made is None:
            raise AssertionError(f"{type(self).__name__} has no `make`: what makes the assistant")
        make: Make = made.__func__ if isinstance(made, staticmethod) else made
        return make

    def _situation(self, user: str, protocol: Protocol = "native", **changes: Any) -> Situation:
        situation = Situation(f"{USERS[user]} ({protocol})", self.scenario, user, protocol=protocol)
        return replace(situation, **changes)

    def _play(self, *users: str, **changes: Any) -> list[Played]:
        found = [self._situation(user, protocol, **changes) for user in users for protocol in PROTOCOLS]
        return play(self._make, *found)


def _retitled(played: Played, title: str) -> Played:
    return replace(played, situation=replace(played.situation, title=title))


def _none(problems: Iterable[str]) -> None:
    found = list(dict.fromkeys(problems))
    if found:
        raise AssertionError("\n" + "\n".join(found))
