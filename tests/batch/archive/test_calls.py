"""Recorded calls for an archive: unfinished recordings too, and what a service said is cleaned and sealed anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.batch.archive.calls import exported_calls
from pare_runner.batch.archive.machine import Machine
from pare_runner.batch.archive.scrubbing import Finding, Scrubber
from pare_runner.errors import InputError
from pare_runner.llm.recording.files import CALLS
from pare_runner.llm.recording.keys import Failure, UnitKey
from pare_runner.llm.recording.recording import Recording
from pare_runner.llm.recording.store import CallStore, merge
from pare_runner.policy.messages import Message
from pare_runner.policy.request import ModelError, Request, Response

NONE = frozenset[str]()
SCRUBBER = Scrubber(Machine(NONE, frozenset({"zaphod"}), frozenset({"/home/zaphod"}), NONE, NONE, NONE))
A, B = UnitKey("a", 1), UnitKey("b", 1)


def request(index: int, text: str) -> Request:
    return Request("observe", index, (Message("user", text),))


def record(directory: Path, said: str = "fine") -> None:
    """Two writers, one call of each unit in both, and one that failed."""
    for index in (0, 1):
        with CallStore(directory) as store:
            for unit in (A, B):
                answer = Response(content=said, served_model="/home/zaphod/llama")
                store.record(unit, request(index, f"for {unit.scenario}, {index}"), "s", answer)
    with CallStore(directory) as store:
        store.record(A, request(2, "once more"), "s", ModelError("timeout", "no /home/zaphod/socket for zaphod"))


def exported(directory: Path, target: Path, scenarios: list[str] | None, scrubber: Scrubber | None) -> list[Finding]:
    findings: list[Finding] = []
    for name, data in exported_calls(directory, scenarios, scrubber, findings).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(data)
    return findings


@pytest.mark.parametrize("finished", [False, True])
def test_calls_of_some_scenarios(finished: bool, tmp_path: Path) -> None:
    record(tmp_path / "job")
    if finished:
        merge(tmp_path / "job")
    assert exported(tmp_path / "job", tmp_path / "out", ["b"], None) == []
    found, whole = Recording.load(tmp_path / "out"), Recording.load(tmp_path / "job")
    assert found.units == {key: calls for key, calls in whole.units.items() if key[0] == B}
    assert {message["content"] for message in found.messages.values()} == {"for b, 0", "for b, 1"}
    assert (tmp_path / "out" / CALLS).exists() is finished


@pytest.mark.parametrize("finished", [False, True])
def test_what_a_service_said(finished: bool, tmp_path: Path) -> None:
    record(tmp_path / "job")
    if finished:
        merge(tmp_path / "job")
    assert exported(tmp_path / "job", tmp_path / "out", None, SCRUBBER) == []
    calls = Recording.load(tmp_path / "out").unit(A).calls
    answer, failure = calls["observe", 0].answer, calls["observe", 2].answer
    assert isinstance(answer, Response)
    assert isinstance(failure, Failure)
    assert (answer.served_model, answer.content) == ("<path>", "fine")
    assert failure.message == "no <path> for <user>"


def test_as_they_are(tmp_path: Path) -> None:
    record(tmp_path / "job")
    merge(tmp_path / "job")
    exported(tmp_path / "job", tmp_path / "out", None, None)
    assert (tmp_path / "out" / CALLS).read_bytes() == (tmp_path / "job" / CALLS).read_bytes()
    assert exported(tmp_path / "nothing", tmp_path / "none", None, SCRUBBER) == []


def test_what_a_model_said_stays(tmp_path: Path) -> None:
    record(tmp_path / "job", said="Dear zaphod")
    findings = exported(tmp_path / "job", tmp_path / "out", None, SCRUBBER)
    assert {(finding.kind, finding.text) for finding in findings} == {("user", "zaphod")}
    answer = Recording.load(tmp_path / "out").unit(A).calls["observe", 0].answer
    assert isinstance(answer, Response)
    assert answer.content == "Dear zaphod"

    record(tmp_path / "other", said="see /home/zaphod/notes")
    with pytest.raises(
        InputError, match="the path '/home/zaphod/notes' of this machine is in what a model saw or said"
    ):
        exported(tmp_path / "other", tmp_path / "out", None, SCRUBBER)
