"""The package lock."""

from __future__ import annotations

from importlib.metadata import version

from pare_runner.batch.archive.packages import installed, lock_text, needed


def test_everything_that_is_installed() -> None:
    found = installed()
    assert found["polars"] == version("polars")
    assert "pare-runner" in found
    assert "mypy" in found, "a development tool"
    assert list(found) == sorted(found)
    assert all(line.count("==") == 1 and "/" not in line and "@" not in line for line in lock_text(found).splitlines())


def test_what_the_package_needs() -> None:
    found = needed()
    assert found["antlr4-python3-runtime"] == version("antlr4-python3-runtime"), "needed by what is needed"
    assert "mypy" not in found
    assert "mypy" in needed(["mypy.api"])
    assert found.items() <= installed().items()
