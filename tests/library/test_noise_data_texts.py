"""The shipped augmentation data: enough of it, loadable by the apps, varied, and apart from every shipped scenario."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz, process

import pare_runner
from pare_runner.apps.apartment.app import StatefulApartmentApp
from pare_runner.apps.contacts.app import StatefulContactsApp
from pare_runner.apps.core.app import App
from pare_runner.apps.email.app import StatefulEmailApp
from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.apps.shopping.app import StatefulShoppingApp
from pare_runner.library.sources import shipped, shipped_folder

PATH = Path(pare_runner.__file__).parent / "library" / "noise_data" / "augmentation.json"
RAW = PATH.read_bytes()
STATES: dict[str, dict[str, Any]] = {app["name"]: app["app_state"] for app in json.loads(RAW)["apps"]}

CONVERSATIONS = list(STATES["Messages"]["conversations"].values())
MESSAGES = [message for conversation in CONVERSATIONS for message in conversation["messages"]]
OWNER = STATES["Messages"]["current_user_id"]
NAMES: dict[str, str] = STATES["Messages"]["id_to_name"]
EMAILS = STATES["Emails"]["folders"]["INBOX"]["emails"]
PRODUCTS = list(STATES["Shopping"]["products"].values())
APARTMENTS = list(STATES["RentAFlat"]["apartments"].values())

TEXTS = {
    "messages": [message["content"] for message in MESSAGES],
    "emails": [email["content"] for email in EMAILS],
    "subjects": [email["subject"] for email in EMAILS],
    "products": [product["name"] for product in PRODUCTS],
    "apartments": [apartment["name"] for apartment in APARTMENTS],
}
SIMILAR = 75
"""Bound of rapidfuzz's ratio, lower-cased; the nearest two stand at 72 (names) and below 72 (sentences)."""

START_OF_2025 = 1_735_689_600
CAPITALISED = re.compile(r"\b[A-ZÀ-Ž][a-zà-ž]{2,}\b")
DATES = re.compile(r"(Jan|Febr)uary|April|May|June|July|August|(Septem|Octo|Novem|Decem)ber|\w+days?")
"""Names of days and months; the month between February and April is the name of a person in a scenario."""
NO_NAMES = {"Central", "Ours", "Telling"}
NO_PERSON = re.compile(r"Allotments|Camp|Dental|Groups|Officina|Primary|Surgery|Trattoria|Ward|\d")
"""What the names of offices, schools and restaurants among contacts have in them."""


def words(texts: Iterable[str]) -> Counter[str]:
    return Counter(re.findall(r"[a-zà-ž']+", " ".join(texts).lower()))


def quadruples(parts: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(parts, parts[1:], parts[2:], parts[3:], strict=False)


def scenario_states(cls: type[App]) -> Iterator[dict[str, Any]]:
    """The states in which apps of a class begin in the shipped scenarios."""
    for entry in shipped().entries:
        for app in entry().apps:
            if isinstance(app, cls):
                yield app.get_state() or {}


def scenario_text() -> str:
    folder = shipped_folder()
    assert folder is not None
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("**/*.yaml")))


def test_there_is_enough_of_everything_and_the_file_stays_readable() -> None:
    assert list(STATES) == ["Messages", "Emails", "Shopping", "RentAFlat"]
    assert len(CONVERSATIONS) >= 60
    assert len(EMAILS) >= 200
    assert len(PRODUCTS) >= 150
    assert len(APARTMENTS) >= 60
    assert len(RAW) < 900_000
    assert max(map(len, RAW.splitlines())) < 2_500
    assert b"\\u" not in RAW


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("Messages", StatefulMessagingApp),
        ("Emails", StatefulEmailApp),
        ("Shopping", StatefulShoppingApp),
        ("RentAFlat", StatefulApartmentApp),
    ],
)
def test_the_apps_load_it_and_give_it_back_unchanged(name: str, cls: type[App]) -> None:
    app = cls()
    app.load_state(STATES[name])
    assert json.loads(json.dumps(app.get_state())) == STATES[name]


