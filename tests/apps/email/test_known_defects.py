"""Known defects of PARE that concern mail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.tools import READ, WRITE, specs_of
from pare_runner.apps.email.app import StatefulEmailApp
from pare_runner.apps.email.models import Email
from pare_runner.apps.email.screens import ComposeEmail, EmailDetail, MailboxView
from pare_runner.apps.phone import Phone
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.kernel.ids import IdSource

Tap = Callable[..., CompletedEvent]


def test_kd_3_ids_are_never_given_twice(mail: StatefulEmailApp) -> None:
    mail.services.begin("initial")
    ids = [mail.send_email(["a@b"]), mail.send_email_to_user_only("a@b")]
    mail.services.begin("initial")
    ids += [mail.send_email(["a@b"]), mail.create_and_add_email("a@b", folder_name="TRASH")]
    assert len(set(ids)) == 4
    with pytest.raises(ValueError, match="already a mail with the id"):
        mail.send_email_to_user_with_id(ids[0], "a@b")


def test_kd_14_a_tap_that_fails_leaves_the_user_where_he_is(mail: StatefulEmailApp, tap: Tap) -> None:
    before = mail.get_state()
    for tool, arguments in (
        ("open_email_by_id", {"email_id": "booked"}),
        ("open_email_by_index", {"index": 2}),
        ("switch_folder", {"folder_name": "SPAM"}),
    ):
        assert tap(tool, **arguments).metadata.exception_type == "ValueError"
        assert mail.current_state == MailboxView(mail)
        assert mail.navigation_stack == []
    assert mail.get_state() == before
    tap("open_email_by_id", email_id="bill")
    for tool, arguments in (("move", {"destination_folder": "inbox"}), ("move", {"destination_folder": "x"})):
        assert tap(tool, **arguments).failed()
        assert mail.current_state == EmailDetail(mail, "bill")


def test_kd_18_a_tap_is_one_user_event_and_tells_nobody_of_new_mail(
    phone: Phone, mail: StatefulEmailApp, tap: Tap
) -> None:
    start = len(phone.log)
    tap("search_emails", query="x")
    tap("open_email_by_id", email_id="invitation")
    tap("refresh")
    tap("start_compose_reply")
    tap("save_draft")
    events = list(phone.log)[start:]
    assert [event.event_type for event in events] == [EventType.USER] * 5
    assert phone.notifications.user == []


def test_kd_19_composing_is_writing() -> None:
    tools = specs_of(ComposeEmail)
    assert {name for name, spec in tools.items() if spec.operation is READ} == set()
    assert specs_of(EmailDetail)["download_attachments"].operation is WRITE


def test_kd_27_pages_say_how_many_they_hold(mail: StatefulEmailApp) -> None:
    assert mail.list_emails().total_returned_emails == 2
    assert mail.list_emails(offset=2).total_returned_emails == 0


@pytest.mark.parametrize("idx", [-1, 2, 3])
def test_kd_27_an_index_outside_the_folder_is_a_value_error(mail: StatefulEmailApp, idx: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        mail.get_email_by_index(idx)
    with pytest.raises(ValueError, match="empty"):
        StatefulEmailApp().get_email_by_index(0)


def test_kd_27_an_unknown_folder_is_a_value_error(mail: StatefulEmailApp) -> None:
    with pytest.raises(ValueError, match="INBOX, SENT, DRAFT, TRASH"):
        mail.list_emails("Archive")


def test_kd_27_a_saved_draft_is_complete(mail: StatefulEmailApp, tap: Tap) -> None:
    tap("open_email_by_id", email_id="invitation")
    tap("start_compose_reply")
    tap("set_cc", cc=["tom@example.org"])
    tap("set_body", body="Unfinished")
    tap("attach_file", attachment_path="/docs/menu.txt")
    email_id = tap("save_draft").metadata.return_value
    assert mail.get_email_by_id(email_id, "DRAFT") == Email(
        sender="ana@example.org",
        recipients=["priya@example.org"],
        subject="Re: Dinner on Friday",
        content="Unfinished",
        email_id=email_id,
        parent_id="invitation",
        cc=["tom@example.org"],
        attachments={"menu.txt": b"soup, fish"},
        timestamp=mail.now,
    )
    assert mail.current_state == EmailDetail(mail, "invitation")
    tap("go_back")
    tap("start_compose")
    assert not tap("save_draft").failed()


def test_kd_27_prefixes_do_not_repeat(mail: StatefulEmailApp) -> None:
    for subject, reply, forward in (
        ("Tea", "Re: Tea", "FWD: Tea"),
        ("RE: Tea", "RE: Tea", "FWD: RE: Tea"),
        ("Fwd: Tea", "Re: Fwd: Tea", "Fwd: Tea"),
        ("Regards", "Re: Regards", "FWD: Regards"),
    ):
        email_id = mail.send_email_to_user_only("a@b", subject)
        assert mail.get_email_by_id(mail.reply_to_email(email_id), "SENT").subject == reply
        assert mail.get_email_by_id(mail.forward_email(email_id, ["c@d"]), "SENT").subject == forward


def test_kd_27_a_forwarded_mail_has_attachments_of_its_own(mail: StatefulEmailApp) -> None:
    forwarded = mail.get_email_by_id(mail.forward_email("invitation", ["c@d"]), "SENT")
    assert forwarded.attachments is not None
    forwarded.attachments.clear()
    assert mail.get_email_by_id("invitation").attachments


def test_kd_27_deleting_in_trash_deletes(mail: StatefulEmailApp) -> None:
    assert mail.delete_email("advert", "TRASH") == "advert"
    assert mail.list_emails("TRASH").emails == []


def test_kd_27_only_the_user_marks_a_mail_as_read(phone: Phone, mail: StatefulEmailApp, tap: Tap) -> None:
    for tool, arguments in (("get_email_by_id", {"email_id": "bill"}), ("get_email_by_index", {"idx": 0})):
        phone.call(EventType.AGENT, "Emails", tool, arguments)
    mail.reply_to_email("bill")
    mail.forward_email("bill", ["a@b"])
    assert not mail.get_email_by_id("bill").is_read
    assert specs_of(MailboxView)["open_email_by_id"].operation is WRITE
    tap("open_email_by_id", email_id="bill")
    assert mail.get_email_by_id("bill").is_read


def test_kd_31_times_are_the_clocks() -> None:
    with building(Services(Clock(1000.0), IdSource("test"))) as services:
        mail = StatefulEmailApp()
        ids = [
            mail.send_email_to_user(Email(sender="a@b")),
            mail.create_and_add_email_with_time("a@b"),
            mail.add_email(Email(sender="a@b", timestamp=5.0)),
        ]
        services.clock.advance_to(2000.0)
        ids.append(mail.send_email_to_user_only("a@b"))
    times = {email.email_id: email.timestamp for email in mail.list_emails().emails}
    assert [times[email_id] for email_id in ids] == [1000.0, 1000.0, 5.0, 2000.0]


def test_kd_35_showing_a_mail_again_neither_marks_nor_logs(phone: Phone, mail: StatefulEmailApp, tap: Tap) -> None:
    tap("open_email_by_id", email_id="bill")
    mail.get_email_by_id("bill").is_read = False
    length = len(phone.log)
    tap("start_compose_reply")
    tap("discard_draft")
    tap("refresh")
    assert len(phone.log) == length + 3
    assert not mail.get_email_by_id("bill").is_read
