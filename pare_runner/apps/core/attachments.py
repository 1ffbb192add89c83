"""Attachments as scenario files write them: the path of a file on the phone, or a name with its content."""

from __future__ import annotations

import base64 as encoding
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from pare_runner.apps.core.services import FileStore


@dataclass(slots=True, kw_only=True)
class NewAttachment:
    """An attachment with its content, as `text` or `base64`; ValueError unless exactly one is given."""

    name: str
    text: str | None = None
    base64: str | None = None

    def __post_init__(self) -> None:
        if (self.text is None) == (self.base64 is None):
            raise ValueError(f"attachment {self.name!r} needs either text or base64")
        if self.base64 is not None:
            try:
                encoding.b64decode(self.base64, validate=True)
            except ValueError:
                raise ValueError(f"attachment {self.name!r}: base64 is not valid") from None

    def content(self) -> bytes:
        """The bytes of the attachment."""
        return self.text.encode() if self.text is not None else encoding.b64decode(self.base64 or "")


AttachmentEntry = str | NewAttachment


def read_attachments(entries: Sequence[AttachmentEntry], files: FileStore | None) -> dict[str, bytes]:
    """Name → content; ValueError naming the path that does not exist on the phone or has no file system to exist on."""
    found: dict[str, bytes] = {}
    for entry in entries:
        if isinstance(entry, NewAttachment):
            found[entry.name] = entry.content()
            continue
        if files is None:
            raise ValueError(f"attachment {entry!r}: there is no file system on this phone")
        try:
            found[posixpath.basename(entry)] = files.read_bytes(entry)
        except OSError:
            raise ValueError(f"attachment {entry!r}: no such file on the phone") from None
    return found
