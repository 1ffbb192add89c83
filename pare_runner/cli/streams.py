"""Standard output and standard error whose reader may leave: the command goes on, and its exit status is its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any, TextIO


class _Lasting(FileIO):
    """A file descriptor that is led to nowhere once nobody reads it any more."""

    left = False

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # whatever has bytes
        try:
            return super().write(data)
        except BrokenPipeError:
            self.left = True
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return len(data)


@contextmanager
def lasting_output() -> Iterator[None]:
    """Inside, a reader that has enough (`| head`) is no error, and changes nothing but what is printed.

    A status that says that something failed is that of the command, whoever reads along. What the encoding of a stream
    cannot hold is escaped.
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(_lasting, before)
    try:
        yield
    finally:
        for stream, old in zip((sys.stdout, sys.stderr), before, strict=True):
            if stream is not old:
                stream.flush()
        sys.stdout, sys.stderr = before


def reader_left() -> bool:
    """Whether nobody reads standard output any more, as far as it was tried."""
    raw = _raw(sys.stdout)
    return isinstance(raw, _Lasting) and raw.left


def _raw(stream: TextIO) -> object:
    buffer = getattr(stream, "buffer", None)
    return getattr(buffer, "raw", buffer)


def _lasting(stream: TextIO) -> TextIO:
    """`stream` over the same descriptor; itself if it is none, as where a test or a notebook collects what is said."""
    if not isinstance(stream, TextIOWrapper):
        return stream
    stream.reconfigure(errors="backslashreplace")  # names of files may hold what the terminal's encoding cannot
    if not isinstance(_raw(stream), FileIO):
        return stream
    stream.flush()
    raw: Any = _Lasting(stream.fileno(), "wb", closefd=False)
    unbuffered = stream.buffer is _raw(stream)  # `python -u`
    return TextIOWrapper(
        raw if unbuffered else BufferedWriter(raw),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
