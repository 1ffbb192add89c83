"""Small augmentation data, scenarios for it, and runs under its noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pare_runner.apps.shopping.app import StatefulShoppingApp
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.kernel.events import CompletedEvent
from pare_runner.noise.config import EnvEventsConfig
from pare_runner.noise.data import AugmentationData, parse_augmentation_data
from pare_runner.noise.settings import NoiseSettings
from tests.scenarios.conftest import scenario

ALL_APPS = {
    "StatefulEmailApp": 1.0,
    "StatefulMessagingApp": 1.0,
    "StatefulShoppingApp": 1.0,
    "StatefulApartmentApp": 1.0,
}


def mail(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "sender": f"sender{number}@mail.example",
        "recipients": ["owner@data.example"],
        "subject": f"Subject {number}",
        "content": f"Text of mail {number}",
        "email_id": f"mail{number}",
        **fields,
    }


def emails(mails: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"user_email": "owner@data.example", "folders": {"INBOX": {"folder_name": "INBOX", "emails": list(mails)}}}


def messages(conversations: Mapping[str, Mapping[str, Any]], people: Mapping[str, str]) -> dict[str, Any]:
    return {
        "conversations": conversations,
        "id_to_name": {"owner": "The Owner", **people},
        "name_to_id": {"The Owner": "owner", **{name: key for key, name in people.items()}},
        "current_user_id": "owner",
        "current_user_name": "The Owner",
    }


def talk(number: int, *people: str, texts: int = 6) -> dict[str, Any]:
    """A conversation; every third message is the owner's."""
    senders = [*people, "owner"] if len(people) > 1 else [people[0], people[0], "owner"]
    written = [
        {
            "sender_id": senders[n % len(senders)],
            "message_id": f"m{number}-{n}",
            "timestamp": n,
            "content": f"{number}.{n}",
        }
        for n in range(texts)
    ]
    return {"participant_ids": [*people, "owner"], "title": f"Talk {number}", "messages": written}


def product(number: int, variants: int = 3) -> dict[str, Any]:
    items = {
        f"i{number}-{n}": {"price": 10.0 + n, "item_id": f"i{number}-{n}", "options": {"size": n}}
        for n in range(variants)
    }
    return {"name": f"Product {number}", "product_id": f"p{number}", "variants": items}


def flat(number: int) -> dict[str, Any]:
    return {
        "name": f"Flat {number}", "location": f"Street {number}", "zip_code": "1", "price": 900.0 + number,
        "bedrooms": 2, "bathrooms": 1, "property_type": "Apartment", "square_footage": 700,
    }  # fmt: skip


def data(size: int = 40, **apps: Mapping[str, Any] | None) -> AugmentationData:
    """Data with `size` of everything; an app given replaces that one, None leaves it out."""
    people = {f"u{n}": f"Person {n}" for n in range(2 * size)}
    conversations = {f"c{n}": talk(n, *([f"u{n}"] if n % 2 else [f"u{n}", f"u{n + 1}"])) for n in range(size)}
    shop = {
        "products": {f"p{n}": product(n) for n in range(size)},
        "discount_codes": {f"i{n}-0": {f"CODE{n}": 10.0} for n in range(0, size, 2)},
    }
    states: dict[str, Mapping[str, Any] | None] = {
        "Emails": emails([mail(n) for n in range(size)]),
        "Messages": messages(conversations, people),
        "Shopping": shop,
        "RentAFlat": {"apartments": {f"f{n}": flat(n) for n in range(size)}},
        **apps,
    }
    kept = [{"name": name, "app_state": state} for name, state in states.items() if state is not None]
    return parse_augmentation_data({"apps": kept}, "test data")


DATA = data()

PHONE = """\
apps:
  emails: {type: StatefulEmailApp, user_email: me@home.example, emails: [{id: old, sender: a@b.example, subject: Hi}]}
  chat:
    type: StatefulMessagingApp
    users: {ann: Ann}
    conversations: [{id: talk, participants: [ann], messages: [{from: ann, at: -1d, content: Hello}]}]
  shop: {type: StatefulShoppingApp, products: [{id: lamp, name: Lamp, variants: [{id: red, price: 5}]}]}
  flats: {type: StatefulApartmentApp}
  notes: {type: StatefulNotesApp}
"""


def lasting(seconds: float, apps: str = PHONE, rest: str = "") -> str:
    """A scenario text with one silent event at `seconds`."""
    return f"{apps}events:\n  - {{id: end, env: notes.create_note, at: {seconds:g}s}}\n{rest}"


def settings(rate: int = 10, *, of: AugmentationData = DATA, **fields: Any) -> NoiseSettings:
    fields = {"weight_per_app_class": ALL_APPS, "env_events_seed": None, **fields}
    return NoiseSettings(events=EnvEventsConfig(num_env_events_per_minute=rate, **fields), data=of)


def noisy(text: str, noise: NoiseSettings, *, seed: int = 0, run: int = 1) -> Outcome:
    """The oracle's run under noise; what was raised is raised."""
    outcome = run_oracle(scenario(text), seed=seed, run_number=run, noise=noise)
    if outcome.result.exception is not None:
        raise outcome.result.exception
    return outcome


def noise_of(outcome: Outcome) -> list[CompletedEvent]:
    return [event for event in outcome.log if event.noise]


def without_results(events: Sequence[CompletedEvent]) -> list[tuple[Any, ...]]:
    """What the events are: time, id, call; not what else was there."""
    return [(event.event_id, event.event_time, event.tool_name, event.get_args()) for event in events]


def shop_of(outcome: Outcome) -> StatefulShoppingApp:
    assert outcome.phone is not None
    return outcome.phone.apps["Shopping"]  # type: ignore[return-value]
