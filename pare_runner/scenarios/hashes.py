"""Two hashes of a scenario: one of what happens, one of how it is judged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from pare_runner.scenarios.language import SCORING_KEYS


def digest(value: Any) -> str:
    """64 hexadecimal characters of the canonical JSON of `value`: keys sorted, no spaces."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return blake2b(text.encode(), digest_size=32).hexdigest()


def scenario_hashes(data: Mapping[str, Any]) -> tuple[str, str]:
    """(world_hash, scoring_hash) of a file's data after its variables were put in.

    A cache entry is found by the first; another second means judging again, not running again.
    """
    scoring = {key: data[key] for key in SCORING_KEYS if key in data}
    world = {key: value for key, value in data.items() if key not in SCORING_KEYS and key != "vars"}
    return digest(world), digest(scoring)
