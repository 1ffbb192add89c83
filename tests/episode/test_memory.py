"""What a run leaves in memory: a finished phone is freed at once, not by the garbage collector some runs later."""

from __future__ import annotations

import gc
import weakref

from pare_runner.episode.oracle import run_oracle
from pare_runner.scenarios.compiler.compile import compile_scenario

TEXT = """\
id: s
start_time: 2025-11-18T09:00:00Z
apps: {notes: {type: StatefulNotesApp, notes: [{id: n1, title: A}]}, files: {type: SandboxLocalFileSystem}}
events: [{id: reads, user: notes.refresh, on: {note_id: n1}}, {id: new, env: notes.create_note, after: reads}]
checks: [{called: notes.create_note, by: env}, {state: notes.folders | length == 3}]
"""


def test_a_finished_phone_is_freed_at_once() -> None:
    scenario = compile_scenario(TEXT)
    gc.collect()
    gc.disable()
    try:
        outcome = run_oracle(scenario)
        assert outcome.result.success is True
        assert outcome.phone is not None
        phone, log = weakref.ref(outcome.phone), weakref.ref(outcome.phone.log)
        del outcome
        assert (phone(), log()) == (None, None)
    finally:
        gc.enable()
