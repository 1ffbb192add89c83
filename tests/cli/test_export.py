"""`pare export`: what it says, and an anonymous archive that has no trace of who made it and where."""

from __future__ import annotations

import io
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import polars as pl
import pytest

from pare_runner.batch.archive.layout import EXPERIMENT
from pare_runner.batch.invocation import run_job
from pare_runner.cli.export import known_services
from tests.batch.archive.jobs import run, run_sweep
from tests.batch.test_provenance import git
from tests.cli.conftest import SHIPPED, Pare
from tests.faults.jobs import job_config
from tests.faults.picnic import playing, write_picnics
from tests.llm.fault_server import Fault, FaultServer, Reply, error


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_sweep(tmp_path_factory.mktemp("exported") / "sweep")


def test_what_it_says(pare: Pare, sweep: Path) -> None:
    said = pare("export", str(sweep), "-o", "a.zip")
    assert said.status == 0
    first, second = said.out.splitlines()
    assert re.fullmatch(r"a\.zip: 2 jobs, 12 runs; \d+ files, [\d.]+ kB", first)
    assert second.endswith("pare reproduce a.zip")
    assert said.err == ""

    said = pare("export", str(sweep), "--json", "--sample", "1", "--anonymous", "--without-calls")
    described = said.json
    assert described["archive"] == "sweep.zip"
    assert (described["sample"]["of"], len(described["sample"]["scenarios"])) == (3, 1)
    assert (described["anonymous"], described["calls"], described["origin"]) == (True, False, None)
    assert described["bytes"] == Path("sweep.zip").stat().st_size


