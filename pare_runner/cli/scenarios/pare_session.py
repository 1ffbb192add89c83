"""The conversation with somebody's PARE: a process of its interpreter that runs `inside_pare`.

It is started again when a scenario hangs or ends it, for those that are left.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import IO, Any, Self

from pare_runner.cli.scenarios.inside_pare import HUNG
from pare_runner.errors import InputError

SHOWN = 8
"""Lines of what a process said last that are repeated when it ends before its time."""
LONGEST = 200
"""Characters of such a line."""
PATIENCE = 10.0
"""Seconds in which a process that has nothing more to say must end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a scenario: its hf trace, or why there is none."""

    scenario_id: str
    document: dict[str, Any] | None = None
    error: str = ""


Choose = Callable[[Sequence[str]], Sequence[str]]
"""From the ids of the registered scenarios to those wanted; may raise InputError."""


def answers(
    python: str, choose: Choose, *, limit: float, began: Callable[[str], object], verbose: bool = False
) -> Iterator[Answer]:
    """One answer a chosen scenario, in the order chosen, each as soon as it is there.

    `limit` is how many seconds a scenario may take; `began` is called with the id of each one that begins. A scenario
    that hangs or ends the process is a failed one, and the others go on in a new process. InputError if `python` cannot
    be started or has no PARE. With `verbose` what PARE prints goes to standard error.
    """
    pending: list[str] | None = None
    while pending is None or pending:
        with _Process.started(python, verbose) as process:
            ids = process.scenarios()
            pending = list(choose(ids)) if pending is None else pending
            process.send({"ids": pending, "limit": limit})
            current = ""
            while pending:
                said = process.heard()
                if said is None:
                    break
                current = str(said["id"])
                if said["said"] == "begun":
                    began(current)
                    continue
                pending.remove(current)
                yield Answer(current, said.get("document"), str(said.get("error", "")))
            status = process.ended()
        if pending and status != HUNG:
            if current not in pending:
                raise InputError(f"{python} ended with status {status} before its work was done{process.last_words()}")
            pending.remove(current)
            yield Answer(current, error=f"it ended the Python process, with status {status}")


@dataclass
class _Process:
    """A running interpreter; used as a context, after which it has ended."""

    python: str
    process: subprocess.Popen[str]
    errors: IO[bytes] | None
    _last: str = field(default="", init=False)

    @classmethod
    def started(cls, python: str, verbose: bool) -> Self:
        if Path(python).is_dir():
            raise InputError(f"{python} is a folder", hint=f"name the interpreter: {Path(python, 'bin/python')}")
        source = files("pare_runner.cli.scenarios").joinpath("inside_pare.py").read_text(encoding="utf-8")
        errors = None if verbose else tempfile.TemporaryFile()  # noqa: SIM115
        try:
            process = subprocess.Popen(
                [python, "-c", source],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
                errors="backslashreplace",
            )
        except OSError as error:
            if errors is not None:
                errors.close()
            raise InputError(f"cannot start {python}: {error.strerror or error}") from None
        return cls(python, process, errors)

    def scenarios(self) -> list[str]:
        """The ids of its scenarios."""
        said = self.heard()
        if said is None or said.get("said") not in ("absent", "scenarios"):
            raise InputError(f"{self.python} does not answer as a Python interpreter would{self.last_words()}")
        if said["said"] == "absent":
            raise InputError(f"{self.python} has no PARE that can be imported: {said['reason']}")
        if not said["ids"]:
            raise InputError(f"the PARE of {self.python} has no registered scenario{self.last_words()}")
        return list(said["ids"])

    def send(self, value: object) -> None:
        """Say something; a process that is gone does not hear it."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(value) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def heard(self) -> dict[str, Any] | None:
        """The next thing it says; None when it has ended, or says what nobody understands."""
        assert self.process.stdout is not None
        try:
            said = json.loads(self.process.stdout.readline())
        except ValueError:
            return None
        return said if isinstance(said, dict) else None

    def ended(self) -> int:
        """Its exit status, once it has ended."""
        assert self.process.stdout is not None
        self.process.stdout.close()
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def last_words(self) -> str:
        """The last lines of what it said on standard error, to be put after a message; it is ended first."""
        self.process.kill()
        self.process.wait()
        if self.errors is not None and not self.errors.closed:
            self.errors.seek(0)
            lines = self.errors.read().decode("utf-8", "backslashreplace").splitlines()
            self._last = "\n  ".join(["", *(line[:LONGEST] for line in lines[-SHOWN:])])
        return f":{self._last}" if self._last.strip() else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.last_words()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        if self.errors is not None:
            self.errors.close()