def test_ids_are_unique_over_the_file() -> None:
    ids = [
        *NAMES,
        *(conversation["conversation_id"] for conversation in CONVERSATIONS),
        *(message["message_id"] for message in MESSAGES),
        *(email["email_id"] for email in EMAILS),
        *(product["product_id"] for product in PRODUCTS),
        *(item_id for product in PRODUCTS for item_id in product["variants"]),
        *(apartment["apartment_id"] for apartment in APARTMENTS),
    ]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", one) for one in ids)


def test_a_conversation_is_a_short_talk_of_people_who_are_known() -> None:
    for conversation in CONVERSATIONS:
        people, messages = conversation["participant_ids"], conversation["messages"]
        others = [NAMES[person] for person in people if person != OWNER]
        assert OWNER in people
        assert 3 <= len(messages) <= 8
        # Nobody puts words into the mouth of a phone's owner, and nobody is in a conversation to be silent.
        assert {message["sender_id"] for message in messages} == set(people) - {OWNER}
        assert len(others) > 1 or conversation["title"] == others[0]
        times = [message["timestamp"] for message in messages]
        assert times[0] > START_OF_2025
        assert all(earlier < later for earlier, later in pairwise(times))
        assert conversation["last_updated"] == times[-1]
    assert {name: person for person, name in NAMES.items()} == STATES["Messages"]["name_to_id"]
    groups = sum(len(conversation["participant_ids"]) > 2 for conversation in CONVERSATIONS)
    assert 25 <= groups <= len(CONVERSATIONS) - 25


def test_emails_stand_newest_first_and_unread() -> None:
    times = [email["timestamp"] for email in EMAILS]
    assert times == sorted(set(times), reverse=True)
    assert times[-1] > START_OF_2025
    assert not any(email["is_read"] for email in EMAILS)
    assert [len(folder["emails"]) for folder in STATES["Emails"]["folders"].values()] == [len(EMAILS), 0, 0, 0]


def test_products_have_one_to_four_items_of_which_some_take_a_code() -> None:
    for product in PRODUCTS:
        variants = product["variants"].values()
        assert 1 <= len(variants) <= 4
        assert all(item["price"] > 0 for item in variants)
        choices = [sorted(item["options"].items()) for item in variants]
        assert all(choices.count(choice) == 1 for choice in choices)
    items = {item_id for product in PRODUCTS for item_id in product["variants"]}
    codes = STATES["Shopping"]["discount_codes"]
    assert len(codes) >= 40
    assert codes.keys() <= items
    assert all(0 < percent <= 20 for by_code in codes.values() for percent in by_code.values())
    assert (STATES["Shopping"]["cart"], STATES["Shopping"]["orders"]) == ({}, {})


def test_apartments_differ_in_more_than_their_names() -> None:
    assert len({apartment["price"] for apartment in APARTMENTS}) >= 55
    assert len({apartment["location"] for apartment in APARTMENTS}) >= 40
    assert len({apartment["property_type"] for apartment in APARTMENTS}) >= 10
    assert {apartment["bedrooms"] for apartment in APARTMENTS} == {1, 2, 3, 4}
    assert STATES["RentAFlat"]["saved_apartments"] == []


@pytest.mark.parametrize("kind", TEXTS)
def test_no_two_texts_are_alike(kind: str) -> None:
    texts = TEXTS[kind]
    likeness = process.cdist(texts, texts, scorer=fuzz.ratio, processor=str.lower)
    alike = [
        (texts[first], texts[second])
        for first in range(len(texts))
        for second in range(first)
        if likeness[first][second] >= SIMILAR
    ]
    assert alike == []