def test_bad_input(pare: Pare, sweep: Path, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_text("mine")
    for words, said in (
        (
            [str(sweep), "-o", "there.zip"],
            "there.zip exists already (choose another with -o, or replace it with --force)",
        ),
        ([str(sweep), "-o", "."], ". is a folder"),
        ([str(sweep), "-o", "nowhere/a.zip"], "there is no folder nowhere"),
        (["nowhere"], "there is no nowhere"),
        ([".", "-o", "a.zip"], "has no plan.json: it holds no results"),
        ([str(sweep), "--sample", "0", "-o", "a.zip"], "greater than or equal to 1"),
    ):
        found = pare("export", *words)
        assert found.status == 2
        assert said in " ".join(found.err.split()).replace("│ ", "")
    assert (tmp_path / "there.zip").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["there.zip"]
    assert pare("export", str(sweep), "-o", "there.zip", "--force").status == 0


def test_services_that_everybody_knows() -> None:
    found = known_services()
    assert ("https://api.openai.com/v1", "OPENAI_API_KEY") in found
    assert all(address.startswith("https://") and "$" not in address for address, _ in found)


SAID = "Looking forward to it."


def texts(archive: Path) -> dict[str, str]:
    """Everything an archive says, by where: names, contents, strings of frames, what the zip file says of itself."""
    found = {"the file": archive.read_bytes().decode("latin-1")}
    with ZipFile(archive) as opened:
        for info in opened.infolist():
            data = opened.read(info)
            found[info.filename] = info.filename + data.decode("utf-8", "replace")
            if info.filename.endswith(".parquet"):
                frame = pl.read_parquet(io.BytesIO(data))
                found[info.filename] += "\n".join(map(str, [frame.columns, *frame.rows()]))
            assert (info.extra, info.comment) == (b"", b"")
    return found


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_an_anonymous_archive_tells_nothing_and_reproduces(tmp_path: Path) -> None:
    """Made by another user in a checkout of its own: command line, paths, remote, author, a comment in a scenario."""
    home, place = tmp_path / "home" / "zaphod", tmp_path / "home" / "zaphod" / "heartofgold"
    place.mkdir(parents=True)
    git(place, "init")
    git(place, "remote", "add", "origin", "git@git.example.org:galaxy/improbability.git")
    own = (SHIPPED / "dinner_headcount_change.yaml").read_text()
    (place / "own.yaml").write_text(f"# written by zaphod in {place} on {socket.gethostname()}\n{own}")
    git(place, "add", ".")
    git(place, "commit", "-m", "x", "--author", "Zaphod Beeblebrox <zb@example.org>")
    environment = {**os.environ, "HOME": str(home), "USER": "zaphod", "LOGNAME": "zaphod"}
    environment["PARE_CACHE_DIR"] = str(home / "cache")

    def python(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *words], cwd=place, env=environment, capture_output=True, text=True, check=True
        )

    scenarios = f"scenarios=[{place}/own.yaml,{SHIPPED}/quiet_friday_afternoon.yaml]"
    python(
        "pare_runner", "model=scripted,random", scenarios, "experiment_name=zaphod_1", f"output_dir={home}/out", "-m"
    )
    plain = tmp_path / "plain.zip"
    python("pare_runner.cli.app", "export", f"{home}/out", "-o", str(plain))
    said = python("pare_runner.cli.app", "export", f"{home}/out", "-o", "../review.zip", "--anonymous", "--traces")
    assert said.stderr == ""

    needles = ["zaphod", "beeblebrox", "zb@example.org", "heartofgold", "improbability", "galaxy", str(tmp_path)]
    needles += [str(Path.cwd()), str(SHIPPED.parent), "/tmp/", sys.prefix]
    if len(socket.gethostname()) > 4:
        needles.append(socket.gethostname())
    review = home / "review.zip"
    for where, text in texts(review).items():
        for needle in needles:
            assert needle.casefold() not in text.casefold(), f"{needle} in {where}"
    assert not any(name.endswith((".log", "hydra.yaml", "multirun.yaml")) for name in texts(review))
    assert "zaphod" in texts(plain)[EXPERIMENT], "what is looked for is there to be found"

    for archive in (review, plain):
        target = tmp_path / f"{archive.stem}_out"
        command = [
            sys.executable,
            "-m",
            "pare_runner.cli.app",
            "reproduce",
            str(archive),
            "--into",
            str(target),
            "--json",
        ]
        done = subprocess.run(
            command, cwd="/", env={"HOME": "/nonexistent"}, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_a_service_of_ones_own_is_not_named(pare: Pare, tmp_path: Path) -> None:
    """The address stands in the configuration, in a command line, and in what the failure of a model said."""
    scenarios = write_picnics(tmp_path / "scenarios", ["salad", "bread"])
    with FaultServer(lambda body, number: playing({"bread": failing})(body, number)).in_thread() as server:
        address.append(server.base_url)
        headers = {"X-Team": "gold"}
        config = job_config(server, scenarios, engine={"max_retries": 0, "extra_headers": headers})
        words = ("prog", f"model.base_url={server.base_url}", "model.extra_headers.X-Team=gold")
        assert run_job(config, tmp_path / "job", command_line=words).exit_status == 1
    host = address.pop().removeprefix("http://").removesuffix("/v1")
    assert host in (tmp_path / "job/results.jsonl").read_text(), "what the server said"
    assert pare("export", "job", "-o", "a.zip", "--anonymous", "--traces").status == 0
    for where, text in texts(Path("a.zip")).items():
        if where.endswith((".json", ".yaml", ".jsonl", ".parquet")):
            assert host not in text, where
            assert "gold" not in text, where
    said = pare("reproduce", "a.zip", "--into", "out")
    assert (said.status, said.err) == (0, "")
    assert "2 runs made again" in said.out
    said = pare("reproduce", "a.zip", "--into", "live", "--live")
    assert said.status == 2
    assert "the address of the service is not in an anonymous archive" in said.err


address: list[str] = []
"""Of the server that a test runs."""


def failing(body: dict[str, Any], reply: Reply) -> Fault:
    return error(400, f"nothing for you at {address[0]} in {Path.cwd()}")


@pytest.mark.parametrize(("at", "status"), [("# a comment", 0), ("content: ", 2)])
def test_a_path_in_a_scenario(at: str, status: int, pare: Pare, tmp_path: Path) -> None:
    """In a comment it is replaced; in what models see it cannot be."""
    text = (SHIPPED / "dinner_headcount_change.yaml").read_text()
    own = tmp_path / "own.yaml"
    if at.startswith("#"):
        own.write_text(f"{at} in {tmp_path}\n{text}")
    else:
        assert text.count(SAID) == 1
        own.write_text(text.replace(SAID, f"{SAID} See {tmp_path}/menu."))
    run(tmp_path / "job", "scenarios=[own.yaml]")
    said = pare("export", "job", "-o", "a.zip", "--anonymous")
    assert said.status == status
    if status:
        assert f"the path {str(tmp_path)!r}"[:-1] in said.err
        assert "of this machine is" in said.err
        assert not Path("a.zip").exists()
    else:
        with ZipFile("a.zip") as archive:
            assert archive.read("scenarios/dinner_headcount_change.yaml").decode() == f"{at} in <path>\n{text}"
