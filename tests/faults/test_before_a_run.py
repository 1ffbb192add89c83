"""What is wrong with a model is said before anything runs: one message, status 2, within seconds, nothing written."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pare_runner.cli.hydra_entry import main
from tests.faults.picnic import playing, write_picnics
from tests.llm.fault_server import FaultServer
from tests.llm.fault_server import not_found as missing

KEY = "quetzal-7f3a9b2c51"
VARIABLE = "PICNIC_KEY"

Run = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs an experiment that must be refused, and gives what was said."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv(VARIABLE, raising=False)
    scenarios = write_picnics(tmp_path / "picnics", ["plates"])

    def run(*words: str) -> str:
        started = time.perf_counter()
        status = main(["model=local", "model@user=same", "suite=custom", f"scenarios=[{scenarios}]", *words])
        said = capsys.readouterr()
        assert status == 2
        assert time.perf_counter() - started < 8
        assert said.out == ""
        assert said.err.startswith("pare_runner: ")
        assert said.err.count("\n") == 1
        assert KEY not in said.err
        assert list(folder.iterdir()) == [], "nothing is written"
        return said.err

    return run


@pytest.mark.parametrize("mode", [(), ("-m", "seed=0,1")])
def test_a_missing_key_names_the_variable_and_where_to_set_it(refused: Run, mode: tuple[str, ...]) -> None:
    with FaultServer(playing(), key=KEY).in_thread() as server:
        said = refused(f"model.base_url={server.base_url}", f"model.api_key_env={VARIABLE}", *mode)
        assert server.paths == [], "nobody was asked"
    assert f"the environment variable {VARIABLE}, which holds its key, is not set" in said
    assert f"set {VARIABLE} in the environment or in .env" in said


def test_a_missing_key_of_a_shipped_model(refused: Run) -> None:
    said = refused("model=gpt5_mini")
    assert "OPENAI_API_KEY" in said
    assert "set OPENAI_API_KEY in the environment or in .env" in said


def test_an_endpoint_where_nobody_listens(refused: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    said = refused(f"model.base_url={url}")
    assert f"the endpoint cannot be reached: cannot connect to {url}" in said
    assert "is the server running, and is the endpoint right?" in said


def test_a_wrong_key(refused: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, KEY)
    with FaultServer(playing(), key="another").in_thread() as server:
        said = refused(f"model.base_url={server.base_url}", f"model.api_key_env={VARIABLE}")
    assert f"the key in {VARIABLE} is refused" in said
    assert server.bodies == []


def test_a_model_that_is_not_there(refused: Run) -> None:
    with FaultServer(models=("scripted-large",)).in_thread() as server:
        server.script = lambda body, n: missing(body["model"])
        said = refused(f"model.base_url={server.base_url}", "model.model_name=scripted-larg")
    assert "'scripted-larg' is not known there" in said
    assert "did you mean 'scripted-large'?" in said
