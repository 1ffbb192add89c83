"""Argument values that exist in the mailbox, chosen so that those of one call fit together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pare_runner.apps.core.tools import ToolSpec
from pare_runner.apps.email.mailbox import Mailbox
from pare_runner.apps.email.models import Email, EmailFolder, EmailFolderName


def suggested_values(mailbox: Mailbox, tool: ToolSpec, argument: str) -> list[Any]:
    """Values of an argument; an id and the folder it is looked up in come from the same folder."""
    folder = _folder_for(mailbox, tool)
    match argument:
        case "email_id":
            return [] if tool.name == "send_email_to_user_with_id" else [email.email_id for email in folder.emails]
        case "idx" | "index":
            return list(range(len(folder.emails)))
        case "source_folder_name":
            return [folder.folder_name.value]
        case "folder_name":
            bound = "email_id" in tool.by_name or "idx" in tool.by_name
            return [folder.folder_name.value] if bound else [name.value for name in EmailFolderName]
        case "dest_folder_name" | "destination_folder":
            return [name.value for name in EmailFolderName if name is not folder.folder_name]
        case "sender" if tool.name == "reply_to_email_from_user":
            return list(dict.fromkeys(recipient for email in folder.emails for recipient in email.recipients))
        case "sender" | "recipient":
            return _addresses(mailbox)
        case "recipients" | "cc":
            return [[address] for address in _addresses(mailbox)]
        case "attachment_paths":
            return [[]]
        case "path_to_save":
            return ["/"]
        case "min_date" | "max_date" | "email_time":
            return [None]
    return []


def _folder_for(mailbox: Mailbox, tool: ToolSpec) -> EmailFolder:
    """The folder to take mails from: the first that has one of use to the tool."""
    folders = list(mailbox.folders.values())
    if tool.name == "reply_to_email_from_user":
        return mailbox.folders[EmailFolderName.SENT]
    wanted: list[Callable[[Email], bool]] = [lambda email: True]
    if tool.name == "download_attachments":
        wanted.insert(0, lambda email: bool(email.attachments))
    for useful in wanted:
        for folder in folders:
            if any(useful(email) for email in folder.emails):
                return folder
    return folders[0]


def _addresses(mailbox: Mailbox) -> list[str]:
    """Addresses of the others in all mails, in the order of the folders; the owner's if there are none."""
    emails = [email for folder in mailbox.folders.values() for email in folder.emails]
    found = dict.fromkeys(address for email in emails for address in (email.sender, *email.recipients, *email.cc))
    found.pop(mailbox.user_email, None)
    return [address for address in found if "@" in address] or [mailbox.user_email]
