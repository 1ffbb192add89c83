"""The state of each app as its YAML section, read off an app that has loaded it.

A section need not say all that a state can hold; whoever asks for one compares what the app makes of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pare_runner.apps.agent_ui.models import AUIMessage
from pare_runner.apps.apartment.models import ApartmentEntry
from pare_runner.apps.cab.app import StatefulCabApp
from pare_runner.apps.cab.models import BOOKED, COMPLETED, Ride, ServiceConfig
from pare_runner.apps.cab.section import RideEntry
from pare_runner.apps.calendar.models import CalendarEvent
from pare_runner.apps.contacts.models import Contact, default_owner
from pare_runner.apps.email.models import DEFAULT_ADDRESS, Email, EmailFolderName
from pare_runner.apps.email.section import ME, EmailEntry
from pare_runner.apps.files.models import FileEntry
from pare_runner.apps.messaging.models import ConversationV2, Message, MessagingAppMode, file_of
from pare_runner.apps.messaging.section import OWNER, ConversationEntry, MessageEntry
from pare_runner.apps.notes.models import DEFAULT_FOLDERS, NoteEntry
from pare_runner.apps.reminder.models import Reminder, ReminderEntry
from pare_runner.apps.shopping.models import CartItem, Item
from pare_runner.apps.shopping.section import CartEntry, OrderEntry, OrderLineEntry, ProductEntry
from pare_runner.traces.importing.entries import EntryWriter, section, unless

Section = dict[str, Any]


def messaging(app: Any, write: EntryWriter) -> Section:
    """People and conversations; the owner is `me`."""
    owner = app.current_user_id

    def person(user_id: str) -> str:
        return OWNER if user_id == owner else user_id

    def message(item: Message) -> Section:
        file = file_of(item)
        attached = write.attachments(dict([file])) if file else []
        return write.of(MessageEntry, item, sender_id=person(item.sender_id), attachments=attached)

    def conversation(item: ConversationV2) -> Section:
        others = [user_id for user_id in item.participant_ids if user_id != owner]
        named = others if item.participant_ids == [*others, owner] else [person(u) for u in item.participant_ids]
        default = ", ".join(sorted(app.id_to_name.get(user_id, user_id) for user_id in others))
        return write.of(
            ConversationEntry,
            item,
            title=unless(item.title, default),
            participant_ids=named,
            messages=[message(entry) for entry in item.messages],
        )

    me = section(id=unless(owner, OWNER), name=unless(app.current_user_name, "John Doe"))
    return section(
        users={user_id: name for user_id, name in app.id_to_name.items() if user_id != owner},
        me=me.get("name") if set(me) == {"name"} else me,
        conversations=[conversation(item) for item in app.conversations.values()],
        mode=unless(app.mode.value, MessagingAppMode.NAME.value),
        messages_view_limit=unless(app.messages_view_limit, 10),
        conversation_view_limit=unless(app.conversation_view_limit, 5),
    )


def email(app: Any, write: EntryWriter) -> Section:
    """All mails, folder by folder."""
    mine = app.user_email

    def mail(item: Email, folder: EmailFolderName) -> Section:
        own = folder in (EmailFolderName.SENT, EmailFolderName.DRAFT) and item.sender == mine
        usual = [] if item.sender == mine else [mine]
        return write.of(
            EmailEntry,
            item,
            folder_name=folder,
            sender=None if own else ME if item.sender == mine else item.sender,
            recipients=None if item.recipients == usual else item.recipients,
            attachments=write.attachments(item.attachments),
        )

    return section(
        user_email=unless(mine, DEFAULT_ADDRESS),
        view_limit=unless(app.view_limit, 5),
        emails=[mail(item, name) for name, folder in app.folders.items() for item in folder.emails],
    )


def calendar(app: Any, write: EntryWriter) -> Section:
    """The events."""
    return section(
        events=[write.of(CalendarEvent, item, start_strftime=None, end_strftime=None) for item in app.events.values()]
    )


def contacts(app: Any, write: EntryWriter) -> Section:
    """The cards; the owner's only if it is not the default one."""
    cards = list(app.contacts.values())
    owner = cards[0] if cards and cards[0].is_user and sum(card.is_user for card in cards) == 1 else None
    rest = cards if owner is None else cards[1:]
    return section(
        user=None if owner in (None, default_owner()) else write.of(Contact, owner, is_user=False),
        contacts=[write.of(Contact, card) for card in rest],
        view_limit=unless(app.view_limit, 10),
    )


def notes(app: Any, write: EntryWriter) -> Section:
    """Own folders, and the notes of all."""
    return section(
        folders=[name for name in app.folders if name not in DEFAULT_FOLDERS],
        notes=[
            write.of(
                NoteEntry,
                note,
                folder=folder,
                attachments=write.attachments(note.attachments),
                updated_at=None if note.updated_at == note.created_at else note.updated_at,
            )
            for folder, held in app.folders.items()
            for note in held.notes.values()
        ],
        view_limit=unless(app.view_limit, 5),
    )


