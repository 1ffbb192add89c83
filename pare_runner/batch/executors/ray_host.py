"""The actor that a Ray node runs for us, and how it comes by the package.

Ray is given this module's code itself, not its name: a node need not have the package, so nothing but the standard
library is imported here before the package is in place.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import shutil
import socket
import sys
import tempfile
import zipfile
from typing import Any

PACKAGE = "pare_runner"
SCENARIOS = "shipped_scenarios"


def package_files(folder: str) -> dict[str, str]:
    """Name in an installation → path, of all files of the package in `folder`, sorted; the shipped scenarios, too."""
    found = files_below(folder, f"{PACKAGE}/")
    beside = os.path.join(os.path.dirname(folder), "scenarios")
    if os.path.isfile(os.path.join(os.path.dirname(folder), "pyproject.toml")) and os.path.isdir(beside):
        found.update(files_below(beside, f"{PACKAGE}/{SCENARIOS}/"))
    return dict(sorted(found.items()))


def files_below(folder: str, prefix: str = "") -> dict[str, str]:
    """`prefix` and the relative name → path, of all files below `folder`; caches and hidden ones are left out."""
    found = {}
    for directory, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != "." and name != "__pycache__")
        for name in sorted(names):
            path = os.path.join(directory, name)
            if name[0] != "." and os.path.isfile(path):
                found[prefix + os.path.relpath(path, folder).replace(os.sep, "/")] = path
    return found


def zipped(files: dict[str, str]) -> bytes:
    """An archive of `files` (name → path)."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, path in files.items():
            archive.write(path, name)
    return data.getvalue()


def digest(files: dict[str, str]) -> str:
    """Hash of the names and contents of `files`."""
    total = hashlib.blake2b(digest_size=16)
    for name, path in files.items():
        with open(path, "rb") as file:
            content = file.read()
        total.update(f"{len(name)} {name} {len(content)} ".encode())
        total.update(content)
    return total.hexdigest()


def installed_digest() -> str | None:
    """The `digest` of the package that this process would import; None without one."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    return digest(package_files(os.path.dirname(spec.origin)))


class Host:
    """Holds a worker, in a process of its own on some node.

    `package` and `luggage` are lists of one reference to an archive, so that Ray moves each only where it is opened.
    """

    def __init__(self) -> None:
        self.folder = ""
        self.side: Any = None

    async def place(self) -> str:
        """Where this is; answers as soon as there is a process."""
        return f"{socket.gethostname()}, process {os.getpid()}"

    async def prepare(self, wanted: str, package: list[Any], luggage: list[Any], greeting: bytes) -> bool:
        """Put everything in its place and start the worker; whether the package had to be brought along."""
        self.folder = tempfile.mkdtemp(prefix="pare_runner_")
        brought = installed_digest() != wanted
        if brought:
            self._unpack(await package[0], "package")
            sys.path.insert(0, os.path.join(self.folder, "package"))
            importlib.invalidate_caches()
        self._unpack(await luggage[0], "luggage")
        from pare_runner.batch.executors.ray_worker import NodeSide

        self.side = NodeSide(greeting, os.path.join(self.folder, "luggage"))
        await self.side.ready()
        return brought

    async def exchange(self, taken: int) -> bytes:
        """See `NodeSide`."""
        messages: bytes = await self.side.exchange(taken)
        return messages

    async def tell(self, number: int, messages: bytes) -> None:
        """See `NodeSide`."""
        self.side.tell(number, messages)

    async def end(self) -> None:
        """Remove what was unpacked, before the process is ended."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _unpack(self, archive: bytes, name: str) -> None:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            opened.extractall(os.path.join(self.folder, name))
