"""Paths on the phone: `/` is the root, `~` the user's home; whatever leads above the root is refused."""

from __future__ import annotations

Parts = tuple[str, ...]
"""A path as the names from the root down; the root is ()."""

HOME: Parts = ("home", "userhome")


def resolve(path: str) -> Parts:
    """The names of a path; a relative one starts at the root.

    `.` and `..` are followed. Raises PermissionError for a path that leaves the root, ValueError for one that is empty
    or holds a NUL character.
    """
    if not path:
        raise ValueError("the path is empty")
    if "\0" in path:
        raise ValueError(f"the path {path!r} holds a NUL character")
    parts: list[str] = []
    names = path.split("/")
    if names[0] == "~":
        parts += HOME
        names = names[1:]
    for name in names:
        if name == "..":
            if not parts:
                raise PermissionError(f"{path!r} leads out of the phone's files")
            parts.pop()
        elif name not in ("", "."):
            parts.append(name)
    return tuple(parts)


def absolute(parts: Parts) -> str:
    """The path of names from the root down."""
    return "/" + "/".join(parts)


def has_wildcards(path: str) -> bool:
    """Whether a path may stand for several: it holds `*`, `?` or `[`."""
    return any(character in path for character in "*?[")
