"""How large a scenario may be. Far above any real one; small enough that reading a hostile one stays cheap."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 2 * 1024 * 1024  # of a text
MAX_NODES: Final = 200_000  # values and keys, once aliases are filled in
MAX_DEPTH: Final = 64  # of lists and mappings in each other
