"""Finding people by name, and messages by time and text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pare_runner.apps.core.dates import from_text
from pare_runner.apps.messaging.models import ConversationV2, Message

SIMILAR = 80.0
"""Score (0 to 100) from which two names count as similar."""


@dataclass(frozen=True, slots=True)
class Dates:
    """Bounds of message times, both included; None is no bound."""

    first: float | None
    last: float | None

    @classmethod
    def read(cls, min_date: str | None, max_date: str | None) -> Dates:
        """From dates as tools take them; ValueError if one is none."""
        first = None if min_date is None else from_text(min_date)
        return cls(first, None if max_date is None else from_text(max_date))

    def hold(self, message: Message) -> bool:
        """Whether the message is of this time; dates have whole seconds, so its fraction does not count."""
        second = int(message.timestamp)
        return (self.first is None or self.first <= second) and (self.last is None or second <= self.last)


def containing(query: str) -> Callable[[str], bool]:
    """Whether a text contains `query`, in any case."""
    wanted = query.casefold()
    return lambda text: wanted in text.casefold()


def matching(pattern: str) -> Callable[[str], bool]:
    """Whether a regular expression matches somewhere in a text, in any case; ValueError if it is none."""
    try:
        expression = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
    return lambda text: expression.search(text) is not None


def found_in(conversation: ConversationV2, fits: Callable[[str], bool], dates: Dates) -> bool:
    """Whether a participant id, the title, or a message of these dates fits."""
    return (
        any(map(fits, conversation.participant_ids))
        or fits(conversation.title or "")
        or any(dates.hold(message) and fits(message.content) for message in conversation.messages)
    )


def similar_names(name: str, ids: Mapping[str, str]) -> dict[str, str]:
    """Name → id of the people called exactly `name`, else of those with a similar name, most similar first."""
    if name in ids:
        return {name: ids[name]}
    from rapidfuzz import fuzz, process

    found = process.extract(
        name.lower(), {known: known.lower() for known in ids}, scorer=fuzz.WRatio, score_cutoff=SIMILAR, limit=None
    )
    return {known: ids[known] for _, _, known in found}
