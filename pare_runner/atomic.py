"""Files that are whole or absent, JSON bytes that are the same on every machine, and errors that name the file."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from pare_runner.errors import InputError

FLUSHING = 8
"""Files that are flushed at the same time."""


def write_atomic(path: Path, data: bytes) -> None:
    """Make `data` the contents of `path`, creating its folder: whoever reads it finds the old contents or the new.

    The bytes are on disk before the name is. Raises OSError; `path` is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    try:
        with open(partial, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_together(files: Iterable[tuple[Path, bytes]]) -> None:
    """`write_atomic` for several files, in the order given: no name is there before the bytes of all are on disk.

    They are flushed at the same time, which costs hardly more than one: one after the other, each waits for a commit of
    the file system's journal. Raises OSError; each path is then as it was or new.
    """
    partials: list[tuple[Path, Path]] = []
    try:
        for path, data in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            partials.append((path.with_name(f".{path.name}.part"), path))
            partials[-1][0].write_bytes(data)
        if len(partials) > 1:
            list(_threads().map(_flush, [partial for partial, _ in partials]))
        elif partials:
            _flush(partials[0][0])
        for partial, path in partials:
            os.replace(partial, path)
    except BaseException:
        for partial, _ in partials:
            partial.unlink(missing_ok=True)
        raise


@cache
def _threads() -> ThreadPoolExecutor:
    """Threads that flush, kept: to start them takes longer than what they do."""
    return ThreadPoolExecutor(FLUSHING, "flush")


def _flush(path: Path) -> None:
    file = os.open(path, os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def append_whole(file: int, data: bytes, *, sync: bool = False) -> None:
    """Append `data` to the open `file`, on disk with `sync`. If that fails (OSError), `file` is as it was."""
    size = os.fstat(file).st_size
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[os.write(file, rest) :]
        if sync:
            os.fsync(file)
    except OSError:
        os.ftruncate(file, size)
        raise


def json_bytes(value: Any, *, indent: bool = False) -> bytes:
    """`value`, made of JSON types, as UTF-8 JSON; keys keep their order, a number that is not finite becomes null.

    Integers beyond 64 bits and text that is not valid Unicode, which orjson refuses, are written all the same.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else None)
    except TypeError:
        separators = (",", ": ") if indent else (",", ":")
        return json.dumps(_finite(value), indent=2 if indent else None, separators=separators).encode("ascii")


def write_json(path: Path, value: Any) -> None:
    """Write `value` as an indented JSON document, atomically."""
    write_atomic(path, json_bytes(value, indent=True) + b"\n")


def read_json(path: Path) -> Any:
    """The JSON document in `path`; InputError when it cannot be read or is none."""
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path} is not JSON: {error}") from error


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """What the operating system refuses inside becomes one InputError that names the file and the reason."""
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot write {error.filename or directory}: {error.strerror or error}") from error


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
