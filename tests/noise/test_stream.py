"""Noise as it happens on a phone: what arrives, where, and that nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.episode.oracle import run_oracle
from pare_runner.errors import ConfigError, InputError
from pare_runner.kernel.events import EventType
from pare_runner.noise.config import EnvEventsConfig
from pare_runner.noise.data import NO_DATA
from pare_runner.noise.env_events.lanes import check_events
from pare_runner.noise.env_events.stories.messages import conversation_stories
from pare_runner.noise.settings import NO_NOISE, NoiseSettings
from tests.noise.conftest import (
    ALL_APPS,
    DATA,
    PHONE,
    data,
    emails,
    lasting,
    mail,
    messages,
    noise_of,
    noisy,
    settings,
    shop_of,
    talk,
    without_results,
)
from tests.scenarios.conftest import START, scenario

MAIL_ONLY = {"StatefulEmailApp": 1.0}
TALK_ONLY = {"StatefulMessagingApp": 1.0}


def chat_of(outcome: Any) -> StatefulMessagingApp:
    return outcome.phone.apps["Messages"]  # type: ignore[no-any-return]


# What arrives ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["fixed_count", "poisson", "pare"])
@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_arrives_fails(kind: str, seed: int) -> None:
    outcome = noisy(lasting(7200), settings(10, arrivals=kind), seed=seed)
    arrived = noise_of(outcome)
    assert len(arrived) > 100
    assert outcome.failed_events == []
    assert {event.event_type for event in arrived} == {EventType.ENV}
    assert all(event.event_id.startswith("env_expansion_") for event in arrived)
    assert len({event.event_id for event in arrived}) == len(arrived)
    assert [event.event_id for event in outcome.log if not event.noise] == ["end"]


def test_both_sides_are_told_of_what_has_a_notice() -> None:
    outcome = noisy(lasting(600), settings(10))
    assert outcome.phone is not None
    center = outcome.phone.notifications
    arrived = noise_of(outcome)
    assert [note.event for note in center.user] == [note.event for note in center.agent] == arrived
    assert len(arrived) > 60


def test_a_mail_comes_into_the_inbox_of_whoever_owns_the_phone() -> None:
    both = data(Emails=emails([mail(1, recipients=["Owner@data.example", "club@mail.example"])]))
    outcome = noisy(lasting(60), settings(2, of=both, weight_per_app_class=MAIL_ONLY))
    args = noise_of(outcome)[0].get_args()
    assert args["recipients"] == ["me@home.example", "club@mail.example"]
    assert (args["sender"], args["folder_name"]) == ("sender1@mail.example", "INBOX")


def test_people_and_conversation_are_there_before_the_first_message() -> None:
    outcome = noisy(lasting(1800), settings(10, weight_per_app_class=TALK_ONLY))
    chat = chat_of(outcome)
    began: dict[str, list[str]] = {}
    for event in noise_of(outcome):
        args = event.get_args()
        began.setdefault(args["conversation_id"], []).append(args["content"])
        assert chat.id_to_name[args["sender_id"]].startswith("Person ")
    assert "talk" not in began
    assert set(chat.conversations) == {"talk", *began}
    for conversation_id, contents in began.items():
        conversation = chat.conversations[conversation_id]
        assert conversation.participant_ids[-1] == "me"
        assert [message.content for message in conversation.messages] == contents
        assert conversation.messages[0].timestamp >= START
        group = len(conversation.participant_ids) > 2
        assert (conversation.title or "").startswith("Talk " if group else "Person ")


def test_the_owners_own_messages_do_not_arrive() -> None:
    outcome = noisy(lasting(3600), settings(10, weight_per_app_class=TALK_ONLY))
    assert {event.get_args()["content"].partition(".")[2] for event in noise_of(outcome)} == {"0", "1", "3", "4"}


def test_at_most_so_many_messages_of_a_conversation_come_one_after_another() -> None:
    for most in (1, 2):
        outcome = noisy(
            lasting(360), settings(4, weight_per_app_class=TALK_ONLY, n_message_events_per_conversation=most)
        )
        counts = [len(item.messages) for key, item in chat_of(outcome).conversations.items() if key != "talk"]
        assert max(counts) == most
    none = settings(10, n_message_events_per_conversation=0)
    assert {event.app_name() for event in noise_of(noisy(lasting(600), none))} == {"Emails", "Shopping", "Apartment"}


def test_products_get_variants_and_discount_codes() -> None:
    outcome = noisy(lasting(3600), settings(10, weight_per_app_class={"StatefulShoppingApp": 1.0}))
    products = [product for product in shop_of(outcome).products.values() if product.name != "Lamp"]
    assert max(len(product.variants) for product in products) == 2
    tools = [event.function_name() for event in noise_of(outcome)]
    assert {"add_product", "add_item_to_product", "add_discount_code"} == set(tools)
    codes = shop_of(outcome).discount_codes
    assert len(codes) == tools.count("add_discount_code")
    names = {item_id: product.name for product in products for item_id in product.variants}
    assert all(list(code) == [f"CODE{names[item_id].split()[1]}"] for item_id, code in codes.items())


def test_apartments_come_only_if_they_are_asked_for() -> None:
    documented = EnvEventsConfig(num_env_events_per_minute=10)
    outcome = noisy(lasting(600), NoiseSettings(events=documented, data=DATA))
    assert {event.app_name() for event in noise_of(outcome)} == {"Emails", "Messages", "Shopping"}
    asked = settings(2, weight_per_app_class={"StatefulApartmentApp": 0.5})
    assert {event.function_name() for event in noise_of(noisy(lasting(60), asked))} == {"add_new_apartment"}


def test_what_the_phone_knows_by_name_does_not_come_again() -> None:
    apps = PHONE.replace("users: {ann: Ann}", "users: {ann: Ann, p: person 3}").replace("name: Lamp", "name: Product 5")
    apps = apps.replace("sender: a@b.example", "sender: sender2@mail.example")
    apps += "  people: {type: StatefulContactsApp, contacts: [{first_name: Person, last_name: '9'}]}\n"
    outcome = noisy(lasting(20000, apps), settings(10))
    args = [event.get_args() for event in noise_of(outcome)]
    assert not {"sender2@mail.example"} & {item.get("sender") for item in args}
    assert "Product 5" not in {item.get("name") for item in args}
    chat = chat_of(outcome)
    assert list(chat.id_to_name.values()).count("person 3") == 1
    assert not {"Person 3", "Person 9"} & set(chat.id_to_name.values())
    assert {f"sender{n}@mail.example" for n in range(40) if n != 2} <= {item.get("sender") for item in args}


def test_nothing_comes_from_somebody_who_was_taken_out() -> None:
    chat = scenario(PHONE).new_phone().apps["Messages"]
    assert isinstance(chat, StatefulMessagingApp)
    source = StatefulMessagingApp("Messages")
    source.load_state(messages({"c": talk(0, "u", "v", texts=9)}, {"u": "Ute", "v": "Vera"}))
    (story,) = conversation_stories(source, most=4)
    call = story.call(chat, 0, {})
    assert call is not None
    conversation_id, sender_id = call[1]["conversation_id"], call[1]["sender_id"]
    assert chat.id_to_name[sender_id] == "Ute"
    chat.remove_participant_from_conversation(conversation_id, sender_id)
    assert [story.call(chat, step, {}) is None for step in range(4)] == [True, False, True, False]
    assert list(chat.conversations) == ["talk", conversation_id]


# Nothing else changes -------------------------------------------------------------------------------------------------

BUSY = """\
events:
  - {id: says, env: chat.create_and_add_message, at: 20s, args: {conversation_id: talk, sender_id: ann, content: Go?}}
  - {id: mails, env: emails.send_email_to_user_only, at: 200s, args: {sender: a@b.example, subject: S, content: C}}
  - {id: offers, env: shop.add_product, at: 300s, args: {name: Chair}}
  - id: quote
    agent: cab.get_quotation
    after: says
    delay: 2s
    args: {start_location: A, end_location: B, service_type: Default}
  - {id: asks, agent: aui.send_message_to_user, after: quote, args: {content: Note it?}}
  - {id: yes, user: aui.accept_proposal, after: asks, delay: 4s}
  - {id: notes, agent: notes.create_note, after: [yes, mails], args: {title: T}}
  - {id: sees, when: {called: emails.create_and_add_email, by: env}, timeout: 300s}
  - {id: later, env: notes.create_note, at: 1500s}
