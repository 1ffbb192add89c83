"""The email app as agents see it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pare_runner.apps.core.tools import ToolKind
from pare_runner.apps.email.app import StatefulEmailApp
from pare_runner.apps.email.models import Email, EmailFolderName
from pare_runner.apps.files.app import SandboxLocalFileSystem

READS: list[tuple[str, dict[str, Any]]] = [
    ("list_emails", {}),
    ("get_email_by_id", {"email_id": "invitation"}),
    ("get_email_by_index", {"idx": 1}),
    ("search_emails", {"query": "dinner"}),
]
FAILURES: list[tuple[str, dict[str, Any], str]] = [
    ("list_emails", {"offset": 3}, "offset"),
    ("list_emails", {"offset": -1}, "offset"),
    ("list_emails", {"limit": -1}, "limit"),
    ("list_emails", {"folder_name": "SPAM"}, "INBOX, SENT, DRAFT, TRASH"),
    ("search_emails", {"query": "x", "folder_name": "INBX"}, "did you mean 'INBOX'"),
    ("get_email_by_id", {"email_id": "booked"}, "it is in SENT"),
    ("get_email_by_id", {"email_id": "invitatio"}, "did you mean 'invitation'"),
    ("get_email_by_index", {"idx": 2}, "from 0 to 1"),
    ("send_email", {"subject": "x"}, "recipient"),
    ("send_email", {"recipients": ["tom"]}, "'tom' is not an email address"),
    ("send_email", {"recipients": ["tom@example.org"], "cc": ["ann"]}, "'ann'"),
    ("send_email", {"recipients": ["tom@example.org"], "attachment_paths": ["/docs/menu.txt", "/x"]}, "'/x'"),
    ("reply_to_email", {"email_id": "nothing"}, "no mail 'nothing'"),
    ("reply_to_email", {"email_id": "bill", "attachment_paths": ["/docs"]}, "'/docs'"),
    ("forward_email", {"email_id": "bill"}, "recipient"),
    ("forward_email", {"email_id": "bill", "recipients": ["x"]}, "'x'"),
    ("move_email", {"email_id": "bill", "dest_folder_name": "inbox"}, "already"),
    ("move_email", {"email_id": "bill", "dest_folder_name": "Archive"}, "Archive"),
    ("move_email", {"email_id": "bill", "source_folder_name": "TRASH"}, "it is in INBOX"),
    ("delete_email", {"email_id": "bill", "folder_name": "SENT"}, "it is in INBOX"),
    ("download_attachments", {"email_id": "nothing"}, "no mail"),
]


def ids(mail: StatefulEmailApp, folder: str = "INBOX") -> list[str]:
    return [email.email_id for email in mail.list_emails(folder).emails]


def sent(mail: StatefulEmailApp, email_id: str) -> Email:
    return mail.get_email_by_id(email_id, "SENT")


def test_listing_is_newest_first_in_pages(mail: StatefulEmailApp) -> None:
    page = mail.list_emails(offset=1, limit=5)
    assert [email.email_id for email in page.emails] == ["invitation"]
    assert (page.emails_range, page.total_returned_emails, page.total_emails) == ((1, 2), 1, 2)
    assert ids(mail) == ["bill", "invitation"]
    assert mail.list_emails(offset=2).emails == []


def test_folder_names_are_read_in_any_case(mail: StatefulEmailApp) -> None:
    assert ids(mail, "sent") == ids(mail, " Sent ") == ["booked"]


def test_searching(mail: StatefulEmailApp) -> None:
    def found(query: str, folder: str = "INBOX") -> list[str]:
        return [email.email_id for email in mail.search_emails(query, folder)]

    assert found("DINNER") == found("priya@") == found("for six") == ["invitation"]
    assert found("") == ["bill", "invitation"]
    assert found("priya", "SENT") == ["booked"]
    assert found("tom@example.org", "SENT") == []


def test_sending(mail: StatefulEmailApp) -> None:
    email_id = mail.send_email(["tom@example.org"], "Menu", "See there", ["priya@example.org"], ["/docs/menu.txt"])
    assert sent(mail, email_id) == Email(
        sender="ana@example.org",
        recipients=["tom@example.org"],
        subject="Menu",
        content="See there",
        email_id=email_id,
        cc=["priya@example.org"],
        attachments={"menu.txt": b"soup, fish"},
        timestamp=mail.now,
    )
    assert ids(mail, "SENT") == [email_id, "booked"]
    assert len(email_id) == 32


def test_an_answer_goes_to_whoever_else_wrote_last(mail: StatefulEmailApp) -> None:
    first = sent(mail, mail.reply_to_email("invitation", content="Gladly", attachment_paths=["/photo.jpg"]))
    assert (first.recipients, first.subject, first.content) == (["priya@example.org"], "Re: Dinner on Friday", "Gladly")
    assert (first.parent_id, first.attachments) == ("invitation", {"photo.jpg": b"\xff\xd8\xff"})
    own = sent(mail, mail.reply_to_email("booked", "SENT", "Done"))
    assert (own.recipients, own.parent_id) == (["priya@example.org"], "booked")
    lonely = mail.send_email(["tom@example.org", "ANA@example.org"], "Skiing")
    assert sent(mail, mail.reply_to_email(lonely, "SENT", "Well?")).recipients == ["tom@example.org"]


def test_threads_that_bite_their_tail_end(mail: StatefulEmailApp) -> None:
    email = sent(mail, "booked")
    email.parent_id = "booked"
    assert sent(mail, mail.reply_to_email("booked", "SENT")).recipients == ["priya@example.org"]


def test_forwarding(mail: StatefulEmailApp) -> None:
    email = sent(mail, mail.forward_email("invitation", ["tom@example.org"]))
    assert (email.subject, email.content, email.parent_id) == (
        "FWD: Dinner on Friday",
        "> Table for six?",
        "invitation",
    )
    assert (email.recipients, email.cc, list(email.attachments or {})) == (
        ["tom@example.org"],
        [],
        ["menu.txt", "map.png"],
    )


def test_moving(mail: StatefulEmailApp) -> None:
    assert mail.move_email("invitation") == "invitation"
    assert ids(mail, "DRAFT") == ["skiing", "invitation"]
    mail.move_email("invitation", "draft", "trash")
    assert ids(mail, "TRASH") == ["invitation", "advert"]


def test_deleting(mail: StatefulEmailApp) -> None:
    mail.delete_email("bill")
    assert ids(mail) == ["invitation"]
    assert ids(mail, "TRASH") == ["bill", "advert"]


def test_downloading(mail: StatefulEmailApp, files: SandboxLocalFileSystem) -> None:
    assert mail.download_attachments("invitation") == ["/Downloads/menu.txt", "/Downloads/map.png"]
    assert files.read_bytes("/Downloads/map.png") == b"\x00\xff"
    assert mail.download_attachments("bill") == []


def test_downloads_are_saved_all_or_none(mail: StatefulEmailApp, files: SandboxLocalFileSystem) -> None:
    files.mkdir("/Downloads/map.png")
    before = files.get_state()
    with pytest.raises(IsADirectoryError):
        mail.download_attachments("invitation")
    with pytest.raises(FileNotFoundError):
        mail.download_attachments("invitation", path_to_save="/nowhere")
    assert files.get_state() == before


def test_attachment_names_do_not_lead_elsewhere(mail: StatefulEmailApp) -> None:
    mail.get_email_by_id("bill").attachments = {"../../secret.txt": b"x"}
    assert mail.download_attachments("bill") == ["/Downloads/secret.txt"]


def test_without_files_there_is_nothing_to_attach() -> None:
    mail = StatefulEmailApp()
    with pytest.raises(ValueError, match="no file system"):
        mail.send_email(["a@b"], attachment_paths=["/x"])


@pytest.mark.parametrize(("tool", "arguments"), READS)
def test_reading_changes_nothing(mail: StatefulEmailApp, tool: str, arguments: dict[str, Any]) -> None:
    before = mail.get_state()
    assert getattr(mail, tool)(**arguments) == getattr(mail, tool)(**arguments)
    assert mail.get_state() == before


@pytest.mark.parametrize(("tool", "arguments", "says"), FAILURES)
def test_a_call_that_fails_changes_nothing(
    mail: StatefulEmailApp, tool: str, arguments: dict[str, Any], says: str
) -> None:
    before = mail.get_state()
    with pytest.raises(ValueError, match=says):
        getattr(mail, tool)(**arguments)
    assert mail.get_state() == before


def test_the_state_survives(mail: StatefulEmailApp) -> None:
    state = json.loads(json.dumps(mail.get_state()))
    other = StatefulEmailApp()
    other.send_email(["a@b"], "Gone when the state is loaded")
    other.load_state(state)
    assert other.get_state() == state
    assert other.get_email_by_id("invitation") == mail.get_email_by_id("invitation")
    assert list(state) == ["user_email", "view_limit", "folders"]
    assert list(state["folders"]["INBOX"]["emails"][0]) == [
        "sender",
        "recipients",
        "subject",
        "content",
        "email_id",
        "parent_id",
        "cc",
        "attachments",
        "timestamp",
        "is_read",
    ]


def test_loading_keeps_the_order_and_the_folders_that_are_not_listed(mail: StatefulEmailApp) -> None:
    old = {"sender": "a@b", "recipients": [], "email_id": "old", "attachments": None, "timestamp": 1.0}
    new = old | {"email_id": "new", "timestamp": 2.0}
    mail.load_state({"folders": {"INBOX": {"folder_name": "INBOX", "emails": [old, new]}}})
    assert ids(mail) == ["old", "new"]
    assert ids(mail, "SENT") == ["booked"]
    assert mail.user_email == "ana@example.org"
    assert list(mail.folders) == list(EmailFolderName)
    with pytest.raises(ValueError, match=r"folders\.SPAM"):
        mail.load_state({"folders": {"SPAM": {"folder_name": "SPAM", "emails": []}}})
    assert mail.download_attachments("old") == []
    assert sent(mail, mail.forward_email("old", ["c@d"])).attachments == {}


def test_argument_values_make_calls_that_succeed(mail: StatefulEmailApp) -> None:
    before = mail.get_state()
    for spec in mail.tools(ToolKind.AGENT).values():
        choices = {argument.name: mail.argument_values(spec, argument.name) for argument in spec.arguments}
        for number in range(6):
            mail.load_state(before)
            given = {argument: values[number % len(values)] for argument, values in choices.items() if values}
            if spec.name == "search_emails":
                given["query"] = "x"
            spec.function(mail, **spec.bind(given))
