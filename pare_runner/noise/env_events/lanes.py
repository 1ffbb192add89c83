"""Lanes: the apps of a phone in which something can arrive, with their shares and stories."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import gcd

from pare_runner.apps.apartment.app import StatefulApartmentApp
from pare_runner.apps.contacts.app import StatefulContactsApp
from pare_runner.apps.core.app import App
from pare_runner.apps.email.mailbox import Mailbox
from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.apps.shopping.app import StatefulShoppingApp
from pare_runner.errors import ConfigError
from pare_runner.kernel.draws import Draws
from pare_runner.noise.config import EnvEventsConfig
from pare_runner.noise.data import AugmentationData
from pare_runner.noise.env_events.sources import SOURCES, decks_of
from pare_runner.noise.env_events.stories.story import Story, folded

GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it, taken modulo one, are spread evenly however many there are."""


@dataclass(frozen=True)
class Lane:
    """An app and its share of the arrivals."""

    app: str
    app_class: str
    weight: float
    stories: tuple[Story, ...]
    draws: Draws

    def story(self, block: int, rank: int) -> Story:
        """The story that begins with this arrival.

        Ranks of one block take different stories while there are enough, and the next block takes their neighbours, so
        that a story comes again only when most others have been told, whatever the rate.
        """
        order, stride = self._order
        return self.stories[order[(rank * stride + block) % len(order)]]

    @cached_property
    def _order(self) -> tuple[list[int], int]:
        size = len(self.stories)
        order = sorted(range(size), key=lambda n: (self.draws.uniform("order", self.app, self.stories[n].key), n))
        stride = max(round(size * GOLDEN), 1)
        while gcd(stride, size) != 1:
            stride += 1
        return order, stride


@dataclass(frozen=True)
class Lanes:
    """All lanes of a phone, those of a weight above 0 that have stories."""

    lanes: Sequence[Lane]

    def pick(self, position: float) -> Lane:
        """The lane in which a number of [0, 1) falls when each lane has a stretch as long as its share."""
        bounds = self._bounds
        return self.lanes[min(bisect_right(bounds, position * bounds[-1]), len(bounds) - 1)]

    @cached_property
    def _bounds(self) -> list[float]:
        return list(accumulate(lane.weight for lane in self.lanes))


def check_events(config: EnvEventsConfig, data: AugmentationData) -> list[str]:
    """App classes with a weight that `data` has nothing for: their share goes to the others.

    ConfigError if that is all of them; InputError for data that does not fit an app.
    """
    decks = decks_of(data, config)
    weights = config.weights()
    empty = [name for name in weights if not decks[name].stories]
    if config.num_env_events_per_minute and len(empty) == len(weights):
        raise ConfigError(
            f"env_events_config: the augmentation data has nothing for {', '.join(sorted(empty))}",
            hint="ENV_AUGMENTATION_DATA_PATH names the file it comes from",
        )
    return sorted(empty)


def lanes_of(apps: Iterable[App], config: EnvEventsConfig, data: AugmentationData, draws: Draws) -> Lanes:
    """The lanes of a phone as it is before anything happened; none if it has none of the apps.

    Stories that use a name of the phone's own people and things are left out. Errors as for `check_events`.
    """
    apps = list(apps)
    check_events(config, data)
    decks, weights, names = decks_of(data, config), config.weights(), names_on(apps)
    found: list[Lane] = []
    for cls in SOURCES:
        weight = weights.get(cls.__name__, 0.0)
        for app in (app for app in apps if weight and isinstance(app, cls)):
            stories = decks[cls.__name__].without(names)
            if stories:
                found.append(Lane(app.name, cls.__name__, weight, stories, draws))
    return Lanes(found)


def names_on(apps: Iterable[App]) -> set[str]:
    """What people, addresses, conversations, products and apartments on a phone are called, case folded."""
    names: list[str | None] = []
    for app in apps:
        if isinstance(app, StatefulMessagingApp):
            names += [*app.id_to_name.values(), *(item.title for item in app.conversations.values())]
        elif isinstance(app, StatefulContactsApp):
            names += [text for contact in app.contacts.values() for text in (contact.full_name, contact.email)]
        elif isinstance(app, Mailbox):
            mails = [mail for folder in app.folders.values() for mail in folder.emails]
            names += [address for mail in mails for address in (mail.sender, *mail.recipients, *mail.cc)]
        elif isinstance(app, StatefulShoppingApp):
            names += [product.name for product in app.products.values()]
        elif isinstance(app, StatefulApartmentApp):
            names += [flat.name for flat in app.apartments.values()]
    return set(folded(*names))
