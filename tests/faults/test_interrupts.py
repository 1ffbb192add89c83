"""Ctrl-C while many requests are in flight leaves nothing running, and what is finished stands."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest

from pare_runner.batch.journal import read_journal
from pare_runner.cli.app import main as pare
from pare_runner.cli.hydra_entry import main
from pare_runner.llm.recording.recording import Recording
from tests.faults.picnic import Special, playing, role_of, write_picnics
from tests.llm.fault_server import Fault, FaultServer, Reply, stall

QUICK = [f"apple{number}" for number in range(5)]
SLOW = [f"snail{number:02}" for number in range(20)]
"""The words of the scenarios; files are run in their order, so the quick ones come first."""
IN_FLIGHT = 16


def stalling(interrupt: Callable[[], object]) -> dict[str, Special]:
    """Slow scenarios never get a reply; when they take up all places, `interrupt` is called."""
    waiting: set[str] = set()

    def silent(word: str) -> Special:
        def answer(body: dict[str, Any], reply: Reply) -> Reply | Fault:
            if role_of(body) != "observe":
                return reply
            waiting.add(word)
            if len(waiting) == IN_FLIGHT:
                interrupt()
            return stall()

        return answer

    return {word: silent(word) for word in SLOW}


def words(server: FaultServer, scenarios: Path) -> list[str]:
    return [
        *("model=local", "model@user=same", "suite=custom", f"scenarios=[{scenarios}]", "output_dir=out"),
        *(f"model.base_url={server.base_url}", f"max_concurrent_scenarios={IN_FLIGHT}"),
    ]


def running_threads() -> list[str]:
    """The names of all threads but those that flush files: they are kept, and start with the first files written."""
    return sorted(thread.name for thread in threading.enumerate() if not thread.name.startswith("flush_"))


def check_what_is_left(out: Path) -> None:
    """The finished runs are in journal, summary, recording and traces; the others nowhere but in the recording."""
    journal = read_journal(out)
    assert journal.unusable == []
    finished = {line["base_scenario_id"] for line in journal.lines}
    assert finished == {f"picnic_{word}" for word in QUICK}
    summary = orjson.loads((out / "summary.json").read_bytes())
    assert (summary["runs"], summary["planned"], summary["complete"]) == (len(QUICK), len(QUICK + SLOW), False)
    assert summary["success"] == len(QUICK)
    assert len(list((out / "traces/hf").iterdir())) == len(QUICK)
    assert not (out / "results.parquet").exists()
    recorded = {unit.scenario for unit, _ in Recording.load(out).units}
    assert len(recorded - finished) == IN_FLIGHT, "calls that had been answered are kept"


def test_ctrl_c_with_requests_in_flight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    threads = running_threads()
    script = playing(stalling(lambda: signal.pthread_kill(main_thread, signal.SIGINT)))
    with FaultServer(script, models=("local",)).in_thread() as server:
        assert main(words(server, write_picnics(tmp_path / "picnics", QUICK + SLOW))) == 130
        port = int(server.base_url.split(":")[2].partition("/")[0])
        ours = [item for item in psutil.Process().net_connections("tcp") if list(item.raddr)[1:] == [port]]
        assert [item for item in ours if item.status == psutil.CONN_ESTABLISHED] == []
        assert server.most >= IN_FLIGHT
    assert running_threads() == threads
    gc.collect()  # what was left open or never awaited warns now, and warnings are errors
    said = capfd.readouterr()
    assert "5 of 25" in said.out + said.err
    assert not {"Traceback", "never awaited", "Unclosed", "destroyed"} & set((said.out + said.err).split())
    check_what_is_left(tmp_path / "out")
    assert pare(["verify", "out"]) == 0
    assert "verified 5 runs" in capfd.readouterr().out


def test_ctrl_c_in_a_sweep_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    script = playing(stalling(lambda: signal.pthread_kill(main_thread, signal.SIGINT)))
    with FaultServer(script, models=("local",)).in_thread() as server:
        sweep = [*words(server, write_picnics(tmp_path / "picnics", QUICK + SLOW)), "seed=1,2", "-m"]
        assert main(sweep) == 130
    lines = capfd.readouterr().out.splitlines()
    table = lines[lines.index("the sweep is not complete: 0 of 2 jobs done, 1 not begun, 5 of 50 runs") :]
    assert [line.split()[:4] for line in table[3:5]] == [["seed=1", "5", "of", "25"], ["seed=2", "0", "of", "25"]]
    assert orjson.loads((tmp_path / "out/sweep.json").read_bytes())["runs"] == 5
    assert pare(["verify", "out"]) == 0


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_ends_the_process_at_once_and_in_silence(number: signal.Signals, status: int, tmp_path: Path) -> None:
    scenarios = write_picnics(tmp_path / "picnics", QUICK + SLOW)
    full = threading.Event()
    with FaultServer(playing(stalling(full.set)), models=("local",)).in_thread() as server:
        command = [sys.executable, "-X", "dev", "-m", "pare_runner", *words(server, scenarios)]
        with subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert full.wait(30)
            process.send_signal(number)
            out, err = process.communicate(timeout=5)
    assert process.returncode == status
    # A busy machine makes single steps slow, which a loop in development mode tells of.
    said = "\n".join(line for line in (out + err).splitlines() if not line.startswith("Executing <Task"))
    for sign in ("Traceback", "Warning", "Task was", "Task exception", "nclosed", "never awaited"):
        assert sign not in said
    check_what_is_left(tmp_path / "out")


def test_sigterm_for_the_whole_group_ends_it_as_ctrl_c_does(tmp_path: Path) -> None:
    """As Slurm, systemd and `timeout` send it: to worker processes as well."""
    scenarios = write_picnics(tmp_path / "picnics", QUICK + SLOW)
    full = threading.Event()
    with FaultServer(playing(stalling(full.set)), models=("local",)).in_thread() as server:
        command = [sys.executable, "-m", "pare_runner", *words(server, scenarios), "executor=process"]
        with subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            assert full.wait(60)
            os.killpg(process.pid, signal.SIGTERM)
            out, err = process.communicate(timeout=10)
    assert process.returncode == 143
    assert "Traceback" not in out + err
    assert "interrupted after 5 of 25 runs" in out
    check_what_is_left(tmp_path / "out")
    assert not (tmp_path / "out/.lock").exists()
