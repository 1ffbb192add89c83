"""The text of a new scenario: sections of the wanted apps, and a flow over them that proves."""

from __future__ import annotations

from dataclasses import dataclass

from pare_runner.errors import InputError, did_you_mean

DEFAULT = ("messages", "calendar")
START = "2025-11-18T09:00:00Z"


@dataclass(frozen=True, slots=True)
class Example:
    """An app in a new scenario: its section, something that happens to it, and something an assistant does with it.

    A call is (tool, arguments as YAML text); `judged` is how a check compares the arguments of the write. `told` is a
    text of the assistant's message, `words` are some of which such a message should have one.
    """

    section: str
    write: tuple[str, str]
    judged: str
    told: str
    words: str
    trigger: tuple[str, str] | None = None


EXAMPLES: dict[str, Example] = {
    "messages": Example(
        """\
    type: StatefulMessagingApp
    users: {mira: Mira Okafor}                  # handle: name; below, people go by their handles
    conversations:
      - id: chat
        participants: [mira]                    # you are in every conversation; your handle is me
        messages:
          - {from: mira, at: -1d, content: See you tomorrow at ten!}
""",
        ("send_message", "{user_id: mira, content: Thank you for telling me.}"),
        "{user_id: mira, content: {empty: false}}",
        "answer Mira",
        "Mira, late",
        (
            "create_and_add_message",
            '{conversation_id: chat, sender_id: mira, content: "Sorry, I will be an hour late."}',
        ),
    ),
    "emails": Example(
        """\
    type: StatefulEmailApp
    emails:
      - {id: invitation, sender: mira@example.org, subject: Review, content: Tomorrow at ten?, at: -1d}
""",
        ("reply_to_email", "{email_id: invitation, content: I will be there.}"),
        "{email_id: invitation, content: {empty: false}}",
        "answer Mira's email",
        "Mira, review",
        (
            "send_email_to_user_with_id",
            "{email_id: news, sender: mira@example.org, subject: Review, content: It is an hour later.}",
        ),
    ),
    "calendar": Example(
        """\
    type: StatefulCalendarApp
    events:
      - {id: review, title: Review, start_datetime: +1d 10:00, end_datetime: +1d 11:00, attendees: [Mira Okafor]}
      - {id: lunch, title: Lunch, start_datetime: +1d 12:00, end_datetime: +1d 13:00, attendees: [Mira Okafor]}
""",
        ("edit_calendar_event", "{event_id: review, description: Starts an hour late}"),
        "{event_id: review, description: {contains: late}}",
        "note it in the calendar",
        "calendar, review",
        ("delete_calendar_event_by_attendee", "{event_id: lunch, who_delete: Mira Okafor}"),
    ),
    "contacts": Example(
        """\
    type: StatefulContactsApp
    contacts:
      - {id: mira, first_name: Mira, last_name: Okafor, phone: "+1-555-0101"}
""",
        ("edit_contact", '{contact_id: mira, updates: {phone: "+1-555-0199"}}'),
        '{contact_id: mira, updates: {phone: "+1-555-0199"}}',
        "change Mira's number",
        "Mira, number",
    ),
    "notes": Example(
        """\
    type: StatefulNotesApp
    folders: [Trips]                            # beside Inbox, Personal and Work
    notes:
      - {id: packing, title: Packing list, content: socks}
""",
        ("update_note", '{note_id: packing, content: "socks, umbrella"}'),
        "{note_id: packing, content: {contains: umbrella}}",
        "add it to your packing list",
        "packing, note",
        ("delete_folder", "{folder_name: Trips}"),
    ),
    "reminders": Example(
        """\
    type: StatefulReminderApp
    reminders:
      - {id: plants, title: Water the plants, due_datetime: +1d 09:00, description: On the balcony}
""",
        ("delete_reminder", "{reminder_id: plants}"),
        "{reminder_id: plants}",
        "delete the reminder of the plants",
        "reminder, plants",
    ),
    "shopping": Example(
        """\
    type: StatefulShoppingApp
    products:
      - {id: lamp, name: Desk lamp, variants: [{id: green, price: 25, options: {color: green}}]}
""",
        ("add_to_cart", "{item_id: green}"),
        "{item_id: green}",
        "put the lamp into the cart",
        "lamp, cart",
        ("update_item", "{item_id: green, new_price: 19.5}"),
    ),
    "cab": Example(
        """\
    type: StatefulCabApp
""",
        ("order_ride", "{start_location: Home, end_location: Airport, service_type: Default}"),
        "{start_location: Home, end_location: Airport}",
        "order a cab to the airport",
        "cab, ride, airport",
    ),
    "apartments": Example(
        """\
    type: StatefulApartmentApp
    apartments:
      - {id: loft, name: Loft by the river, location: Old Town, zip_code: "10115", price: 1500,
         bedrooms: 2, bathrooms: 1, square_footage: 800}
""",
        ("save_apartment", "{apartment_id: loft}"),
        "{apartment_id: loft}",
        "save the loft",
        "loft, apartment",
        ("update_apartment", "{apartment_id: loft, new_price: 1300}"),
    ),
    "files": Example(
        """\
    type: SandboxLocalFileSystem
    files: {/docs/plan.txt: The plan.}
""",
        ("mkdir", "{path: /docs/old}"),
        "{path: {starts_with: /docs/}}",
        "make a folder for old plans",
        "folder, plans",
    ),
}
"""Handle → example."""


