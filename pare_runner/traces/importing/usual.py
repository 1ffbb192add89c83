"""States of other programs without what differs only because of how they were made.

PARE's exports hold some values that come from the machine or from a known defect: the clock of the machine beyond the
microsecond, the time a conversation object was made, quotations that are copies of booked rides, dates of orders as
bare numbers. Two states that are equal after `usual_state` mean the same phone.
"""

from __future__ import annotations

from typing import Any

from pare_runner.apps.core.dates import read_time, to_datetime
from pare_runner.apps.messaging.store import GROUP_SIZE

_TIMES_SINCE = 1e8
"""Numbers from here on are times; prices and counts are smaller."""


def usual_state(class_name: str, state: dict[str, Any]) -> dict[str, Any]:
    """`state` in the form to compare; it is not changed."""
    usual: dict[str, Any] = _rounded(state)
    if class_name == "StatefulMessagingApp":
        for conversation in usual["conversations"].values():
            del conversation["last_updated"]  # the time the object was made
            if _lacks_owner(state, conversation):
                conversation["participant_ids"].append(state["current_user_id"])
    elif class_name == "StatefulCabApp":
        for ride in usual["ride_history"]:
            if not ride["delay_history"]:
                ride["delay_history"] = [{"delay": ride["delay"], "time_stamp": ride["time_stamp"]}]
        booked = [_quotation(ride) for ride in usual["ride_history"]]
        usual["quotation_history"] = [
            quote for quote in map(_quotation, usual["quotation_history"]) if quote not in booked
        ]
    elif class_name == "StatefulShoppingApp":
        for order in usual["orders"].values():
            order["order_date"] = _moment(order["order_date"])
    elif class_name == "StatefulNotesApp":
        for folder in usual["folders"].values():
            for note in folder["notes"].values():
                note["title"] = note["title"] or note["content"][:50]
    elif class_name == "StatefulEmailApp":
        for folder in usual["folders"].values():
            for email in folder["emails"]:
                email["attachments"] = email["attachments"] or {}
    elif class_name == "StatefulApartmentApp":
        for apartment in usual["apartments"].values():
            texts = ("furnished_status", "floor_level", "pet_policy", "lease_term")
            apartment.update({name: apartment[name] or "" for name in texts})
            apartment["amenities"] = apartment["amenities"] or []
    return usual


def put_right(class_name: str, state: dict[str, Any]) -> list[str]:
    """What a section changes of a state that equals its own in the usual form only, where anybody can see it."""
    if class_name != "StatefulMessagingApp":
        return []
    conversations = [item for item in state["conversations"].values() if _lacks_owner(state, item)]
    return [f"the owner of the phone takes part in the conversation {item['title']!r}" for item in conversations]


def _lacks_owner(state: dict[str, Any], conversation: dict[str, Any]) -> bool:
    """Whether a group, which is one without the owner too, does not list the owner."""
    people = conversation["participant_ids"]
    return state["current_user_id"] not in people and len(people) >= GROUP_SIZE


def _quotation(ride: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in ride.items() if key not in ("status", "delay_history")}


def _moment(date: Any) -> Any:
    if isinstance(date, str):
        try:
            return read_time(date)
        except ValueError:
            return date
    return date


def _rounded(value: Any) -> Any:
    """A copy with times as their text, which keeps microseconds."""
    if isinstance(value, float) and value >= _TIMES_SINCE:
        try:
            return to_datetime(value).timestamp()
        except ValueError:
            return value
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
