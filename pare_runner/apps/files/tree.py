"""The tree of files and what can be done to it. Everything is checked before anything changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from pare_runner.apps.files.models import READABLE, WRITABLE, Directory, File, Node
from pare_runner.apps.files.paths import Parts, absolute, has_wildcards, resolve
from pare_runner.errors import did_you_mean


@dataclass(slots=True)
class FileTree:
    """Files and folders below `root`; failures are the OSErrors that a real file system raises."""

    root: Directory = field(default_factory=Directory)

    # Looking ---------------------------------------------------------------------------------------------------------

    def lookup(self, parts: Parts) -> Node | None:
        """What is at a path, None if nothing is."""
        node: Node = self.root
        for name in parts:
            child = node.children.get(name) if isinstance(node, Directory) else None
            if child is None:
                return None
            node = child
        return node

    def at(self, parts: Parts) -> Node:
        """What is at a path; FileNotFoundError, with the nearest name there is, or NotADirectoryError."""
        node: Node = self.root
        for depth, name in enumerate(parts):
            if isinstance(node, File):
                raise NotADirectoryError(f"{absolute(parts[:depth])} is a file, not a folder")
            child = node.children.get(name)
            if child is None:
                hint = did_you_mean(name, node.children)
                where = absolute(parts[: depth + 1])
                raise FileNotFoundError(f"there is no {where!r} on the phone" + (f" ({hint})" if hint else ""))
            node = child
        return node

    def file(self, parts: Parts) -> File:
        """The file at a path; IsADirectoryError for a folder."""
        node = self.at(parts)
        if isinstance(node, Directory):
            raise IsADirectoryError(f"{absolute(parts)} is a folder, not a file")
        return node

    def directory(self, parts: Parts) -> Directory:
        """The folder at a path; NotADirectoryError for a file."""
        node = self.at(parts)
        if isinstance(node, File):
            raise NotADirectoryError(f"{absolute(parts)} is a file, not a folder")
        return node

    def read(self, parts: Parts) -> bytes:
        """Contents of a file; PermissionError if they may not be read."""
        file = self.file(parts)
        _permit(file, READABLE, parts, "read")
        return file.content

    def listing(self, parts: Parts) -> list[tuple[Parts, Node]]:
        """What is in a folder, by name; PermissionError if it may not be listed."""
        directory = self.directory(parts)
        _permit(directory, READABLE, parts, "listed")
        return [((*parts, name), directory.children[name]) for name in sorted(directory.children)]

    def walk(self, parts: Parts) -> Iterator[tuple[Parts, Node]]:
        """The node at a path and everything below it, each folder before what is in it, by name."""
        node = self.at(parts)
        yield parts, node
        if isinstance(node, Directory):
            for child, _ in self.listing(parts):
                yield from self.walk(child)

    def matching(self, path: str) -> list[Parts]:
        """The paths a path stands for: itself, or all that match its wildcards; FileNotFoundError if there are none."""
        parts = resolve(path)
        if not has_wildcards(path) or self.lookup(parts) is not None:
            self.at(parts)
            return [parts]
        found: list[Parts] = [()]
        for pattern in parts:
            found = [
                child
                for parent in found
                if isinstance(self.at(parent), Directory)
                for child, _ in self.listing(parent)
                if fnmatchcase(child[-1], pattern)
            ]
        if not found:
            raise FileNotFoundError(f"nothing on the phone matches {path!r}")
        return found

    def everything(self) -> list[tuple[Parts, Node]]:
        """Every file and folder, whatever the permissions: level by level, by name."""
        found: list[tuple[Parts, Node]] = [((), self.root)]
        for parts, node in found:
            if isinstance(node, Directory):
                found += [((*parts, name), node.children[name]) for name in sorted(node.children)]
        return found

    def check_writable(self, parts: Parts) -> None:
        """PermissionError if a file may not be changed."""
        _permit(self.file(parts), WRITABLE, parts, "changed")

    # Changing --------------------------------------------------------------------------------------------------------

    def write(self, parts: Parts, content: bytes, time: float) -> File:
        """Write a file, new or not; FileNotFoundError if its folder does not exist."""
        name, parent = self._place(parts)
        known = parent.children.get(name)
        if isinstance(known, Directory):
            raise IsADirectoryError(f"{absolute(parts)} is a folder, not a file")
        if known is None:
            _permit(parent, WRITABLE, parts[:-1], "changed")
            known = parent.children[name] = File()
        else:
            _permit(known, WRITABLE, parts, "changed")
        known.content, known.mtime = content, time
        return known

    def make_directory(self, parts: Parts, *, parents: bool = True, exist_ok: bool = False) -> Directory:
        """Make a folder, and the folders it is in if `parents`; FileExistsError if it exists and may not."""
        known = self.lookup(parts)
        if known is not None:
            if exist_ok and isinstance(known, Directory):
                return known
            raise FileExistsError(f"{absolute(parts)} exists already")
        depth = len(parts) - 1
        while parents and self.lookup(parts[:depth]) is None:
            depth -= 1
        directory = self.directory(parts[:depth])
        _permit(directory, WRITABLE, parts[:depth], "changed")
        for name in parts[depth:]:
            made = directory.children[name] = Directory()
            directory = made
        return directory

    def remove(self, paths: list[Parts], *, recursive: bool, maxdepth: int | None) -> None:
        """Remove files, and folders if `recursive`; folders nested deeper than `maxdepth` are refused."""
        for parts in paths:
            _, parent = self._place(parts)
            node = self.at(parts)
            _permit(parent, WRITABLE, parts[:-1], "changed")
            if isinstance(node, Directory):
                if not recursive:
                    raise IsADirectoryError(f"{absolute(parts)} is a folder; removing it needs recursive")
                for below, inner in self.walk(parts):
                    if isinstance(inner, Directory):
                        _permit(inner, WRITABLE, below, "changed")
                _refuse_deeper(node, maxdepth, parts)
        for parts in paths:
            name, parent = self._place(parts)
            del parent.children[name]

    def move(self, source: Parts, target: Parts, *, into: bool, maxdepth: int | None) -> None:
        """Move a file or a folder to a new path, or into the folder there; `into`: there must be one.

        A file takes the place of a file; nothing takes the place of a folder (FileExistsError).
        """
        name, parent = self._place(source)
        node = self.at(source)
        if into or isinstance(self.lookup(target), Directory):
            self.directory(target)
            target = (*target, source[-1])
        if target == source:
            raise FileExistsError(f"{absolute(source)} is there already")
        if isinstance(node, Directory) and target[: len(source)] == source:
            raise ValueError(f"{absolute(source)} cannot be moved into itself")
        new_name, new_parent = self._place(target)
        known = new_parent.children.get(new_name)
        if isinstance(known, Directory) or (known is not None and isinstance(node, Directory)):
            raise FileExistsError(f"{absolute(target)} exists already")
        _permit(parent, WRITABLE, source[:-1], "changed")
        _permit(new_parent, WRITABLE, target[:-1], "changed")
        _refuse_deeper(node, maxdepth, source)
        del parent.children[name]
        new_parent.children[new_name] = node

    def _place(self, parts: Parts) -> tuple[str, Directory]:
        if not parts:
            raise PermissionError("the root folder stays as it is")
        return parts[-1], self.directory(parts[:-1])


def _refuse_deeper(node: Node, maxdepth: int | None, parts: Parts) -> None:
    if maxdepth is not None and _levels(node) > maxdepth:
        raise ValueError(f"{absolute(parts)} is nested {_levels(node)} levels deep, more than maxdepth={maxdepth}")


def _levels(node: Node) -> int:
    """How many levels are below a node."""
    if isinstance(node, File) or not node.children:
        return 0
    return 1 + max(map(_levels, node.children.values()))


def _permit(node: Node, bit: int, parts: Parts, what: str) -> None:
    if not node.mode & bit:
        raise PermissionError(f"{absolute(parts)} may not be {what}")