def template(scenario_id: str, handles: list[str], schema: str | None) -> str:
    """A scenario file with the apps `handles`; `schema` is the path of the JSON Schema, if there is one to refer to.

    Something happens to the first app to which anything can; the assistant writes with the last. InputError for a
    handle that is not in `EXAMPLES`.
    """
    for handle in handles:
        if handle not in EXAMPLES:
            raise InputError(f"there is no example for an app {handle!r}", hint=did_you_mean(handle, EXAMPLES))
    sections = "".join(f"  {handle}:\n{EXAMPLES[handle].section}" for handle in dict.fromkeys(handles))
    head = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    return f"{head}{_HEAD.format(id=scenario_id, start=START)}{sections}{_flow(handles)}"


def _flow(handles: list[str]) -> str:
    first = next((handle for handle in handles if EXAMPLES[handle].trigger is not None), None)
    trigger = EXAMPLES[first].trigger if first is not None else None
    happens, since, when = "", "", "at: 10s"
    if trigger is not None:
        happens = _TRIGGER.format(call=f"{first}.{trigger[0]}", args=trigger[1])
        since, when = ", not_before: happens", "after: happens\n    delay: 2s"
    last = EXAMPLES[handles[-1]]
    call, args = f"{handles[-1]}.{last.write[0]}", last.write[1]
    about = f"{{contains_any: [{last.words}]}}{since}"
    return _FLOW.format(
        happens=happens, when=when, told=last.told, call=call, args=args, about=about, judged=last.judged
    )


_HEAD = """\
id: {id}
title: One line that says what the situation is
tags: [draft]
start_time: {start}

# The phone as it is at the start. A time is a date, an offset from the start (-2d4h), or +3d 19:00: the third day after
# the start, 19:00. Give an id to whatever is named again below.
apps:
"""

_TRIGGER = """\
  # env: this happens to the phone, whoever is watching.
  - id: happens
    env: {call}
    at: 10s
    args: {args}
"""

_FLOW = """
# env events happen; agent and user events say what a good assistant and a sensible user would do.
events:
{happens}\
  - id: proposes
    agent: aui.send_message_to_user
    {when}
    args: {{content: "Shall I {told}?"}}
  - {{id: accepts, user: aui.accept_proposal, after: proposes, delay: 5s}}
  - id: acts
    agent: {call}
    after: accepts
    args: {args}

# What must hold at the end of a run. Writes that are not above are forbidden: list harmless ones under allow.
checks:
  - proposed: {{about: {about}}}
  - called: {call}
    args: {judged}
    after: accepts
side_effects: forbid
"""
