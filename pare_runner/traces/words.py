"""Texts and virtual times as a line of output shows them."""

from __future__ import annotations

from collections.abc import Mapping

LONGEST = 320
"""Characters of a text that are shown."""
SIDE_EFFECTS = "side_effects"
"""The check that a scenario can report without counting it."""
REPORTED_ONLY = "reported only"
_CONTROLS = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"} | dict.fromkeys(
    range(0x7F, 0xA0), 0xFFFD
)


def clock(seconds: float) -> str:
    """Seconds since the start as `5:07`, `1:02:05` or `2d 1:02:05`; fractions are cut off."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days}d {hour}:{minute:02}:{second:02}"
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def shortened(text: str, longest: int | None = LONGEST) -> str:
    """`text` on one line, cut after `longest` characters; as it is if there is no such limit."""
    if longest is None:
        return text
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def visible(text: str) -> str:
    """`text` with a sign for each control character but line breaks and tabs: it must not steer whoever shows it."""
    return text if text.isprintable() else text.translate(_CONTROLS)


def only_reported(status: str, checks: Mapping[str, bool], rationale: str | None) -> bool:
    """Whether a run had side effects that did not count (`side_effects: report`): the rationale names what counted."""
    if checks.get(SIDE_EFFECTS, True):
        return False
    return status == "success" or (bool(rationale) and f"{SIDE_EFFECTS}: " not in str(rationale))
