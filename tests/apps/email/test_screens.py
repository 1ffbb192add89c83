"""Taps in the email app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.email.app import StatefulEmailApp
from pare_runner.apps.email.screens import ComposeEmail, EmailDetail, MailboxView
from pare_runner.apps.files.app import SandboxLocalFileSystem
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import CompletedEvent, EventType

Tap = Callable[..., CompletedEvent]


def stack(mail: StatefulEmailApp) -> list[str]:
    return [type(screen).__name__ for screen in (*mail.navigation_stack, mail.current_state)]


def test_opening_by_id_and_by_index(mail: StatefulEmailApp, tap: Tap) -> None:
    assert mail.current_state == MailboxView(mail)
    tap("open_email_by_id", email_id="invitation")
    assert mail.current_state == EmailDetail(mail, "invitation")
    tap("go_back")
    tap("open_email_by_index", index=0)
    assert mail.current_state == EmailDetail(mail, "bill")
    assert [mail.get_email_by_id(email_id).is_read for email_id in ("bill", "invitation")] == [True, True]


def test_folders(mail: StatefulEmailApp, tap: Tap) -> None:
    done = tap("switch_folder", folder_name="sent")
    assert done.metadata.return_value["total_emails"] == 1
    assert mail.current_state == MailboxView(mail, "SENT")
    tap("open_email_by_index", index=0)
    assert mail.current_state == EmailDetail(mail, "booked", "SENT")
    tap("go_back")
    tap("go_back")
    assert mail.current_state == MailboxView(mail)
    assert mail.navigation_stack == []


def test_searching_between_dates(tap: Tap) -> None:
    def found(**arguments: Any) -> list[str]:
        event = tap("search_emails", query="e", **arguments)
        assert not event.failed()
        return [email["email_id"] for email in event.metadata.return_value]

    assert found() == ["bill", "invitation"]
    assert found(limit=1) == ["bill"]
    assert found(limit=None, min_date="2025-11-16 09:00:00", max_date="2025-11-16 09:00:00") == ["invitation"]
    assert found(min_date="2025-11-16 09:00:01") == ["bill"]
    assert found(max_date="2025-11-16 08:59:59") == []
    assert tap("search_emails", query="e", min_date="soon").metadata.exception_type == "ValueError"
    assert tap("search_emails", query="e", limit=-1).failed()


@pytest.mark.parametrize(("tool", "arguments"), [("delete", {}), ("move", {"destination_folder": "sent"})])
def test_a_mail_that_left_its_folder_is_left(
    mail: StatefulEmailApp, tap: Tap, tool: str, arguments: dict[str, Any]
) -> None:
    tap("open_email_by_id", email_id="bill")
    assert not tap(tool, **arguments).failed()
    assert stack(mail) == ["MailboxView"]
    assert [email.email_id for email in mail.list_emails().emails] == ["invitation"]


def test_replying_and_forwarding_stay_on_the_mail(
    mail: StatefulEmailApp, files: SandboxLocalFileSystem, tap: Tap
) -> None:
    tap("open_email_by_id", email_id="invitation")
    tap("reply", content="Gladly", attachment_paths=["/docs/menu.txt"])
    tap("forward", recipients=["tom@example.org"])
    tap("download_attachments", path_to_save="/Downloads")
    assert tap("refresh").metadata.return_value["email_id"] == "invitation"
    assert stack(mail) == ["MailboxView", "EmailDetail"]
    assert mail.list_emails("SENT").total_emails == 3
    assert files.exists("/Downloads/map.png")


def test_composing(mail: StatefulEmailApp, tap: Tap) -> None:
    assert not tap("start_compose").failed()
    tap("set_recipients", recipients=["tom@example.org"])
    tap("add_recipient", recipient="priya@example.org")
    tap("add_recipient", recipient="priya@example.org")
    tap("set_cc", cc=["max@example.org"])
    tap("set_subject", subject="Menu")
    tap("set_body", body="See there")
    shown = tap("attach_file", attachment_path="/docs/menu.txt").metadata.return_value
    assert shown == {
        "recipients": ["tom@example.org", "priya@example.org"],
        "cc": ["max@example.org"],
        "subject": "Menu",
        "body": "See there",
        "attachments": ["/docs/menu.txt"],
        "reply_to": None,
        "reply_to_folder": None,
    }
    email_id = tap("send_composed_email").metadata.return_value
    email = mail.get_email_by_id(email_id, "SENT")
    assert (email.recipients, email.cc, email.subject, email.content, email.attachments, email.parent_id) == (
        ["tom@example.org", "priya@example.org"],
        ["max@example.org"],
        "Menu",
        "See there",
        {"menu.txt": b"soup, fish"},
        None,
    )
    assert stack(mail) == ["MailboxView"]


def test_composing_an_answer(mail: StatefulEmailApp, tap: Tap) -> None:
    tap("open_email_by_id", email_id="invitation")
    begun = tap("start_compose_reply").metadata.return_value
    assert (begun["recipients"], begun["subject"]) == (["priya@example.org"], "Re: Dinner on Friday")
    assert (begun["reply_to"], begun["reply_to_folder"]) == ("invitation", "INBOX")
    tap("add_recipient", recipient="tom@example.org")
    tap("set_subject", subject="Friday")
    email = mail.get_email_by_id(tap("send_composed_email").metadata.return_value, "SENT")
    assert (email.recipients, email.subject) == (["priya@example.org", "tom@example.org"], "Friday")
    assert email.parent_id == "invitation"
    assert stack(mail) == ["MailboxView", "EmailDetail"]


def test_an_answer_left_empty_falls_back_on_what_it_answers(mail: StatefulEmailApp, tap: Tap) -> None:
    tap("open_email_by_id", email_id="invitation")
    tap("start_compose_reply")
    tap("set_recipients", recipients=[])
    tap("set_subject", subject="")
    email = mail.get_email_by_id(tap("send_composed_email").metadata.return_value, "SENT")
    assert (email.recipients, email.subject) == (["priya@example.org"], "Re: Dinner on Friday")


def test_a_draft_that_is_thrown_away_is_gone(mail: StatefulEmailApp, tap: Tap) -> None:
    before = mail.get_state()
    tap("start_compose")
    tap("set_subject", subject="Never mind")
    tap("discard_draft")
    tap("start_compose")
    assert isinstance(mail.current_state, ComposeEmail)
    assert mail.current_state.written.subject == ""
    assert mail.get_state() == before


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("set_recipients", {"recipients": ["tom@example.org", "Ann"]}),
        ("add_recipient", {"recipient": "Ann"}),
        ("set_cc", {"cc": ["Ann"]}),
        ("attach_file", {"attachment_path": "/nothing.txt"}),
        ("send_composed_email", {}),
    ],
)
def test_what_cannot_be_written_leaves_the_draft(
    mail: StatefulEmailApp, tap: Tap, tool: str, arguments: dict[str, Any]
) -> None:
    tap("start_compose")
    screen, before = repr(mail.current_state), mail.get_state()
    assert tap(tool, **arguments).metadata.exception_type == "ValueError"
    assert repr(mail.current_state) == screen
    assert mail.get_state() == before


def test_a_mail_that_is_gone_can_be_left(phone: Phone, mail: StatefulEmailApp, tap: Tap) -> None:
    tap("open_email_by_id", email_id="bill")
    phone.call(EventType.AGENT, "Emails", "delete_email", {"email_id": "bill"})
    assert tap("refresh").failed()
    assert not tap("go_back").failed()
    assert stack(mail) == ["MailboxView"]
