"""Argument values for calls that succeed: paths that exist where they must, and new ones where they must not."""

from __future__ import annotations

from typing import Any

from pare_runner.apps.core.tools import ToolSpec
from pare_runner.apps.files.models import ON_ERROR, Directory, File, Node
from pare_runner.apps.files.paths import absolute
from pare_runner.apps.files.tree import FileTree


def suggested_values(tree: FileTree, tool: ToolSpec, argument: str) -> list[Any]:
    """Paths of files for what takes files, of folders for what takes folders, of nothing yet for what is made."""
    match argument:
        case "path" | "path1" | "file_path":
            if tool.name in ("mkdir", "makedirs"):
                return _new_paths(tree)
            return _paths(tree, Directory if tool.name in ("ls", "tree") else File)
        case "path2":
            return _new_paths(tree)
        case "mode":
            return ["rb", "r", "wb", "w", "ab", "a"]
        case "on_error":
            return list(ON_ERROR)
        case "permission":
            return ["444", "644"]
        case "maxdepth" | "compression" | "block_size" | "cache_options" | "kwargs":
            return [None]
    return []


def _paths(tree: FileTree, kind: type[Node]) -> list[str]:
    return [absolute(parts) for parts, node in tree.everything() if isinstance(node, kind)]


def _new_paths(tree: FileTree) -> list[str]:
    """A path that does not exist yet in each folder."""
    found: list[str] = []
    for parts, node in tree.everything():
        if isinstance(node, Directory):
            name = "new"
            while name in node.children:
                name += "_"
            found.append(absolute((*parts, name)))
    return found
