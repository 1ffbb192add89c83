"""What people and agents get to see of files and folders."""

from __future__ import annotations

from typing import Any

from pare_runner.apps.core.dates import to_text
from pare_runner.apps.files.models import Directory, File, Node
from pare_runner.apps.files.paths import Parts, absolute
from pare_runner.apps.files.stored import mode_text
from pare_runner.apps.files.tree import FileTree


def readable(content: bytes) -> str | bytes:
    """Contents as text if they are UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content


def text_of(tree: FileTree, parts: Parts) -> str:
    """Text of a file; ValueError if it is something else."""
    content = readable(tree.read(parts))
    if isinstance(content, bytes):
        raise ValueError(f"{absolute(parts)} is not text")
    return content


def concatenate(tree: FileTree, paths: list[Parts], *, recursive: bool, on_error: str) -> str:
    """Texts of several files, each below a line with its path; `on_error` is "raise", "omit" or "return"."""
    texts: list[str] = []
    for parts in _files(tree, paths, recursive):
        try:
            text = text_of(tree, parts)
        except (OSError, ValueError) as error:
            if on_error == "raise":
                raise
            if on_error == "omit":
                continue
            text = str(error)
        texts.append(f"==> {absolute(parts)} <==\n{text}")
    return "\n\n".join(texts)


def describe(parts: Parts, node: Node) -> dict[str, Any]:
    """What is known of a file or folder."""
    permissions = mode_text(node.mode)
    if isinstance(node, Directory):
        return {"name": absolute(parts), "size": 0, "type": "directory", "permissions": permissions}
    return {
        "name": absolute(parts),
        "size": len(node.content),
        "type": "file",
        "permissions": permissions,
        "modified": to_text(node.mtime),
    }


def drawing(tree: FileTree, parts: Parts, indent: str = "") -> list[str]:
    """A line for everything below a folder."""
    lines: list[str] = []
    entries = tree.listing(parts)
    for number, (below, node) in enumerate(entries, start=1):
        last = number == len(entries)
        is_folder = isinstance(node, Directory)
        lines.append(f"{indent}{'└── ' if last else '├── '}{below[-1]}{'/' if is_folder else ''}")
        if is_folder:
            lines += drawing(tree, below, indent + ("    " if last else "│   "))
    return lines


def _files(tree: FileTree, paths: list[Parts], recursive: bool) -> list[Parts]:
    if recursive:
        return [below for parts in paths for below, node in tree.walk(parts) if isinstance(node, File)]
    files = [parts for parts in paths if isinstance(tree.at(parts), File)]
    if not files:
        raise IsADirectoryError("only folders match; their files need recursive")
    return files
