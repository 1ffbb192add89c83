"""The version of the behaviour changes with the golden traces, which are accepted before this file is run."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import orjson

from pare_runner.atomic import write_json
from pare_runner.batch.identity import BEHAVIOUR_VERSION

HERE = Path(__file__).parent
RECORD = HERE / "behaviour.json"


def digest() -> str:
    """Hash of all golden traces, with their names."""
    found = hashlib.blake2b(digest_size=16)
    for path in sorted(HERE.rglob("*.json")):
        if path != RECORD:
            content = path.read_bytes()
            found.update(f"{path.relative_to(HERE).as_posix()} {len(content)}\n".encode() + content)
    return found.hexdigest()


def test_a_changed_trace_has_a_new_version_of_behaviour() -> None:
    """Results of two behaviours are never those of one experiment, and resume and cache go by the version."""
    recorded = orjson.loads(RECORD.read_bytes())
    now = {"behaviour_version": BEHAVIOUR_VERSION, "digest": digest()}
    if os.environ.get("PARE_ACCEPT_GOLDEN") == "1" and recorded["behaviour_version"] != BEHAVIOUR_VERSION:
        write_json(RECORD, now)
        return
    assert recorded["digest"] == now["digest"] or recorded["behaviour_version"] != BEHAVIOUR_VERSION, (
        "golden traces have changed: raise BEHAVIOUR_VERSION in pare_runner/batch/identity.py"
    )
    assert recorded == now, "accept the golden traces with PARE_ACCEPT_GOLDEN=1"
