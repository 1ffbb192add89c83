"""Data models of the files app."""

from __future__ import annotations

import base64 as encoding
from dataclasses import dataclass, field
from typing import Literal

from pare_runner.apps.core.fields import UNSET_TIME, Timestamp, timestamp

FILE_MODE, DIRECTORY_MODE = 0o644, 0o755
READABLE, WRITABLE = 0o400, 0o200
"""The bits of a mode that count: the phone has one user."""

ON_ERROR = ("raise", "omit", "return")
"""What can be done about a file that cannot be shown."""


@dataclass(slots=True, kw_only=True)
class File:
    """A file; `mtime` is when it was last written."""

    content: bytes = b""
    mtime: Timestamp = timestamp()
    mode: int = FILE_MODE


@dataclass(slots=True, kw_only=True)
class Directory:
    """A folder: name → what is in it, in the order it came there."""

    children: dict[str, Node] = field(default_factory=dict)
    mode: int = DIRECTORY_MODE


Node = File | Directory


@dataclass(slots=True, kw_only=True)
class StoredNode:
    """A node as the state holds it; a file without contents is empty, times and permissions may be left out."""

    name: str = ""
    type: Literal["directory", "file"]
    children: list[StoredNode] | None = None
    text: str | None = None
    base64: bytes | None = None
    mtime: Timestamp = UNSET_TIME
    permissions: str | None = None


@dataclass(slots=True, kw_only=True)
class FileEntry:
    """A file as a scenario file writes it when there is more to say than its text."""

    text: str | None = None
    base64: str | None = None
    mtime: Timestamp = timestamp(alias="at")
    permissions: str | None = None

    def __post_init__(self) -> None:
        if self.text is not None and self.base64 is not None:
            raise ValueError("a file has either text or base64")
        self.content()

    def content(self) -> bytes:
        """The bytes of the file; ValueError if base64 is not valid."""
        if self.base64 is None:
            return (self.text or "").encode()
        try:
            return encoding.b64decode(self.base64, validate=True)
        except ValueError:
            raise ValueError("base64 is not valid") from None


@dataclass(slots=True, kw_only=True)
class FilesSection:
    """The YAML section: path → text or file; a path that ends in `/` with nothing after it is an empty folder."""

    files: dict[str, str | FileEntry | None] = field(default_factory=dict)
