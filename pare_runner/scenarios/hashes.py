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
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()


def scenario_hashes(data: Mapping[str, Any]) -> tuple[str, str]:
    """(world_hash, scoring_hash) of a file's data after its variables were put in.

    A cache entry is found by the first; another second means judging again, not running again. The keys of the language
    may stand in any order; the order of apps, files, people or arguments is one that agents see, so it counts.
    """
    scoring = {key: data[key] for key in SCORING_KEYS if key in data}
    world = {key: value for key, value in data.items() if key not in SCORING_KEYS and key != "vars"}
    apps, events = world.get("apps") or {}, world.get("events") or []
    world["apps"] = [[handle, _values_in_order(section)] for handle, section in apps.items()]
    world["events"] = [_values_in_order(entry) for entry in events]
    user = world.get("user") or {}
    if user.get("rules"):
        steps = [_values_in_order(entry) for entry in user["rules"].get("steps") or []]
        world["user"] = {**user, "rules": {**user["rules"], "steps": steps}}
    return digest(world), digest(scoring)


def hash_with_judge(scoring_hash: str, alias: str, prompt_hash: str) -> str:
    """The scoring hash of a scenario some of whose checks a judge decides: another judge is another judgement."""
    return digest({"scoring": scoring_hash, "judge": alias, "prompt": prompt_hash})


def _values_in_order(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _in_order(value) for key, value in entry.items()}


def _in_order(value: Any) -> Any:
    """`value` with its mappings as lists of pairs."""
    if isinstance(value, Mapping):
        return {"pairs": [[key, _in_order(item)] for key, item in value.items()]}
    return [_in_order(item) for item in value] if isinstance(value, list) else value
