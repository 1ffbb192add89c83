"""Files as scenario files write them."""

from __future__ import annotations

from pare_runner.apps.core.fields import UNSET_TIME
from pare_runner.apps.files.models import FileEntry, FilesSection
from pare_runner.apps.files.paths import resolve
from pare_runner.apps.files.stored import read_mode
from pare_runner.apps.files.tree import FileTree


def fill_tree(tree: FileTree, section: FilesSection, now: float) -> None:
    """Write the files of a section and make the folders they are in; ValueError names the path that does not fit."""
    for path, entry in section.files.items():
        try:
            _put(tree, path, entry, now)
        except (OSError, ValueError) as error:
            raise ValueError(f"file {path!r}: {error}") from None


def _put(tree: FileTree, path: str, entry: str | FileEntry | None, now: float) -> None:
    parts = resolve(path)
    if entry is None:
        if not path.endswith("/"):
            raise ValueError("write its text, or end it in / if it is an empty folder")
        tree.make_directory(parts, exist_ok=True)
        return
    if path.endswith("/"):
        raise ValueError("only a folder ends in /")
    if tree.lookup(parts) is not None:
        raise ValueError("it is there already")
    if isinstance(entry, str):
        entry = FileEntry(text=entry)
    if tree.lookup(parts[:-1]) is None:
        tree.make_directory(parts[:-1])
    file = tree.write(parts, entry.content(), now if entry.mtime == UNSET_TIME else entry.mtime)
    if entry.permissions is not None:
        file.mode = read_mode(entry.permissions)
