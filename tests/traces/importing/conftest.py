"""Hf documents as another program writes them: reprs, nulls, ids of a machine, no word on who writes."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest

from pare_runner.apps.core.dates import from_text
from pare_runner.traces.documents import parse_hf
from pare_runner.traces.hf_models import HfDocument
from pare_runner.traces.importing.scenario import ImportedScenario, import_document

START = from_text("2025-11-18 09:00:00")
OWNER, TOVE, IVO = "a" * 32, "b" * 32, "c" * 32
TALK, NOTE, RIDE = "d" * 32, "e" * 32, "f" * 32

STATES: dict[str, Any] = {
    "PAREAgentUserInterface": {"messages": []},
    "System": None,
    "Messages": {
        "conversations": {
            TALK: {
                "participant_ids": [TOVE, OWNER],
                "messages": [
                    {"sender_id": TOVE, "message_id": "1" * 32, "timestamp": START - 60, "content": "Bus at nine?"}
                ],
                "title": "Tove Lind",
                "conversation_id": TALK,
                "last_updated": START + 1e7,
            }
        },
        "messages_view_limit": 10,
        "conversation_view_limit": 5,
        "mode": "NAME",
        "name_to_id": {"John Doe": OWNER, "Tove Lind": TOVE, "Ivo Bek": IVO},
        "id_to_name": {OWNER: "John Doe", TOVE: "Tove Lind", IVO: "Ivo Bek"},
        "current_user_id": OWNER,
        "current_user_name": "John Doe",
    },
    "Notes": {
        "view_limit": 5,
        "folders": {
            "Inbox": {"folder_name": "Inbox", "notes": {}},
            "Personal": {"folder_name": "Personal", "notes": {}},
            "Work": {
                "folder_name": "Work",
                "notes": {
                    NOTE: {
                        "note_id": NOTE,
                        "title": "Packing",
                        "content": "socks {{ two }}",
                        "pinned": False,
                        "attachments": {},
                        "created_at": START - 3600,
                        "updated_at": START - 60,
                    }
                },
            },
        },
    },
    "Cab": {
        "ride_history": [
            {
                "ride_id": RIDE,
                "status": "BOOKED",
                "service_type": "Default",
                "start_location": "Pier 3",
                "end_location": "Museum",
                "price": 9.4,
                "duration": 14.1,
                "time_stamp": START - 600,
                "distance_km": 9.4,
                "delay": 8,
                "delay_history": [{"delay": 8, "time_stamp": START - 600}],
            }
        ],
        "quotation_history": [],
        "d_service_config": {
            "Default": {"nb_seats": 4, "price_per_km": 1.0, "base_delay_min": 5, "max_distance_km": 25},
            "Premium": {"nb_seats": 4, "price_per_km": 2.0, "base_delay_min": 3, "max_distance_km": 25},
            "Van": {"nb_seats": 6, "price_per_km": 1.5, "base_delay_min": 7, "max_distance_km": 25},
        },
    },
    "Reminders": None,
}
CLASSES = {
    "PAREAgentUserInterface": "PAREAgentUserInterface",
    "System": "HomeScreenSystemApp",
    "Messages": "StatefulMessagingApp",
    "Notes": "StatefulNotesApp",
    "Cab": "StatefulCabApp",
    "Reminders": "StatefulReminderApp",
    "Files": "SandboxLocalFileSystem",
}


def machine_id(app: str, function: str, number: int) -> str:
    """An id like those that PARE makes."""
    return f"ENV-{app}.{function}-{number:08x}-0000-4000-8000-000000000000"


class Foreign:
    """A document in the making; `event` adds to its flow, `ran` to what happened in its run."""

    def __init__(self, *apps: str) -> None:
        self.data: dict[str, Any] = {
            "world_logs": [],
            "apps": [self.app(name) for name in ("PAREAgentUserInterface", "System", *apps)],
            "events": [],
            "completed_events": [],
            "version": "are_simulation_v1",
            "context": None,
            "augmentation": None,
            "metadata": {
                "definition": {"scenario_id": "foreign", "seed": 0, "duration": None, "start_time": START, "hints": []},
                "simulation": {"agent_id": None, "model_id": None},
                "runner_config": None,
            },
        }

    @staticmethod
    def app(name: str, state: Any = ...) -> dict[str, Any]:
        """An entry of `apps`."""
        given = copy.deepcopy(STATES[name]) if state is ... else state
        return {"name": name, "class_name": CLASSES[name], "app_state": given}

    def state(self, name: str) -> Any:
        """The state of an app, to be changed."""
        return next(app["app_state"] for app in self.data["apps"] if app["name"] == name)

    def event(
        self,
        call: str,
        args: dict[str, Any] | None = None,
        *after: str,
        delay: float | None = 1.0,
        at: float | None = None,
        oracle: bool = True,
        event_type: str = "",
    ) -> str:
        """Add a call and return its id; arguments are values, written as their repr if the call is the oracle's."""
        app, function = call.split(".")
        event_id = machine_id(app, function, len(self.data["events"]))
        written = [self.argument(name, value, oracle=oracle) for name, value in (args or {}).items()]
        self.data["events"].append(
            {
                "class_name": "OracleEvent" if oracle else "Event",
                "event_type": event_type or ("AGENT" if oracle else "ENV"),
                "event_time": at,
                "event_id": event_id,
                "dependencies": list(after),
                "event_relative_time": None if at is not None else delay,
                "action": {
                    "action_id": "" if oracle else f"x-{event_id}",
                    "app": app,
                    "function": function,
                    "operation_type": None if oracle else "WRITE",
                    "args": written,
                },
            }
        )
        return event_id

    def condition(self, name: str, *after: str, delay: float = 0.0) -> str:
        """Add a condition and return its id."""
        event_id = f"ConditionCheckEvent-CONDITION-{len(self.data['events']):08x}-0000-4000-8000-000000000000-CHECK_0"
        self.data["events"].append(
            {
                "class_name": "ConditionCheckEvent",
                "event_type": "CONDITION",
                "event_time": None,
                "event_id": event_id,
                "dependencies": list(after),
                "event_relative_time": delay,
                "action": {"action_id": "x", "app": None, "function": name, "operation_type": None, "args": []},
            }
        )
        return event_id

    def ran(self, event_id: str, after: float, returned: Any = None, exception: str | None = None) -> None:
        """Say that an event of the flow ran `after` seconds, and what came of it."""
        event = next(event for event in self.data["events"] if event["event_id"] == event_id)
        self.completed(event, START + after, returned, exception)

    def called(self, call: str, args: dict[str, Any], after: float, returned: str) -> None:
        """Say that a call that is not in the flow was made, and what it returned, as text."""
        app, function = call.split(".")
        event_id = machine_id(app, function, 1000 + len(self.data["completed_events"]))
        action = {
            "action_id": event_id,
            "app": app,
            "function": function,
            "operation_type": "READ",
            "args": [self.argument(name, value, oracle=False) for name, value in args.items()],
        }
        event = {"event_type": "AGENT", "event_id": event_id, "dependencies": [], "action": action}
        self.completed({**event, "event_relative_time": None}, START + after, returned, None)
        self.data["completed_events"][-1]["metadata"].update(return_value=returned, return_value_type="list")

    def completed(self, event: dict[str, Any], time: float, returned: Any, exception: str | None) -> None:
        """Add an entry of `completed_events`."""
        self.data["completed_events"].append(
            {
                **event,
                "class_name": "CompletedEvent",
                "event_time": time,
                "metadata": {
                    "return_value": str(returned) if returned else None,
                    "return_value_type": type(returned).__name__ if returned else None,
                    "exception": exception,
                    "exception_stack_trace": None,
                },
            }
        )

    @staticmethod
    def argument(name: str, value: Any, *, oracle: bool) -> dict[str, Any]:
        """An argument as PARE writes it."""
        if value is None and not oracle:
            return {"name": name, "value": None, "value_type": None}
        text = orjson.dumps(value).decode() if isinstance(value, list | dict) and not oracle else str(value)
        return {"name": name, "value": text, "value_type": type(value).__name__}

    def document(self) -> HfDocument:
        """What is read from the file."""
        return parse_hf(orjson.dumps(self.data), "foreign.json")

    def imported(self) -> ImportedScenario:
        """The scenario made of it."""
        return import_document(self.document())


@pytest.fixture
def foreign() -> Foreign:
    """A document with messages and notes."""
    return Foreign("Messages", "Notes")
