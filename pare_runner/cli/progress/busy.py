"""A line on standard error that says what a command is at; only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pare_runner.cli.console import is_terminal, mark


@contextmanager
def busy(doing: str) -> Iterator[None]:
    """Shows `doing` (`reading results`) while the block runs; it is gone afterwards, whatever ends the block."""
    if not is_terminal(sys.stderr):
        yield
        return
    print(f"\r\033[K{mark(f'{doing} ...', 'dim', sys.stderr)}", end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
