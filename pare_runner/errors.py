"""The error tree: what a user did wrong is an `InputError`, everything else is ours.

A message says what is wrong, where, and which valid name is nearest. Entries of the command line print `str(error)` and
leave with `error.exit_status`; a traceback is shown only when `PARE_DEBUG=1`. `Abandoned` stands beside the tree: it is
no error of anybody's, it ends a run that has no outcome.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about an input: what is wrong, where (`file:line:column` or a name), and what was probably meant."""

    message: str
    where: str = ""
    hint: str = ""
    severity: Severity = "error"
    code: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        kind = "warning: " if self.severity == "warning" else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{kind}{self.message}{hint}"


class PareError(Exception):
    """Base of every error this package raises on purpose."""

    exit_status = 1


class InputError(PareError):
    """Bad input: one clear message, exit status 2."""

    exit_status = 2

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        self.problems: tuple[Problem, ...] = (Problem(message, where, hint),)
        super().__init__(str(self.problems[0]))


class ScenarioError(InputError):
    """A scenario file that cannot be used; carries every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = tuple(problems)
        super().__init__(found[0].message if found else "invalid scenario")
        self.problems = found
        self.args = ("\n".join(str(problem) for problem in found),)


class ConfigError(InputError):
    """A configuration that cannot be run."""


class Abandoned(BaseException):
    """A run that is broken off and not over: what happened outside of it says that it cannot, or must not, go on.

    It is no outcome, so nothing that turns what a run raises into one may catch it, neither `except Exception` in an
    episode nor in somebody's agent; like a cancellation it passes through to whoever started the run. What the run's
    calls had brought stands in the recording, and the run is made again from there or from its beginning.
    """

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class CheckError(PareError):
    """A check that raised while it judged a run: the scenario's fault, never the agent's."""

    def __init__(self, check: str, cause: BaseException) -> None:
        self.check = check
        self.cause = cause
        super().__init__(f"check {check!r} raised {type(cause).__name__}: {cause}")


def nearest(name: object, options: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The option most like `name`, or None when nothing is close: a similarity of `cutoff`, where 1 is the same."""
    known = list(options)
    text = str(name)
    for option in known:
        if option.casefold() == text.casefold():
            return option
    matches = difflib.get_close_matches(text, known, n=1, cutoff=cutoff)
    return matches[0] if matches else None


def did_you_mean(name: object, options: Iterable[str], *, limit: int = 12) -> str:
    """A hint for an unknown name: the nearest valid one, else the list of valid ones when it is short."""
    known = sorted(set(options))
    match = nearest(name, known)
    if match is not None:
        return f"did you mean {match!r}?"
    if 0 < len(known) <= limit:
        return "known: " + ", ".join(known)
    return ""


def bracketed_hint(name: object, options: Iterable[str], *, limit: int = 12) -> str:
    """The hint of `did_you_mean` as ` (…)`, to end a message with; empty when there is none."""
    hint = did_you_mean(name, options, limit=limit)
    return f" ({hint})" if hint else ""