def reminders(app: Any, write: EntryWriter) -> Section:
    """The reminders; a series is told once."""

    def reminder(item: Reminder) -> Section:
        count, unit = item.repetition_value or 1, item.repetition_unit
        repeat = None if unit is None else f"{count} {unit}{'' if count == 1 else 's'}"
        return write.of(ReminderEntry, item, repeat=repeat, repetition_unit=None, repetition_value=None)

    def is_repetition(item: Reminder) -> bool:
        base = re.sub(r"_rep_[1-9][0-9]*$", "", item.reminder_id)
        return base != item.reminder_id and base in app.reminders

    return section(
        reminders=[reminder(item) for item in app.reminders.values() if not is_repetition(item)],
        max_reminder_repetitions=unless(app.max_reminder_repetitions, 100),
    )


def shopping(app: Any, write: EntryWriter) -> Section:
    """Products, cart, codes and orders."""
    items = app.items()
    codes: dict[str, dict[str, float]] = {}
    for item_id, percents in app.discount_codes.items():
        for code, percent in percents.items():
            codes.setdefault(code, {})[item_id] = percent

    def line(item: CartItem) -> Section:
        current = items.get(item.item_id)
        price = None if current is not None and current.price == item.price else item.price
        return write.of(OrderLineEntry, item, price=price)

    def order(item: Any) -> Section:
        lines = list(item.order_items.values())
        total = sum(entry.price * entry.quantity for entry in lines)
        date = item.order_date
        return write.of(
            OrderEntry,
            item,
            order_date=float(date) if isinstance(date, int | float) else date,
            order_total=unless(item.order_total, total),
            order_items=[line(entry) for entry in lines],
        )

    return section(
        products=[
            write.of(ProductEntry, item, variants=[write.of(Item, variant) for variant in item.variants.values()])
            for item in app.products.values()
        ],
        cart=[write.of(CartEntry, entry) for entry in app.cart.values()],
        discount_codes=codes,
        orders=[order(item) for item in app.orders.values()],
    )


def cab(app: Any, write: EntryWriter) -> Section:
    """Rides and services; the ride that is on stands apart if it is the newest one."""

    def ride(item: Ride, status: str) -> Section:
        return write.of(RideEntry, item, status=unless(item.status, status), delay_history=[])

    rides, current = list(app.ride_history), app.current_ride
    apart = current is not None and rides[-1] is current
    services = {name: write.of(ServiceConfig, settings) for name, settings in app.d_service_config.items()}
    usual = app.d_service_config == StatefulCabApp().d_service_config
    return section(
        rides=[ride(item, BOOKED if item is current else COMPLETED) for item in (rides[:-1] if apart else rides)],
        on_going_ride=None if current is None else ride(current, BOOKED) if apart else current.ride_id,
        services=None if usual else services,
    )


def apartments(app: Any, write: EntryWriter) -> Section:
    """The listings."""
    return section(apartments=[write.of(ApartmentEntry, item) for item in app.apartments.values()])


def agent_ui(app: Any, write: EntryWriter) -> Section:
    """Messages of before."""
    return section(messages=[write.of(AUIMessage, item) for item in app.messages])


def files(app: Any, write: EntryWriter) -> Section:
    """Path → text; a file with more to say is an object, an empty folder ends in `/`."""
    found: dict[str, Any] = {}

    def walk(node: Mapping[str, Any], path: str) -> None:
        for child in node.get("children") or ():
            place = f"{path}/{child['name']}"
            if child["type"] == "directory":
                if not child.get("children"):
                    found[f"{place}/"] = None
                walk(child, place)
                continue
            text, mtime = child.get("text"), child.get("mtime")
            if text is not None and mtime == app.now and "permissions" not in child:
                found[place] = text
            else:
                known = {key: child.get(key) for key in ("text", "base64", "permissions")}
                found[place] = write.entry(FileEntry, known | {"mtime": None if mtime == app.now else mtime})

    walk(app.get_state()["files"], "")
    return section(files=found)


WRITERS: Mapping[str, Callable[[Any, EntryWriter], Section]] = {
    "PAREAgentUserInterface": agent_ui,
    "SandboxLocalFileSystem": files,
    "StatefulApartmentApp": apartments,
    "StatefulCabApp": cab,
    "StatefulCalendarApp": calendar,
    "StatefulContactsApp": contacts,
    "StatefulEmailApp": email,
    "StatefulMessagingApp": messaging,
    "StatefulNotesApp": notes,
    "StatefulReminderApp": reminders,
    "StatefulShoppingApp": shopping,
}
"""App class → what writes its section; other classes write `state:`."""
