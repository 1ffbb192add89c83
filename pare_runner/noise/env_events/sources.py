"""The stories of augmentation data, by the class of the app they arrive in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, TypeVar

from pare_runner.apps.apartment.app import StatefulApartmentApp
from pare_runner.apps.core.app import App
from pare_runner.apps.email.app import StatefulEmailApp
from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.apps.shopping.app import StatefulShoppingApp
from pare_runner.errors import InputError
from pare_runner.noise.config import EnvEventsConfig
from pare_runner.noise.data import AugmentationData
from pare_runner.noise.env_events.stories.apartments import listing_stories
from pare_runner.noise.env_events.stories.emails import mail_stories
from pare_runner.noise.env_events.stories.messages import conversation_stories
from pare_runner.noise.env_events.stories.products import product_stories
from pare_runner.noise.env_events.stories.story import Story

A = TypeVar("A", bound=App)

SOURCES: Mapping[type[App], tuple[str, ...]] = {
    StatefulEmailApp: ("Emails",),
    StatefulMessagingApp: ("Messages", "Chats"),
    StatefulShoppingApp: ("Shopping",),
    StatefulApartmentApp: ("RentAFlat", "Apartment"),
}
"""App class → the apps of a data file whose state it takes its events from; this order is that of the apps in draws."""


@dataclass(frozen=True, slots=True)
class Deck:
    """The stories of an app class, and which of them use a name (case folded)."""

    stories: tuple[Story, ...]
    by_name: Mapping[str, tuple[int, ...]]

    def without(self, names: Set[str]) -> tuple[Story, ...]:
        """The stories that use none of `names`."""
        gone = {number for name in self.by_name.keys() & names for number in self.by_name[name]}
        return tuple(story for number, story in enumerate(self.stories) if number not in gone) if gone else self.stories


Decks = Mapping[str, Deck]
_KEPT = 4
_read: list[tuple[AugmentationData, tuple[int, int], Decks]] = []  # reading 400 texts costs more than a run


def decks_of(data: AugmentationData, config: EnvEventsConfig) -> Decks:
    """Class name → its stories; empty for a class the data says nothing about.

    Raises InputError naming the app and the place for a state that does not fit the app.
    """
    sizes = (config.n_message_events_per_conversation, config.n_item_events_per_product)
    for known, known_sizes, found in _read:
        if known is data and known_sizes == sizes:
            return found
    made = {name: _deck(stories) for name, stories in _stories(data, *sizes).items()}
    _read.insert(0, (data, sizes, made))
    del _read[_KEPT:]
    return made


def _deck(stories: Sequence[Story]) -> Deck:
    by_name: dict[str, tuple[int, ...]] = {}
    for number, story in enumerate(stories):
        for name in story.names:
            by_name[name] = (*by_name.get(name, ()), number)
    return Deck(tuple(stories), by_name)


def _stories(data: AugmentationData, messages: int, items: int) -> dict[str, Sequence[Story]]:
    makers: dict[type[App], Callable[[Any], Sequence[Story]]] = {
        StatefulEmailApp: mail_stories,
        StatefulMessagingApp: lambda source: conversation_stories(source, messages),
        StatefulShoppingApp: lambda source: product_stories(source, items),
        StatefulApartmentApp: listing_stories,
    }
    found: dict[str, Sequence[Story]] = {}
    for cls, names in SOURCES.items():
        stories = [story for name in names if name in data.apps for story in _from(cls, name, data, makers[cls])]
        found[cls.__name__] = [story for story in stories if story.steps]
    return found


def _from(cls: type[A], name: str, data: AugmentationData, make: Callable[[A], Sequence[Story]]) -> Sequence[Story]:
    try:
        source = cls(name)
        source.load_state(data.apps[name])
        return make(source)
    except ValueError as error:
        raise InputError(str(error), where=f"augmentation data, app {name}") from None
