"""Figures as files whose bytes depend on nothing but what is drawn: no dates, fixed ids, one font."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}
"""Format → what it would say about when and by what it was made."""
DPI = 150


@contextmanager
def stable_style() -> Iterator[None]:
    """Figures are drawn and encoded inside."""
    # Slow to load, and needed for figures only.
    import matplotlib

    with matplotlib.rc_context(
        {
            "svg.hashsalt": "pare_runner",
            "svg.fonttype": "none",
            "pdf.fonttype": 42,  # TrueType, whole: publishers refuse matplotlib's Type 3
            "font.family": "DejaVu Sans",  # comes with matplotlib
            "text.parse_math": False,  # a dollar in a name is a dollar
        }
    ):
        yield


def figure_bytes(figure: Figure, kind: str) -> bytes:
    """The file of `figure` in a format of `METADATA`."""
    held = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a box is drawn for it
        figure.savefig(held, format=kind, metadata=METADATA[kind], dpi=DPI)
    return held.getvalue()
