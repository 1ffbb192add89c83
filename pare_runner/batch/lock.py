"""One invocation at a time in a directory of results."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from pare_runner.errors import InputError

LOCK = ".lock"
ORPHANS_SECONDS = 60.0
"""How long the workers of an invocation that is gone may take to end."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a directory, and since when (seconds of the Unix epoch).

    `process` is None if an invocation is gone and its workers are still ending.
    """

    process: int | None
    since: float


def holder(directory: Path) -> Holder | None:
    """Who holds `directory` at present; None if nobody does. InputError if that cannot be found out.

    Nobody is kept waiting: the lock is tried shared, and let go of at once.
    """
    path = directory / LOCK
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return Holder(_owner(file), os.fstat(file).st_mtime)
    finally:
        os.close(file)
    return None


def refuse_in_use(directory: Path) -> None:
    """InputError if another invocation has `directory`; for whoever is about to write there before it has the lock."""
    held = holder(directory)
    if held is not None and held.process is not None:
        raise _in_use(directory, held.process)


def _in_use(directory: Path, owner: int | None) -> InputError:
    who = f"process {owner}" if owner is not None else "processes of an invocation that is gone"
    return InputError(f"{directory} is in use by {who}")


@contextmanager
def locked(directory: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[int]:
    """Hold `directory`, which is created; gives the descriptor that holds it, for worker processes to inherit.

    InputError if another invocation has it. One that was killed may have left workers, which end by themselves:
    `waiting` is called, and they are waited for.
    """
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / LOCK
    file = _acquired(path, waiting)
    try:
        os.ftruncate(file, 0)
        os.pwrite(file, b"%d\n" % os.getpid(), 0)
        yield file
    finally:
        # While it is still held: whoever waits for it looks whether the name still stands for what was locked.
        path.unlink(missing_ok=True)
        os.close(file)


def _acquired(path: Path, waiting: Callable[[], None]) -> int:
    told, since = False, time.monotonic()
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = _owner(file)
            os.close(file)
            if owner is not None or time.monotonic() - since > ORPHANS_SECONDS:
                raise _in_use(path.parent, owner) from None
            if not told:
                told = True
                waiting()
            time.sleep(0.05)
            continue
        if _still_stands(path, file):
            return file
        os.close(file)


def _owner(file: int) -> int | None:
    """The process that took the lock, if it is alive."""
    text = os.pread(file, 32, 0).split()
    try:
        number = int(text[0])
    except (IndexError, ValueError):
        return None
    return number if psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE else None


def _still_stands(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(file))
    except FileNotFoundError:
        return False
