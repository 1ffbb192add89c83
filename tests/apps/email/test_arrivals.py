"""Mail that comes from outside, and what it tells whom."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.apps.email.app import StatefulEmailApp
from pare_runner.apps.email.models import Email, EmailFolderName
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import EventType

FAILURES: list[tuple[str, dict[str, Any], str]] = [
    ("send_email_to_user_with_id", {"email_id": "", "sender": "a@b"}, "id is empty"),
    ("send_email_to_user_with_id", {"email_id": "booked", "sender": "a@b"}, "id 'booked'"),
    ("send_email_to_user_with_id", {"email_id": "new", "sender": "Ann"}, "'Ann'"),
    ("send_email_to_user_with_id", {"email_id": "new", "sender": "a@b", "attachment_paths": ["/x"]}, "'/x'"),
    ("send_email_to_user_only", {"sender": "Ann"}, "'Ann'"),
    ("create_and_add_email", {"sender": "a@b", "recipients": ["Ann"]}, "'Ann'"),
    ("create_and_add_email", {"sender": "a@b", "folder_name": "SPAM"}, "'SPAM'"),
    ("create_and_add_email_with_time", {"sender": "a@b", "email_time": "yesterday"}, "'yesterday'"),
    ("reply_to_email_from_user", {"sender": "shop@example.com", "email_id": "booked"}, "did not receive"),
    ("reply_to_email_from_user", {"sender": "priya@example.org", "email_id": "invitation"}, "it is in INBOX"),
    ("add_email", {"email": Email(sender="a@b", email_id="bill")}, "id 'bill'"),
    ("send_email_to_user", {"email": Email(sender="Ann")}, "'Ann'"),
]


def newest(mail: StatefulEmailApp) -> Email:
    return mail.get_email_by_index(0)


def test_arriving_mail_is_unread_and_for_the_user(mail: StatefulEmailApp) -> None:
    mail.send_email_to_user_only("priya@example.org", "Late", "by ten")
    assert newest(mail).recipients == ["ana@example.org"]
    assert (newest(mail).is_read, newest(mail).timestamp) == (False, mail.now)


def test_a_given_id_and_attachments(mail: StatefulEmailApp) -> None:
    assert mail.send_email_to_user_with_id("e-1", "a@b", "Menu", "here", ["/docs/menu.txt"]) == "e-1"
    assert mail.get_email_by_id("e-1").attachments == {"menu.txt": b"soup, fish"}


def test_an_answer_to_the_user(mail: StatefulEmailApp) -> None:
    email_id = mail.reply_to_email_from_user("Priya@Example.org", "booked", "Perfect", ["/photo.jpg"])
    email = mail.get_email_by_id(email_id)
    assert (email.subject, email.parent_id, email.recipients) == (
        "Re: Dinner on Friday",
        "booked",
        ["ana@example.org"],
    )
    assert list(email.attachments or {}) == ["photo.jpg"]


def test_mail_in_any_folder(mail: StatefulEmailApp) -> None:
    first = mail.create_and_add_email("a@b", ["c@d"], "x", "y", "trash")
    second = mail.create_and_add_email_with_time("a@b", ["c@d"], "x", "y", "2025-11-01 10:00:00", "SENT")
    assert mail.get_email_by_id(first, "TRASH").is_read is False
    old = mail.get_email_by_id(second, "SENT")
    assert (old.is_read, old.timestamp, old.recipients) == (True, 1761991200.0, ["c@d"])
    assert mail.list_emails("SENT").emails[-1] is old


def test_complete_mails(mail: StatefulEmailApp) -> None:
    email = Email(sender="a@b", subject="x", cc=["c@d"])
    first, second = mail.send_email_to_user(email), mail.add_email(email, EmailFolderName.TRASH)
    assert first != second
    assert email == Email(sender="a@b", subject="x", cc=["c@d"])
    assert mail.get_email_by_id(first).recipients == ["ana@example.org"]
    mail.get_email_by_id(first).cc.append("e@f")
    assert mail.get_email_by_id(second, "TRASH").cc == ["c@d"]


@pytest.mark.parametrize(("tool", "arguments", "says"), FAILURES)
def test_what_cannot_arrive_changes_nothing(
    mail: StatefulEmailApp, tool: str, arguments: dict[str, Any], says: str
) -> None:
    before = mail.get_state()
    with pytest.raises(ValueError, match=says):
        getattr(mail, tool)(**arguments)
    assert mail.get_state() == before


@pytest.mark.parametrize(
    ("tool", "arguments", "for_user", "for_agent"),
    [
        (
            "send_email_to_user_only",
            {"sender": "a@b", "subject": "Late", "content": "We shall be there by ten"},
            "Emails: new email (sender: a@b; subject: Late; content: We shall be there by...)",
            "Emails: new email (sender: a@b; subject: Late; content: We shall be there by ten)",
        ),
        (
            "send_email_to_user_with_id",
            {"email_id": "e", "sender": "a@b", "subject": "Late", "content": "by ten"},
            "Emails: new email (sender: a@b; subject: Late; content: by ten)",
            "Emails: new email (sender: a@b; subject: Late; content: by ten)",
        ),
        (
            "reply_to_email_from_user",
            {"sender": "priya@example.org", "email_id": "booked", "content": "Fine"},
            "Emails: answer to your email (sender: priya@example.org; content: Fine)",
            "Emails: answer to your email (sender: priya@example.org; email id: booked; content: Fine)",
        ),
        (
            "create_and_add_email",
            {"sender": "a@b", "recipients": ["c@d", "e@f"], "subject": "Late", "content": "by ten"},
            "Emails: new email (sender: a@b; subject: Late; content: by ten)",
            "Emails: new email (sender: a@b; recipients: c@d, e@f; subject: Late; content: by ten)",
        ),
        ("add_email", {"email": {"sender": "a@b"}}, None, None),
    ],
)
def test_notifications(
    phone: Phone, tool: str, arguments: dict[str, Any], for_user: str | None, for_agent: str | None
) -> None:
    assert not phone.call(EventType.ENV, "Emails", tool, arguments).failed()
    assert [item.message for item in phone.notifications.user] == ([for_user] if for_user else [])
    assert [item.message for item in phone.notifications.agent] == ([for_agent] if for_agent else [])


def test_agents_cannot_make_mail_arrive(phone: Phone) -> None:
    assert phone.call(EventType.AGENT, "Emails", "send_email_to_user_only", {"sender": "a@b"}).failed()