checks:
  - called: shop.add_product
    by: env
    count: 1
"""
EVENTFUL = f"{PHONE}  cab: {{type: StatefulCabApp}}\n{BUSY}"


@pytest.mark.parametrize("rate", [2, 10])
def test_no_scripted_event_time_draw_or_id_changes(rate: int) -> None:
    quiet, loud = noisy(EVENTFUL, NO_NOISE, seed=4), noisy(EVENTFUL, settings(rate), seed=4)
    assert len(noise_of(loud)) > 40
    scripted = [event for event in loud.log if not event.noise]
    assert without_results(scripted) == without_results(quiet.log)
    assert [event.metadata.return_value for event in scripted] == [event.metadata.return_value for event in quiet.log]
    assert (loud.end_time, loud.result.termination_reason) == (quiet.end_time, quiet.result.termination_reason)
    assert loud.result.checks == quiet.result.checks
    assert quiet.result.checks["called shop.add_product"]


def test_the_events_of_a_lower_level_happen_the_same_at_a_higher_one() -> None:
    low, high = (noise_of(noisy(lasting(3600), settings(rate))) for rate in (2, 6))
    by_id = {event.event_id: event for event in high}
    assert [by_id[event.event_id] for event in low] == [
        event for event in high if event.event_id in {e.event_id for e in low}
    ]
    assert without_results([by_id[event.event_id] for event in low]) == without_results(low)
    for event in low:
        assert by_id[event.event_id].metadata.return_value == event.metadata.return_value


def test_noise_depends_on_seed_scenario_and_run_and_an_own_seed_replaces_the_seed() -> None:
    def seen(seed: int, run: int = 1, own: int | None = None, text: str = lasting(600)) -> list[Any]:
        return without_results(noise_of(noisy(text, settings(4, env_events_seed=own), seed=seed, run=run)))

    assert seen(1) == seen(1) == seen(2, own=1)
    assert seen(2, own=7) == seen(3, own=7)
    other = "id: t\nstart_time: 2025-11-18T09:00:00Z\n" + lasting(600)
    different = [seen(1), seen(2), seen(1, run=2), seen(1, text=other)]
    assert all(a != b for n, a in enumerate(different) for b in different[n + 1 :])


def test_noise_alone_keeps_no_run_alive() -> None:
    waiting = lasting(30, rest="  - {id: sees, when: {called: notes.delete_note, by: env}}\n")
    for text in (PHONE, lasting(30), waiting):
        quiet, loud = noisy(text, NO_NOISE), noisy(text, settings(10))
        assert (loud.end_time, loud.result.termination_reason) == (quiet.end_time, "idle")
        assert all(event.event_time <= loud.end_time for event in loud.log)


def test_noise_goes_on_to_the_end_of_the_duration_and_no_further() -> None:
    outcome = noisy(
        lasting(
            10, rest="  - {id: sees, when: {called: notes.delete_note, by: env}, timeout: 5000s}\nduration: 900s\n"
        ),
        settings(4),
    )
    times = [event.event_time - START for event in noise_of(outcome)]
    assert outcome.result.termination_reason == "duration"
    assert len(times) == 60
    assert 880 < times[-1] < 900


# Single events switched off -------------------------------------------------------------------------------------------


def test_each_event_can_be_switched_off_and_the_others_stay() -> None:
    everything = noise_of(noisy(lasting(900), settings(4)))
    for gone in [event for event in everything if event.function_name() != "add_product"][:8]:
        left = noise_of(noisy(lasting(900), settings(4, switched_off=[gone.event_id])))
        assert without_results(left) == without_results([event for event in everything if event is not gone])


def test_what_belongs_to_a_product_that_is_switched_off_goes_with_it() -> None:
    shop = {"weight_per_app_class": {"StatefulShoppingApp": 1.0}}
    everything = noise_of(noisy(lasting(900), settings(4, **shop)))
    item = next(event for event in everything if event.function_name() == "add_item_to_product")
    founder = next(e for e in everything if e.metadata.return_value == item.get_args()["product_id"])
    outcome = noisy(lasting(900), settings(4, switched_off=[founder.event_id], **shop))
    assert outcome.failed_events == []
    assert item.get_args()["product_id"] not in shop_of(outcome).products
    assert {event.event_id for event in noise_of(outcome)} < {event.event_id for event in everything}


# Mistakes -------------------------------------------------------------------------------------------------------------


def test_events_without_data_are_a_mistake() -> None:
    config = EnvEventsConfig()
    with pytest.raises(
        ConfigError, match="the augmentation data has nothing for StatefulEmailApp, StatefulMessagingApp"
    ):
        check_events(config, NO_DATA)
    outcome = run_oracle(scenario(lasting(60)), noise=NoiseSettings(events=config))
    assert isinstance(outcome.result.exception, ConfigError)
    assert check_events(EnvEventsConfig(num_env_events_per_minute=0), NO_DATA) == sorted(config.weights())


def test_an_app_without_data_leaves_its_share_to_the_others() -> None:
    short = data(Shopping=None)
    noise = settings(10, of=short)
    assert noise.events is not None
    assert check_events(noise.events, short) == ["StatefulShoppingApp"]
    arrived = noise_of(noisy(lasting(360), noise))
    assert len(arrived) == 60
    assert {event.app_name() for event in arrived} == {"Emails", "Messages", "Apartment"}


def test_an_app_that_is_not_on_the_phone_leaves_its_share_too_and_a_phone_without_any_gets_none() -> None:
    alone = "apps:\n  emails: {type: StatefulEmailApp}\n  notes: {type: StatefulNotesApp}\n"
    assert len(noise_of(noisy(lasting(360, alone), settings(10)))) == 60
    nothing = "apps:\n  notes: {type: StatefulNotesApp}\n"
    assert noise_of(noisy(lasting(360, nothing), settings(10))) == []


@pytest.mark.parametrize(
    ("app", "state", "says"),
    [
        ("Emails", emails([mail(1, sender="nobody")]), "app Emails: .*'nobody'"),
        ("Emails", emails([mail(1, subject=7)]), "app Emails: StatefulEmailApp state, folders.INBOX.emails.0.subject"),
        ("Messages", {"conversations": []}, "app Messages: StatefulMessagingApp state, conversations"),
    ],
)
def test_data_that_does_not_fit_its_app_is_named(app: str, state: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        check_events(EnvEventsConfig(), data(**{app: state}))


def test_two_apps_of_messages_are_one_source() -> None:
    people = {"w": "Wim"}
    chats = data(Messages=None, Chats=messages({"c": talk(7, "w")}, people))
    outcome = noisy(lasting(60), settings(2, of=chats, weight_per_app_class=TALK_ONLY))
    assert [event.get_args()["content"] for event in noise_of(outcome)][:1] == ["7.0"]


def test_the_same_bytes_whatever_ran_before() -> None:
    first = without_results(noise_of(noisy(lasting(600), settings(10))))
    for size in (3, 7, 11, 13, 17):
        noisy(lasting(60), settings(10, of=data(size), weight_per_app_class=ALL_APPS))
    assert without_results(noise_of(noisy(lasting(600), settings(10)))) == first
