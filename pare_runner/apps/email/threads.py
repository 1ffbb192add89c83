"""How a mail answers another or passes it on."""

from __future__ import annotations

from collections.abc import Callable

from pare_runner.apps.email.models import Email

REPLY, FORWARD = "Re: ", "FWD: "


def reply_subject(subject: str) -> str:
    """`Re: ` before a subject that does not have it."""
    return subject if subject.lstrip().casefold().startswith("re:") else REPLY + subject


def forward_subject(subject: str) -> str:
    """`FWD: ` before a subject that does not have it."""
    return subject if subject.lstrip().casefold().startswith(("fwd:", "fw:")) else FORWARD + subject


def reply_recipients(email: Email, me: str, find: Callable[[str], Email | None]) -> list[str]:
    """Who an answer of `me` goes to: the sender of the thread's last mail that I did not write.

    In a thread that holds nothing but my own mails, the recipients of the one I answer.
    """
    seen: set[str] = set()
    current: Email | None = email
    while current is not None and current.email_id not in seen:
        if not same_address(current.sender, me):
            return [current.sender]
        seen.add(current.email_id)
        current = find(current.parent_id) if current.parent_id else None
    return [recipient for recipient in email.recipients if not same_address(recipient, me)]


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are equal but for case."""
    return one.casefold() == other.casefold()
