"""The tree of files as JSON and back, without loss."""

from __future__ import annotations

import base64
from typing import Any

from pare_runner.apps.core.fields import UNSET_TIME
from pare_runner.apps.files.models import DIRECTORY_MODE, FILE_MODE, Directory, File, Node, StoredNode


def node_to_json(name: str, node: Node) -> dict[str, Any]:
    """A node with its contents: `text` where they are UTF-8, else `base64`."""
    if isinstance(node, Directory):
        children = [node_to_json(child, item) for child, item in node.children.items()]
        stored: dict[str, Any] = {"name": name, "type": "directory", "children": children}
        return stored if node.mode == DIRECTORY_MODE else stored | {"permissions": mode_text(node.mode)}
    stored = {"name": name, "type": "file"}
    try:
        stored["text"] = node.content.decode()
    except UnicodeDecodeError:
        stored["base64"] = base64.b64encode(node.content).decode("ascii")
    stored["mtime"] = node.mtime
    return stored if node.mode == FILE_MODE else stored | {"permissions": mode_text(node.mode)}


def node_from_stored(stored: StoredNode, now: float, place: str = "files") -> Node:
    """The node `stored` describes; a file without a time was written `now`. ValueError names what is wrong where."""
    if stored.type == "directory":
        directory = Directory(mode=_mode(stored, DIRECTORY_MODE, place))
        for child in stored.children or []:
            if child.name in ("", ".", "..") or "/" in child.name or "\0" in child.name:
                raise ValueError(f"{place}: nothing can be called {child.name!r}")
            if child.name in directory.children:
                raise ValueError(f"{place}: {child.name!r} is there twice")
            directory.children[child.name] = node_from_stored(child, now, f"{place}/{child.name}")
        return directory
    if stored.children:
        raise ValueError(f"{place}: a file has no children")
    if stored.text is not None and stored.base64 is not None:
        raise ValueError(f"{place}: a file has either text or base64")
    content = stored.base64 if stored.base64 is not None else (stored.text or "").encode()
    written = now if stored.mtime == UNSET_TIME else stored.mtime
    return File(content=content, mtime=written, mode=_mode(stored, FILE_MODE, place))


def _mode(stored: StoredNode, default: int, place: str) -> int:
    try:
        return default if stored.permissions is None else read_mode(stored.permissions)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def mode_text(mode: int) -> str:
    """A mode in octal digits: 644."""
    return f"{mode:03o}"


def read_mode(permission: object) -> int:
    """The mode of a number (0o444) or of octal digits as text ('444', '0o444'); ValueError otherwise."""
    try:
        mode = int(permission, 8) if isinstance(permission, str) else permission
    except ValueError:
        mode = None
    if type(mode) is not int or not 0 <= mode <= 0o777:
        raise ValueError(f"{permission!r} are no permissions: write octal digits like '444' or '644'")
    return mode
