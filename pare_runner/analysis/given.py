"""What Python programs and options give to reports and diffs, in any of the usual ways."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from pare_runner.analysis.statistics.sample import ESTIMANDS, Estimand
from pare_runner.errors import ConfigError, did_you_mean


def names(given: str | Iterable[str]) -> list[str]:
    """The names in `given`: one text or several, each of one name or of several separated by commas."""
    texts = [given] if isinstance(given, str) else given
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
    if size is not None and not 0.0 < size < 1.0:
        raise ConfigError(f"--margin {size:g}: a margin lies between 0 and 1", hint="0.03 is three points")
    return size
