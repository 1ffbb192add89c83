"""Times and texts in a line."""

from __future__ import annotations

import pytest

from pare_runner.traces.words import clock, shortened, visible


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0:00"), (3599.9, "59:59"), (3600, "1:00:00"), (86400, "1d 0:00:00")]
)
def test_clock(seconds: float, expected: str) -> None:
    assert clock(seconds) == expected


def test_shortened() -> None:
    assert shortened(" a\n b ") == "a b"
    assert shortened("abcdef", 4) == "abc…"
    assert shortened(" a\n b ", None) == " a\n b "


def test_visible() -> None:
    assert visible("ä\t\n\x00\x1b[0m\r\x7f\x85 ☃") == "ä\t\n␀␛[0m␍\ufffd\ufffd ☃"