def test_senders_words_and_lengths_are_spread() -> None:
    senders = Counter(email["sender"] for email in EMAILS)
    assert len(senders) >= 200
    assert max(senders.values()) <= 3
    assert len(NAMES) >= 90
    prose = TEXTS["messages"] + TEXTS["emails"]
    assert len(words(prose)) >= 3_000
    runs = Counter(run for text in prose for run in quadruples(text.lower().split()))
    assert max(runs.values()) <= 5, "the same four words in a row, again and again"
    lengths = sorted(len(text.split()) for text in TEXTS["emails"])
    assert lengths[len(lengths) // 10] <= 25
    assert lengths[-len(lengths) // 10] >= 60
    assert lengths[-1] >= 200
    openings = Counter(" ".join(text.lower().split()[:3]) for text in TEXTS["emails"])
    assert max(openings.values()) <= 4


def test_domains_are_those_reserved_for_examples_and_nobody_can_be_called() -> None:
    text = RAW.decode()
    addresses = re.findall(r"[\w.+-]+@([\w.-]+\w)", text)
    assert len(addresses) >= 2 * len(EMAILS)
    assert all(re.fullmatch(r"([\w-]+\.)*([\w-]+\.example|example\.(com|net|org))", domain) for domain in addresses)
    prose = "\n".join(text for texts in TEXTS.values() for text in texts)
    assert re.findall(r"https?:|www\.|\b[\w-]+\.(?:com|net|org|io|de|uk|eu)\b", prose) == []
    assert re.findall(r"\+\d|\d[\d ()/-]{6,}\d", prose) == []


def test_nobody_from_a_shipped_scenario_appears() -> None:
    text = RAW.decode()
    people = [name for state in scenario_states(StatefulMessagingApp) for name in state["id_to_name"].values()]
    for state in scenario_states(StatefulContactsApp):
        people += [f"{contact['first_name']} {contact['last_name']}" for contact in state["contacts"].values()]
    names = {word for name in people if not NO_PERSON.search(name) for word in CAPITALISED.findall(name)}
    assert len(names) > 100
    assert sorted(names & set(CAPITALISED.findall(text)) - {"Council", "Mrs"}) == []
    domains = set(re.findall(r"@([\w.-]+\w)", scenario_text()))
    assert len(domains) > 30
    assert sorted(domain for domain in domains if domain in text) == []


def test_no_proper_name_is_shared_with_a_shipped_scenario() -> None:
    ours, theirs = RAW.decode(), scenario_text()
    ordinary = set(re.findall(r"[a-zà-ž]+", ours + theirs))  # a word that also begins small is no name
    shared = set(CAPITALISED.findall(ours)) & set(CAPITALISED.findall(theirs))
    shared = {word for word in shared - NO_NAMES if word.lower() not in ordinary and not DATES.fullmatch(word)}
    assert shared == set()


def test_goods_codes_flats_and_subjects_of_shipped_scenarios_do_not_appear() -> None:
    text = RAW.decode().lower()
    shops = list(scenario_states(StatefulShoppingApp))
    goods = [product["name"] for state in shops for product in state["products"].values()]
    codes = [code for state in shops for by_code in state["discount_codes"].values() for code in by_code]
    flats = [flat for state in scenario_states(StatefulApartmentApp) for flat in state["apartments"].values()]
    places = [flat[key] for flat in flats for key in ("name", "zip_code")]
    ours = " | ".join(TEXTS["products"]).lower()
    mail = [folder["emails"] for state in scenario_states(StatefulEmailApp) for folder in state["folders"].values()]
    subjects = {email["subject"].lower() for emails in mail for email in emails}
    assert min(len(goods), len(codes), len(flats), len(subjects)) > 5
    assert [name for name in goods if name.lower() in ours] == []
    assert [one for one in codes + places if re.search(rf"\b{re.escape(one.lower())}\b", text)] == []
    assert subjects & {subject.lower() for subject in TEXTS["subjects"]} == set()
