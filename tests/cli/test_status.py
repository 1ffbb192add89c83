"""`pare status`: how far an invocation is, from its files, whoever runs it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pare_runner.batch.lock import holder, locked
from pare_runner.batch.status import invocation_status
from tests.cli.conftest import SHIPPED, Pare
from tests.cli.sweeps import CHOSEN, GRID, UNITS, dying

STEPWISE = """
import sys
from pare_runner.batch.journal import Journal
from pare_runner.cli.hydra_entry import main
append = Journal.append
def step(self, line):
    append(self, line)
    print("unit", flush=True)
    sys.stdin.readline()
Journal.append = step
sys.exit(main(sys.argv[1:]))
"""


def test_complete(pare: Pare, experiment: Pare) -> None:
    assert experiment(*GRID, "output_dir=sweep").status == 0
    said = pare("status", "sweep")

    assert said.status == 0
    assert said.out.splitlines()[:2] == ["sweep: 12 of 12 runs (100%), complete", "nobody is running it"]
    rows = [line.split() for line in said.out.splitlines()[3:]]
    assert rows[0] == ["JOB", "DONE", "SUCCESS", "FAILED", "EXCEPTION", "UNJUDGED", "MISSING", "RATE"]
    assert [row[0] for row in rows[1:]] == ["model=random", "model=passive", "all"]
    assert rows[3][1] == "12/12"
    assert not any("\x1b" in line for line in said.out.splitlines())


def test_a_single_job_has_the_name_of_its_folder(
    pare: Pare, experiment: Pare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert experiment("scenarios=[dinner_headcount_change]", "cache=bypass", "output_dir=alone").status == 0
    assert pare("status", "alone").out.splitlines()[-1].startswith("alone  1/1 ")
    monkeypatch.chdir(tmp_path / "alone")
    assert pare("status", ".").out.splitlines()[-1].startswith("alone  1/1 ")


def test_unfinished_with_a_damaged_line(pare: Pare, tmp_path: Path) -> None:
    dying("after a line of the journal", 7, *GRID, "output_dir=sweep", cwd=tmp_path)
    journal = next(tmp_path.glob("sweep/*random*/results.jsonl"))
    journal.write_bytes(journal.read_bytes()[:-20])

    said = pare("status", "sweep")
    assert said.status == 75
    assert "6 of 12 runs (50%), 6 missing" in said.out
    assert "1 line of journals cannot be used" in said.out
    assert said.out.splitlines()[-1].endswith("resume sweep")

    found = pare("status", "sweep", "--json")
    assert found.status == 75
    (only,) = found.json["directories"]
    assert (only["planned"], only["done"], only["missing"], only["unusable_lines"]) == (UNITS, 6, 6, 1)
    assert only["running"] is None
    assert [job["missing"] for job in only["jobs"]] == [1, 5]


def test_while_it_runs(pare: Pare, tmp_path: Path) -> None:
    words = [sys.executable, "-c", STEPWISE, "model=passive", CHOSEN, "output_dir=job"]
    running = subprocess.Popen(
        words, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdout.readline()
    running.stdin.write("\n")
    running.stdin.flush()
    running.stdout.readline()
    (found,) = pare("status", "job", "--json").json["directories"]
    said = pare("status", "job")
    in_use = pare("resume", "job")
    running.communicate("\n\n\n", timeout=60)

    assert (found["done"], found["missing"]) == (2, 1)
    assert found["running"]["process"] == running.pid
    age = (datetime.now(UTC) - datetime.fromisoformat(found["running"]["since"])).total_seconds()
    assert 0 < age < 60
    assert found["running"]["runs_per_minute"] > 0
    assert found["running"]["eta_seconds"] > 0
    assert f"process {running.pid} is running it since " in said.out
    assert said.status == 75
    assert in_use.status == 2
    assert f"is in use by process {running.pid}" in in_use.err
    assert running.returncode == 0
    assert pare("status", "job").status == 0


def test_watching_ends_when_nobody_runs_it(pare: Pare, experiment: Pare, tmp_path: Path) -> None:
    code = "from pare_runner.cli import status, app; status.EVERY = 0.05; import sys; sys.exit(app.main())"
    assert experiment("model=passive", CHOSEN, "output_dir=job").status == 0
    with locked(tmp_path / "job"):
        watching = subprocess.Popen(
            [sys.executable, "-c", code, "status", "job", "--watch"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
        )
        assert watching.stdout is not None
        first = [watching.stdout.readline() for _ in range(2)]
    rest, _ = watching.communicate(timeout=60)
    assert f"process {os.getpid()} is running it" in first[1]
    assert "nobody is running it" in rest
    assert watching.returncode == 0
    assert pare("status", "job", "--watch", "--json").status == 2


def test_who_holds_a_directory(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    before = time.time()
    with locked(tmp_path):
        found = holder(tmp_path)
        assert found is not None
        assert found.process == os.getpid()
        assert found.since >= before - 1
    assert holder(tmp_path) is None
    (tmp_path / ".lock").write_text(f"{os.getpid()}\n")
    assert holder(tmp_path) is None, "a name without a lock says nothing"


def test_runs_that_ended_in_an_exception(pare: Pare, experiment: Pare, tmp_path: Path) -> None:
    assert experiment(f"scenarios=[{SHIPPED / 'dinner_headcount_change.yaml'}]", "output_dir=job").status == 0
    journal = tmp_path / "job/results.jsonl"
    crashed = journal.read_text().replace('"status":"success"', '"status":"exception"')
    journal.write_text(crashed.replace('"exception_type":null', '"exception_type":"OSError"'))

    said = pare("status", "job")
    assert said.status == 1
    assert "runs that ended in an exception, by cause:" in said.out
    assert pare("status", "job", "--json").json["directories"][0]["failures"][0]["kind"] == "OSError"


def test_folders_of_invocations_and_bad_input(pare: Pare, experiment: Pare, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert experiment("model=passive", CHOSEN, f"output_dir=outputs/{name}").status == 0
    said = pare("status", "outputs")
    assert said.status == 0
    assert [line.partition(":")[0] for line in said.out.splitlines() if " runs (" in line] == ["outputs/a", "outputs/b"]
    assert pare("status", "nowhere").status == 2
    (tmp_path / "empty").mkdir()
    assert "has no plan.json" in pare("status", "empty").err


def test_a_rate_needs_runs_that_ended_lately(tmp_path: Path, pare: Pare) -> None:
    dying("after a line of the journal", 2, "model=passive", CHOSEN, "output_dir=job", cwd=tmp_path)
    with locked(tmp_path / "job"):
        now = time.time()
        soon = invocation_status(tmp_path / "job", now + 10).running
        later = invocation_status(tmp_path / "job", now + 1000).running
    assert soon is not None
    assert later is not None
    assert (soon.per_second, soon.eta) == (None, None), "they ended before this invocation began"
    assert later.per_second is None
