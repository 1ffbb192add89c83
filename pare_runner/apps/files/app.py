"""The files app: what is stored on the phone, in memory only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from pare_runner.apps.core.app import App
from pare_runner.apps.core.shapes import Conversion, shape_of
from pare_runner.apps.core.tools import READ, WRITE, ToolSpec, agent_tool, env_tool
from pare_runner.apps.files.models import ON_ERROR, Directory, File, FilesSection, StoredNode
from pare_runner.apps.files.paths import absolute, resolve
from pare_runner.apps.files.section import fill_tree
from pare_runner.apps.files.stored import node_from_stored, node_to_json, read_mode
from pare_runner.apps.files.suggestions import suggested_values
from pare_runner.apps.files.tree import FileTree
from pare_runner.apps.files.views import concatenate, describe, drawing, readable, text_of

MODE = re.compile(r"[rwax](b\+?|t\+?|\+[bt]?)?")


class SandboxLocalFileSystem(App):
    """The files of the phone. `/` is the root, `~` is /home/userhome, relative paths start at the root."""

    name_in_benchmark: ClassVar[str] = "Files"
    state_fields: ClassVar[tuple[str, ...]] = ("files",)
    section: ClassVar[type | None] = FilesSection

    def __init__(
        self,
        name: str | None = None,
        sandbox_dir: str | None = None,
        state_directory: str | None = None,
    ) -> None:
        """A file system without files. The two folders of the host that PARE takes are accepted and never touched."""
        super().__init__(name)
        self._tree = FileTree()
        if self.services.files is None:
            self.services.files = self

    @property
    def files(self) -> dict[str, Any]:
        """Path → contents, as sections write them and state expressions see them."""
        everything = self._tree.everything()
        return {absolute(parts): readable(node.content) for parts, node in everything if isinstance(node, File)}

    def get_state(self) -> dict[str, Any]:
        """The tree with all contents; `tmpdir` is the documented name of a folder that does not exist here."""
        return {"files": node_to_json("", self._tree.root), "tmpdir": ""}

    def load_state(self, state: Mapping[str, Any] | None) -> None:
        """Replace all files; files without contents are empty, `tmpdir` is ignored. ValueError names what is wrong."""
        if not state or state.get("files") is None:
            return
        conversion = Conversion(ignore_unknown=True)
        stored = shape_of(StoredNode).convert(state["files"], conversion, ("files",))
        if conversion.problems:
            path, message, _ = conversion.problems[0]
            raise ValueError(f"{type(self).__name__} state, {'.'.join(map(str, path))}: {message}")
        root = node_from_stored(stored, self.now)
        if isinstance(root, File):
            raise ValueError(f"{type(self).__name__} state, files: the root must be a directory")
        self._tree = FileTree(root)

    def populate(self, section: FilesSection) -> None:
        """Write the section's files; the folders they are in are made."""
        fill_tree(self._tree, section, self.now)

    # What other apps need --------------------------------------------------------------------------------------------

    def read_bytes(self, path: str) -> bytes:
        """Contents of a file; FileNotFoundError if there is none."""
        return self._tree.read(resolve(path))

    def write_bytes(self, path: str, content: bytes) -> str:
        """Write a file, return its absolute path; FileNotFoundError if its folder does not exist."""
        parts = resolve(path)
        self._tree.write(parts, content, self.now)
        return absolute(parts)

    # Reading ---------------------------------------------------------------------------------------------------------

    @agent_tool(READ)
    def cat(
        self, path: str, recursive: bool = False, on_error: str = "raise", kwargs: dict[str, Any] | None = None
    ) -> str | bytes:
        """Show the contents of a file, or of several: a path with wildcards, or a folder with recursive.

        Args:
            path: Path of the file; `*`, `?` and `[...]` match parts of names.
            recursive: Whether to show all files in and below a folder.
            on_error: What to do about a file that cannot be shown: "raise" fails, "omit" leaves it out, "return" puts
                the error in its place.
            kwargs: Must be empty.

        Returns:
            The contents, as text if they are text. Several files follow each other, each below a line with its path.
        """
        _no_options(kwargs)
        if on_error not in ON_ERROR:
            raise ValueError(f"on_error must be one of {', '.join(ON_ERROR)}, not {on_error!r}")
        parts = resolve(path)
        try:
            paths = self._tree.matching(path)
            if paths == [parts] and not (recursive and isinstance(self._tree.at(parts), Directory)):
                return readable(self._tree.read(parts))
        except OSError as error:
            if on_error == "raise":
                raise
            return "" if on_error == "omit" else str(error)
        return concatenate(self._tree, paths, recursive=recursive, on_error=on_error)

    @agent_tool(READ)
    def read_document(self, file_path: str, max_lines: int | None = 20) -> str:
        """Read the beginning of a text document.

        Args:
            file_path: Path of the document.
            max_lines: How many lines to read at most; all if null.

        Returns:
            The lines; a last line in brackets says how many more there are.
        """
        if max_lines is not None and max_lines < 1:
            raise ValueError(f"max_lines must be at least 1, got {max_lines}")
        parts = resolve(file_path)
        try:
            text = text_of(self._tree, parts)
        except FileNotFoundError:
            raise
        except (OSError, ValueError) as error:
            raise FileNotFoundError(f"{file_path!r} is not a document that can be read: {error}") from None
        if not text:
            raise FileNotFoundError(f"the document {file_path!r} is empty")
        lines = text.splitlines()
        if max_lines is None or len(lines) <= max_lines:
            return text
        return "\n".join([*lines[:max_lines], f"[{len(lines) - max_lines} more lines]"])

    @agent_tool(READ)
    def display(self, path: str) -> bool:
        """Show a file to the user.

        Args:
            path: Path of the file.

        Returns:
            True when it is shown.
        """
        self._tree.read(resolve(path))
        return True

    @agent_tool(READ)
    def exists(self, path: str, kwargs: dict[str, Any] | None = None) -> bool:
        """Tell whether there is a file or a folder at a path.

        Args:
            path: The path.
            kwargs: Must be empty.

        Returns:
            Whether something is there.
        """
        _no_options(kwargs)
        return self._tree.lookup(resolve(path)) is not None

    @agent_tool(READ)
    def info(self, path: str, kwargs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Describe a file or a folder.

        Args:
            path: The path.
            kwargs: Must be empty.

        Returns:
            Its absolute path (name), size in bytes, type ("file" or "directory"), permissions in octal digits, and for
            a file when it was modified.
        """
        _no_options(kwargs)
        parts = resolve(path)
        return describe(parts, self._tree.at(parts))

    @agent_tool(READ)
    def ls(
        self, path: str = ".", detail: bool = False, kwargs: dict[str, Any] | None = None
    ) -> list[str | dict[str, Any]]:
        """List what is in a folder, by name.

        Args:
            path: Path of the folder.
            detail: Whether to describe each entry as info does instead of naming it.
            kwargs: Must be empty.

        Returns:
            Absolute paths, or descriptions; for the path of a file that file alone.
        """
        _no_options(kwargs)
        parts = resolve(path)
        node = self._tree.at(parts)
        entries = [(parts, node)] if isinstance(node, File) else self._tree.listing(parts)
        return [describe(found, item) if detail else absolute(found) for found, item in entries]

    @agent_tool(READ)
    def tree(self, path: str = ".") -> str:
        """Draw a folder with everything below it.

        Args:
            path: Path of the folder.

        Returns:
            One line for each file and folder, indented by depth; names of folders end in `/`.
        """
        parts = resolve(path)
        return "\n".join([absolute(parts), *drawing(self._tree, parts)])

    # Changing --------------------------------------------------------------------------------------------------------

    @agent_tool(WRITE)
    def open(
        self,
        path: str,
        mode: str = "rb",
        block_size: int | None = None,
        cache_options: dict[Any, Any] | None = None,
        compression: str | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> str | bytes:
        """Open a file: to read it, to make it (x), to make or empty it (w), to make it if it is missing (a).

        Args:
            path: Path of the file; its folder must exist.
            mode: r, w, a or x, with b, t or + after it.
            block_size: Of no effect.
            cache_options: Of no effect.
            compression: Must be null.
            kwargs: Must be empty.

        Returns:
            The contents of the opened file, as text if they are text.
        """
        _no_options(kwargs)
        if not MODE.fullmatch(mode):
            raise ValueError(f"{mode!r} is no mode; it is r, w, a or x, with b, t or + after it")
        if compression is not None:
            raise ValueError(f"compression {compression!r} is not supported")
        parts = resolve(path)
        known = self._tree.lookup(parts)
        if mode[0] == "x" and known is not None:
            raise FileExistsError(f"{absolute(parts)} exists already")
        if mode[0] in "wx" or (mode[0] == "a" and known is None):
            return readable(self._tree.write(parts, b"", self.now).content)
        content = self._tree.read(parts)
        if mode[0] == "a" or "+" in mode:
            self._tree.check_writable(parts)
        return readable(content)

    @agent_tool(WRITE)
    def mkdir(self, path: str, create_parents: bool = True, kwargs: dict[str, Any] | None = None) -> None:
        """Make a folder.

        Args:
            path: Path of the new folder.
            create_parents: Whether to make the folders it is in, too.
            kwargs: Must be empty.
        """
        _no_options(kwargs)
        self._tree.make_directory(resolve(path), parents=create_parents)

    @agent_tool(WRITE)
    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Make a folder and the folders it is in.

        Args:
            path: Path of the new folder.
            exist_ok: Whether it may exist already.
        """
        self._tree.make_directory(resolve(path), exist_ok=exist_ok)

    @agent_tool(WRITE)
    def mv(
        self,
        path1: str,
        path2: str,
        recursive: bool = False,
        maxdepth: int | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Move or rename a file, or a folder with all that is in it.

        Args:
            path1: What to move.
            path2: New path, or a folder to move it into; a file that is there is replaced.
            recursive: Not needed: a folder always moves with all that is in it.
            maxdepth: Refuse to move a folder with more levels below it than this.
            kwargs: Must be empty.
        """
        _no_options(kwargs)
        self._tree.move(resolve(path1), resolve(path2), into=path2.endswith("/"), maxdepth=maxdepth)

    @agent_tool(WRITE)
    def rm(self, path: str, recursive: bool = False, maxdepth: int | None = None) -> None:
        """Remove a file, several files, or a folder.

        Args:
            path: What to remove; `*`, `?` and `[...]` match parts of names.
            recursive: Whether folders are removed, with all that is in them.
            maxdepth: Refuse to remove a folder with more levels below it than this.
        """
        self._tree.remove(self._tree.matching(path), recursive=recursive, maxdepth=maxdepth)

    @env_tool(WRITE)
    def set_permissions(self, path: Any, permission: Any) -> None:
        """Allow or forbid to read and to change a file or a folder.

        Args:
            path: Path of the file or folder.
            permission: Permissions in octal digits as text ("444", "644") or as a number; the owner's count.
        """
        if not isinstance(path, str):
            raise TypeError(f"the path must be text, not {type(path).__name__}")
        mode = read_mode(permission)
        self._tree.at(resolve(path)).mode = mode

    def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
        """Paths that suit the tool, see `suggestions`."""
        return suggested_values(self._tree, tool, argument)


def _no_options(kwargs: Mapping[str, Any] | None) -> None:
    if kwargs:
        raise TypeError(f"there is no option {next(iter(kwargs))!r}; leave kwargs out")
