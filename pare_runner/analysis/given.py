"""What Python programs and options give to reports and diffs, in any of the usual ways."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import Any, get_args

from pare_runner.analysis.statistics.sample import ESTIMANDS, Estimand
from pare_runner.errors import ConfigError, did_you_mean


def names(given: str | Iterable[str]) -> list[str]:
    """The names in `given`: one text or several, each of one name or of several separated by commas.

    ConfigError for what is no text.
    """
    some: Any = given
    texts = [some] if isinstance(some, str) or not isinstance(some, Iterable) else list(some)
    if odd := [text for text in texts if not isinstance(text, str)]:
        raise ConfigError(f"{odd[0]!r} names no column", hint="such as observe_model")
    return [name.strip() for text in texts for name in text.split(",") if name.strip()]


def estimand(name: str) -> Estimand:
    """`name` as an estimand; ConfigError that names all of them if it is none."""
    for known in get_args(Estimand):
        if name == known:
            return known  # type: ignore[no-any-return]  # one of the literals
    choices = " or ".join(ESTIMANDS)
    raise ConfigError(f"there is no estimand {name!r}: {choices}", hint=did_you_mean(name, ESTIMANDS, limit=0))


def margin(size: float | None) -> float | None:
    """`size`, if it is None or between 0 and 1; else ConfigError."""
    if size is None or _is_share(size):
        return size
    raise ConfigError(f"--margin {_said(size)}: a margin lies between 0 and 1", hint="0.03 is three points")


def level(size: float) -> float:
    """`size`, if it is between 0 and 1; else ConfigError."""
    if _is_share(size):
        return size
    raise ConfigError(f"an interval at level {_said(size)}: a level lies between 0 and 1", hint="0.95 is usual")


def _is_share(size: object) -> bool:
    return isinstance(size, Real) and 0.0 < float(size) < 1.0


def _said(size: object) -> str:
    return f"{float(size):g}" if isinstance(size, Real) else repr(size)
