"""Mail as scenario files write it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.core.app import section_shape
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.email.app import StatefulEmailApp
from pare_runner.apps.email.models import Email

START = 1763456400.0
Fill = Callable[[dict[str, Any]], StatefulEmailApp]


def test_what_is_left_out(fill: Fill) -> None:
    mail = fill({"emails": [{"sender": "a@b"}, {"folder": "SENT", "recipients": ["c@d"]}, {"folder": "DRAFT"}]})
    assert mail.user_email == "john@pare.com"
    (inbox,), (sent,), (draft,) = (mail.list_emails(folder).emails for folder in ("INBOX", "SENT", "DRAFT"))
    assert inbox == Email(sender="a@b", recipients=["john@pare.com"], email_id=inbox.email_id, timestamp=START)
    assert (sent.sender, sent.recipients) == ("john@pare.com", ["c@d"])
    assert (draft.sender, draft.recipients) == ("john@pare.com", [])
    assert len({inbox.email_id, sent.email_id, draft.email_id}) == 3


def test_me_stands_for_the_owner(fill: Fill) -> None:
    mail = fill(
        {
            "user_email": "ana@example.org",
            "emails": [
                {"id": "a", "sender": "a@b", "recipients": ["c@d"], "cc": ["me"]},
                {"id": "b", "sender": "me", "recipients": ["c@d"], "folder": "TRASH"},
            ],
        }
    )
    assert mail.get_email_by_id("a").cc == ["ana@example.org"]
    assert mail.get_email_by_id("b", "TRASH").sender == "ana@example.org"


def test_documented_names_are_accepted(fill: Fill) -> None:
    entries = [
        {"email_id": "reply", "sender": "a@b", "parent_id": "start", "folder_name": "INBOX", "timestamp": START - 60},
        {"id": "start", "sender": "me", "folder": "SENT", "recipients": ["a@b"], "at": "-1h", "is_read": True},
    ]
    mail = fill({"emails": entries, "view_limit": 7})
    assert mail.get_email_by_id("reply").parent_id == "start"
    assert mail.get_email_by_id("reply").timestamp == START - 60
    assert mail.get_email_by_id("start", "SENT").is_read
    assert mail.view_limit == 7


def test_folders_are_sorted_by_time(fill: Fill) -> None:
    times = {"a": "-2d", "b": "-1h", "c": "-1d", "d": "-1h"}
    mail = fill({"emails": [{"id": name, "sender": "a@b", "at": at} for name, at in times.items()]})
    assert [email.email_id for email in mail.list_emails().emails] == ["b", "d", "c", "a"]


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([{"id": "x", "sender": "a@b"}, {"id": "x", "sender": "a@b", "folder": "TRASH"}], "two mails with the id 'x'"),
        ([{"subject": "Hello"}], "'Hello' needs a sender"),
        ([{"sender": "Ann"}], "'Ann' is not an email address"),
        ([{"sender": "a@b", "recipients": ["c"]}], "'c' is not an email address"),
        ([{"id": "dinner", "sender": "a@b"}, {"sender": "a@b", "in_reply_to": "diner"}], "did you mean 'dinner'"),
        ([{"sender": "a@b", "attachments": ["/nothing.txt"]}], "'/nothing.txt'"),
    ],
)
def test_what_does_not_fit_together_is_named(fill: Fill, entries: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fill({"emails": entries})


def test_an_unknown_folder_is_reported_with_the_nearest() -> None:
    shape = section_shape(StatefulEmailApp)
    assert shape is not None
    conversion = Conversion()
    shape.convert({"emails": [{"sender": "a@b", "folder": "INBX"}]}, conversion)
    ((path, _, hint),) = conversion.problems
    assert path == ("emails", 0, "folder")
    assert hint == "did you mean 'INBOX'?"
