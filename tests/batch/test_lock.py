"""One invocation at a time in a directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pare_runner.batch import lock
from pare_runner.batch.lock import LOCK, locked
from pare_runner.errors import InputError

HOLD = """
import sys
from pathlib import Path
from pare_runner.batch.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
ORPHAN = """
import subprocess, sys
from pathlib import Path
from pare_runner.batch.lock import locked
with locked(Path(sys.argv[1])) as file:
    code = "import time; time.sleep(float(%r))" % sys.argv[2]
    subprocess.Popen([sys.executable, "-c", code], pass_fds=[file], stdout=subprocess.DEVNULL)
    print("held", flush=True)
    sys.stdin.read()
"""


def process(code: str, *words: str) -> subprocess.Popen[str]:
    """A process that has said that it holds the lock."""
    found = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert found.stdout is not None
    assert found.stdout.readline() == "held\n"
    return found


def test_it_is_there_while_it_is_held(tmp_path: Path) -> None:
    with locked(tmp_path / "job") as file:
        assert (tmp_path / "job" / LOCK).read_text() == f"{os.getpid()}\n"
        assert os.fstat(file).st_size
    assert list((tmp_path / "job").iterdir()) == []
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(file)


def test_an_error_inside_frees_it(tmp_path: Path) -> None:
    def fail() -> None:
        with locked(tmp_path):
            raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            fail()


def test_a_second_invocation_is_told_who_has_it(tmp_path: Path) -> None:
    with process(HOLD, str(tmp_path)) as other:
        with pytest.raises(InputError, match=f"is in use by process {other.pid}$"), locked(tmp_path):
            pass
        other.communicate("")
    with locked(tmp_path):
        assert (tmp_path / LOCK).exists()


def test_one_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    with process(HOLD, str(tmp_path)) as other:
        other.kill()
        other.wait()
    assert (tmp_path / LOCK).exists(), "its file stays"
    with locked(tmp_path):
        assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"


def test_workers_of_one_that_was_killed_are_waited_for(tmp_path: Path) -> None:
    with process(ORPHAN, str(tmp_path), "1.0") as other:
        other.kill()
        other.wait()
    told: list[str] = []
    with locked(tmp_path, lambda: told.append("waiting")):
        assert told == ["waiting"], "once, however long it takes"


def test_they_are_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "ORPHANS_SECONDS", 0.2)
    with process(ORPHAN, str(tmp_path), "1.5") as other:
        other.kill()
        other.wait()
    with pytest.raises(InputError, match="in use by processes of an invocation that is gone"), locked(tmp_path):
        pass


def test_whoever_waits_does_not_take_a_name_that_is_gone(tmp_path: Path) -> None:
    """The holder removes the file and lets go: a lock on what was removed would be a lock on nothing."""
    path = tmp_path / LOCK
    with locked(tmp_path):
        path.unlink()
        with locked(tmp_path):
            inner = path.stat()
            assert path.read_text() == f"{os.getpid()}\n"
        assert inner.st_nlink == 1
