"""A bar on standard error for work that is over soon; only on a terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from pare_runner.cli.console import is_terminal

BAR = 24
"""Characters of the bar."""


class Bar:
    """Shows how many of `noun` (`runs`) are done, with `label` behind it; it is gone when the work is."""

    def __init__(self, noun: str, label: str = "") -> None:
        self._noun = noun
        self._label = label
        self._shown = is_terminal(sys.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def show(self, done: int, planned: int) -> None:
        """Another one is done."""
        if self._shown:
            bar = "█" * (BAR * done // planned)
            text = f"{bar:·<{BAR}} {done}/{planned} {self._noun}  {self._label}"
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
