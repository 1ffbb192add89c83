"""Known defects of PARE that make calls fail there which succeed here; `docs/differences.md` has all differences."""

from __future__ import annotations

from dataclasses import dataclass

_PRICE = "PARE takes no whole number for a price"
_IDS = "PARE gives out ids twice, so that a new object takes the place of an older one"


@dataclass(frozen=True, slots=True)
class _Defect:
    functions: frozenset[str]
    words: tuple[str, ...]
    message: str


_DEFECTS = (
    _Defect(
        frozenset({"update_apartment", "add_new_apartment", "add_item_to_product", "update_item", "add_product"}),
        ("float", "int"),
        _PRICE,
    ),
    _Defect(
        frozenset({"add_calendar_event", "add_calendar_event_by_attendee"}),
        ("start", "end"),
        "PARE lets an event without an end be over an hour from now, before a later start",
    ),
    _Defect(frozenset({"add_reminder"}), ("day", "month"), "PARE fails where a month does not have the day"),
    _Defect(
        frozenset({"add_new_contact"}),
        ("gender", "status"),
        "PARE takes gender and status in one spelling only when a contact is added",
    ),
    _Defect(frozenset({"list_saved_apartments"}), (), "PARE keeps deleted listings among the saved ones"),
    _Defect(frozenset({"get_email_by_index"}), (), "PARE counts the mails of a folder wrongly"),
    _Defect(
        frozenset({"get_note_by_id", "update_note", "delete_note", "get_contact", "edit_contact", "delete_contact"}),
        (),
        _IDS,
    ),
    _Defect(frozenset({"get_calendar_event", "edit_calendar_event", "delete_calendar_event"}), (), _IDS),
    _Defect(frozenset({"go_back"}), (), "PARE's user can never go back"),
    _Defect(frozenset({"send_message"}), ("participant",), "PARE's user can answer in groups only"),
    _Defect(frozenset({"list_upcoming_reminders"}), ("items", "attribute"), "PARE takes reminders for a list"),
)


def known_defect(function: str, exception: str) -> str:
    """The known defect that made a call fail in PARE with this text; empty if it is none of them."""
    text = exception.casefold()
    for defect in _DEFECTS:
        if function in defect.functions and (not defect.words or any(word in text for word in defect.words)):
            return defect.message
    return ""
