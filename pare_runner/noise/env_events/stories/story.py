"""A story: a few events of one app that belong together and happen in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pare_runner.apps.core.app import App

Results = Mapping[int, Any]
"""Step of a story → what its call returned, for the steps that have happened."""

Call = tuple[str, dict[str, Any]]
"""A tool of the app, and its arguments."""


class Story(Protocol):
    """Something that arrives in one app, such as a mail or a conversation."""

    @property
    def key(self) -> str:
        """Which one of the data it is."""

    @property
    def names(self) -> frozenset[str]:
        """What it calls people and things, case folded: a phone that knows one of them does not get the story."""

    @property
    def steps(self) -> int:
        """How many events it has."""

    def call(self, app: App, step: int, results: Results) -> Call | None:
        """The call of the event at `step`; None if what it needs is not there, or no longer.

        Whoever takes part is known to the app afterwards, so that the call finds them.
        """


def folded(*names: str | None) -> frozenset[str]:
    """Names as they are compared."""
    return frozenset(name.strip().casefold() for name in names if name)
