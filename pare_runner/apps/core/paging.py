"""Pages of lists, the same in every app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def page(items: Sequence[T], offset: int, limit: int) -> tuple[list[T], tuple[int, int]]:
    """`limit` items from `offset` on, and the range [first, last) they cover.

    ValueError for a negative offset, an offset past the end, or a negative limit.
    """
    if offset < 0 or offset > len(items):
        raise ValueError(f"offset must be between 0 and {len(items)}, got {offset}")
    if limit < 0:
        raise ValueError(f"limit must not be negative, got {limit}")
    end = min(offset + limit, len(items))
    return list(items[offset:end]), (offset, end)
