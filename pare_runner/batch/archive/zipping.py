"""Folders as zip files whose bytes depend on names and contents alone."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

TIME = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the earliest that the format knows."""
CHUNK = 1 << 20
_UNIX = 3
_ZIP64 = 2**31 - 1


def files_below(root: Path) -> Iterator[tuple[str, Path]]:
    """The files below `root` by their names in an archive, sorted."""
    paths = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    yield from sorted(paths.items())


def file_hash(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_zip(target: Path, root: Path) -> None:
    """Pack all files below `root` into `target`, which is whole or as it was before. Raises OSError."""
    partial = target.with_name(f".{target.name}.part")
    try:
        with open(partial, "wb") as file:
            with ZipFile(file, "w") as archive:
                for name, path in files_below(root):
                    _add(archive, name, path)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _add(archive: ZipFile, name: str, path: Path) -> None:
    info = ZipInfo(name, TIME)
    info.compress_type = ZIP_DEFLATED
    info.create_system = _UNIX
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    info.file_size = path.stat().st_size
    with open(path, "rb") as source, archive.open(info, "w", force_zip64=info.file_size > _ZIP64) as member:
        shutil.copyfileobj(source, member, CHUNK)
