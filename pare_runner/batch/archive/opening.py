"""Opening an archive that somebody else has made: nothing leaves its folder, and nothing fills the disk.

Names, kinds and declared sizes are checked before a byte is unpacked; what is unpacked is counted as it comes, compared
with the hashes in `experiment.json`, and stands in its place only when all of it was right.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pare_runner.atomic import writing
from pare_runner.batch.archive.layout import CODE, ENDINGS, EXPERIMENT, REQUIREMENTS, Contents, FileEntry, read_contents
from pare_runner.batch.archive.zipping import CHUNK
from pare_runner.errors import InputError


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may come to: files, bytes of all, bytes of `experiment.json`, and unpacked bytes a packed one.

    Measured over the shipped scenarios, calls shrink to a ninth and traces to a seventeenth at most; deflate can make
    1/1032. The ratio counts from `small` bytes on.
    """

    files: int = 200_000
    bytes: int = 16 * 2**30
    description: int = 128 * 2**20
    ratio: int = 250
    small: int = 2**20


LIMITS = Limits()

_ENCRYPTED = 0x1
_ODD = re.compile(r"[\x00-\x1f\x7f\\:]")


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose names and declared sizes are in order."""

    path: Path
    contents: Contents
    limits: Limits

    @property
    def code(self) -> list[str]:
        """The files that hold Python, wherever they stand."""
        return sorted(name for name in self.contents.files if name.lower().endswith((".py", ".pyc", ".pyi", ".so")))


def open_archive(path: Path, limits: Limits = LIMITS) -> Archive:
    """The archive in a file; nothing is unpacked but its description.

    InputError for a file that is no zip file or cut short, for a name that leads out of it or stands twice, for links
    and other things that are no plain files, for what is larger than `limits` allow, for an unknown format, and for
    files that the description does not have, or has in another size.
    """
    with _reading(path) as archive:
        members = _checked(archive.infolist(), path, limits)
        if EXPERIMENT not in members:
            raise InputError(f"there is no {EXPERIMENT} in it: `pare export` did not make this file", where=str(path))
        description = members.pop(EXPERIMENT)
        if description.file_size > limits.description:
            raise InputError(f"{EXPERIMENT} is too large: {description.file_size} bytes", where=str(path))
        contents = read_contents(archive.read(description), str(path))
    _compare(members, contents.files, path)
    return Archive(path, contents, limits)


def unpack(archive: Archive, into: Path) -> None:
    """Unpack all of an archive into the new folder `into`, which is there with all of it or not at all.

    InputError if `into` exists and is not empty, if it cannot be written, and for a file that has another hash.
    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise InputError(f"{into} is not an empty directory", hint="choose another with --into")
    with writing(into), _reading(archive.path) as opened:
        into.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{into.name}.", dir=into.parent))
        try:
            _unpack_all(opened, archive, scratch)
            scratch.chmod(0o777 & ~_umask())
            if into.exists():
                into.rmdir()
            os.replace(scratch, into)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise


def _unpack_all(opened: ZipFile, archive: Archive, scratch: Path) -> None:
    (scratch / CODE).mkdir()  # the working directory of the jobs, even if there is no code
    left = archive.limits.bytes
    for info in opened.infolist():
        if info.is_dir():
            continue
        target = scratch / info.filename
        target.parent.mkdir(parents=True, exist_ok=True)
        entry = archive.contents.files.get(info.filename)
        left -= _unpack_one(opened, info, target, entry, left, archive.path)


def _unpack_one(opened: ZipFile, info: ZipInfo, target: Path, entry: FileEntry | None, left: int, path: Path) -> int:
    """Unpack a file of at most `left` bytes and give its size; `entry` is what it should be, None for any."""
    seen, found = hashlib.sha256(), 0
    with opened.open(info) as source, open(target, "xb") as file:
        while chunk := source.read(CHUNK):
            found += len(chunk)
            if found > min(left, info.file_size):
                raise InputError(f"{info.filename} is larger than it says", where=str(path))
            seen.update(chunk)
            file.write(chunk)
    if entry is not None and (found != entry.bytes or seen.hexdigest() != entry.sha256):
        raise InputError(
            f"{info.filename} is not what was packed: its SHA-256 is another one",
            where=str(path),
            hint="the archive was changed or damaged: get it again",
        )
    return found


def _checked(infos: Iterable[ZipInfo], path: Path, limits: Limits) -> dict[str, ZipInfo]:
    """The plain files of an archive by name; InputError for the first thing that must not be there."""
    found: dict[str, ZipInfo] = {}
    folded: set[str] = set()
    size = packed = count = 0
    for info in infos:
        name, where = info.filename, str(path)
        count += 1
        if count > limits.files:
            raise InputError(f"it holds more than {limits.files} files", where=where)
        _check_name(info, where)
        if info.is_dir():
            continue
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            what = "a link" if kind == stat.S_IFLNK else "no plain file"
            raise InputError(f"{name} is {what}: archives hold plain files only", where=where)
        if info.flag_bits & _ENCRYPTED:
            raise InputError(f"{name} is encrypted", where=where)
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise InputError(f"{name} is packed by an unknown method ({info.compress_type})", where=where)
        if name.casefold() in folded:
            raise InputError(f"{name} stands in it twice", where=where)
        size, packed = size + info.file_size, packed + info.compress_size
        if size > limits.bytes:
            raise InputError(f"it unpacks to more than {limits.bytes / 2**30:.0f} GiB", where=where)
        if info.file_size > limits.small and info.file_size > limits.ratio * max(1, info.compress_size):
            raise InputError(f"{name} unpacks to {info.file_size // max(1, info.compress_size)} times", where=where)
        folded.add(name.casefold())
        found[name] = info
    if size > limits.small and size > limits.ratio * max(1, packed):
        raise InputError(f"it unpacks to {size // max(1, packed)} times its size", where=str(path))
    return found


def _check_name(info: ZipInfo, where: str) -> None:
    name = info.orig_filename  # what stands there; `filename` ends at a null byte
    parts = PurePosixPath(name).parts
    plain = name.removesuffix("/")
    if not plain or name.startswith("/") or ".." in parts or _ODD.search(name) or "/".join(parts) != plain:
        raise InputError(f"{name!r:.100} leads out of the archive or is no plain name", where=where)
    endings = ENDINGS.get(parts[0], ())
    known = parts[0] in ENDINGS and (info.is_dir() or (len(parts) > 1 and name.endswith(endings)))
    if not known and name not in (EXPERIMENT, REQUIREMENTS):
        raise InputError(f"{name!r:.100} does not belong into such an archive", where=where)


def _compare(members: dict[str, ZipInfo], files: dict[str, FileEntry], path: Path) -> None:
    for name in sorted(members.keys() | files.keys()):
        if name not in files:
            raise InputError(f"{name} is in the archive, but not in its {EXPERIMENT}", where=str(path))
        if name not in members:
            raise InputError(f"{name} is missing: {EXPERIMENT} has it", where=str(path))
        if members[name].file_size != files[name].bytes:
            raise InputError(f"{name} is not what was packed: it has another size", where=str(path))


@contextmanager
def _reading(path: Path) -> Iterator[ZipFile]:
    """An open zip file; what is wrong with it becomes an InputError."""
    try:
        with ZipFile(path) as archive:
            yield archive
    except OSError as error:
        if error.filename is None or Path(error.filename) != path:
            raise
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except (BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise InputError(f"it is no zip file, or cut short or damaged: {error}", where=str(path)) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
