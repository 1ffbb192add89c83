"""`pare scenarios export-from-pare` where there is no PARE; with one it is tested in tests/interop."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Pare

BAD_INPUT = 2


@pytest.mark.parametrize(
    ("python", "says"),
    [
        (sys.executable, "has no PARE that can be imported: ModuleNotFoundError: No module named 'pare'"),
        ("no_such_python", "pare: cannot start no_such_python: No such file or directory"),
        ("folder", "pare: folder is a folder (name the interpreter: folder/bin/python)"),
        ("./text", "pare: cannot start ./text: Permission denied"),
        ("/bin/cat", "pare: /bin/cat does not answer as a Python interpreter would:\n  "),
        ("./other", "pare: ./other does not answer as a Python interpreter would\n"),
    ],
)
def test_no_pare(pare: Pare, python: str, says: str) -> None:
    Path("folder").mkdir()
    Path("text").write_text("")
    other = Path("other")
    other.write_text("#!/bin/sh\nwhile :; do echo '[]'; done\n")
    other.chmod(0o755)

    said = pare("scenarios", "export-from-pare", "--python", python)

    assert said.status == BAD_INPUT
    assert says in said.err
    assert said.out == ""
    assert not Path("from_pare").exists()


def test_the_interpreter_must_be_named(pare: Pare) -> None:
    said = pare("scenarios", "export-from-pare")

    assert said.status == BAD_INPUT
    assert "--python" in said.err
