"""`pare reproduce`: what was shared comes out again on a machine that has nothing but the package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from pare_runner.batch.identity import BEHAVIOUR_VERSION
from pare_runner.batch.invocation import run_job
from pare_runner.cli.app import main
from tests.batch.archive.jobs import repacked, run, run_sweep
from tests.batch.archive.test_export import AGENT
from tests.cli.conftest import SHIPPED, Pare
from tests.cli.sweeps import dying
from tests.docs.test_adding_an_app import block
from tests.faults.jobs import job_config
from tests.faults.picnic import playing, write_picnics
from tests.llm.fault_server import FaultServer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep and its archive."""
    folder = tmp_path_factory.mktemp("reproduced")
    run_sweep(folder / "sweep")
    assert main(("export", str(folder / "sweep"), "-o", str(folder / "sweep.zip"))) == 0
    return folder


def elsewhere(archive: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`pare reproduce` in an environment with nothing in it."""
    command = [sys.executable, "-m", "pare_runner.cli.app", "reproduce", str(archive), *words]
    return subprocess.run(
        command, cwd=cwd, env={"HOME": str(cwd / "nobody")}, capture_output=True, text=True, check=False
    )


def test_in_an_empty_environment(folder: Path, tmp_path: Path) -> None:
    done = elsewhere(folder / "sweep.zip", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("sweep: ")
    assert lines[0].endswith(" files, all as they were packed")
    assert [line.partition(": ")[2] for line in lines[1:3]] == ["replayed: identical"] * 2
    assert lines[3].startswith("12 runs made again, ")
    assert [path.name for path in tmp_path.iterdir()] == ["sweep"], "nothing else is written"
    assert not (tmp_path / "nobody").exists()


def test_of_a_sample_and_without_calls_and_with_traces(folder: Path, pare: Pare) -> None:
    for name, words in (("sample", ["--sample", "1"]), ("bare", ["--without-calls"]), ("whole", ["--traces"])):
        assert pare("export", str(folder / "sweep"), "-o", f"{name}.zip", *words).status == 0
    said = pare("reproduce", "sample.zip", "--into", "one", "--json").json
    assert (said["identical"], said["runs"], said["planned"], said["experiment"]["sample"]["of"]) == (True, 4, 4, 3)
    said = pare("reproduce", "bare.zip", "--into", "two", "--json").json
    assert (said["identical"], said["runs"], set(said["jobs"].values())) == (True, 12, {"run again"})
    assert pare("reproduce", "whole.zip").status == 0
    assert list(Path("whole").rglob("traces/hf/*.json"))
    said = pare("verify", "one/jobs")
    assert (said.status, said.out.count("packed without traces, so these were not compared")) == (0, 2)
    for jobs in ("whole/jobs", str(Path("whole/jobs").absolute())):
        said = pare("verify", jobs)
        assert (said.status, said.err) == (0, ""), "from elsewhere, too"
    assert pare("verify", str(next(Path("whole/jobs").glob("*=random*")))).status == 0
    next(Path("whole/scenarios").glob("dinner*")).unlink()
    assert pare("verify", "whole/jobs").status == 2


def test_the_unpacked_folder_is_one_of_results(folder: Path, pare: Pare, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pare("export", str(folder / "sweep"), "-o", "a.zip", "--traces").status == 0
    assert pare("reproduce", "a.zip").status == 0
    monkeypatch.chdir("a")
    assert pare("verify", "jobs").status == 0
    assert pare("status", "jobs").status == 0
    said = pare("resume", "jobs")
    assert (said.status, "complete, 12 runs: nothing to do" in said.out) == (0, True)


def test_one_changed_result(folder: Path, pare: Pare, tmp_path: Path) -> None:
    with ZipFile(folder / "sweep.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith("/results.jsonl") and "=scripted" in name)
        changed = archive.read(name).replace(b'"status":"success"', b'"status":"failed"', 1)
        assert changed != archive.read(name)
    path = repacked(folder / "sweep.zip", tmp_path / "bad.zip", {name: changed})
    said = pare("reproduce", str(path))
    assert said.status == 1
    assert said.out.count("replayed: identical") + said.out.count("not identical") == 2
    assert "replayed: not identical" in said.out
    assert "status is not the recorded one" in said.err
    said = pare("reproduce", str(path), "--into", "again", "--json")
    assert (said.status, said.json["identical"]) == (1, False)

    path = repacked(folder / "sweep.zip", tmp_path / "damaged.zip", {name: changed}, described=False)
    said = pare("reproduce", str(path))
    assert said.status == 2
    assert "is not what was packed" in said.err
    assert not Path("damaged").exists()


def test_a_conversation_that_somebody_has_made_up(folder: Path, pare: Pare, tmp_path: Path) -> None:
    with ZipFile(folder / "sweep.zip") as archive:
        names = [name for name in archive.namelist() if "/logs/" in name and "=scripted" in name]
        text = archive.read(names[0])
    assert b"waits" in text
    path = repacked(folder / "sweep.zip", tmp_path / "bad.zip", {names[0]: text.replace(b"waits", b"sings", 1)})
    said = pare("reproduce", str(path))
    assert (said.status, said.out.count("not identical")) == (1, 1)
    assert f"{Path(names[0]).name} is not the recorded log" in said.err


STRANGERS = [
    "jobs/report.html",
    "jobs/notes.txt",
    "jobs/{job}/report.html",
    "jobs/{job}/logs/more.log",
    "jobs/{job}/traces/hf/a.json",
    "jobs/{job}/calls/page.html",
    "jobs/{job}/.hydra/more.yaml",
    "code/more.json",
]


@pytest.mark.parametrize("name", STRANGERS)
def test_files_that_no_export_packs(name: str, folder: Path, pare: Pare) -> None:
    with ZipFile(folder / "sweep.zip") as archive:
        job = json.loads(archive.read("jobs/plan.json"))["jobs"][0]["folder"]
    name = name.format(job=job)
    path = repacked(folder / "sweep.zip", Path("more.zip").absolute(), {name: b"<h1>100%</h1>"})
    said = pare("reproduce", str(path))
    assert (said.status, said.out) == (2, "")
    assert f"{name} does not belong into such an archive: no export packs it" in said.err
    assert not Path("more").exists()


def test_a_configuration_that_its_hash_does_not_stand_for(folder: Path, pare: Pare) -> None:
    with ZipFile(folder / "sweep.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith("/manifest.json"))
        manifest = json.loads(archive.read(name))
    manifest["config"]["seed"] = 7
    path = repacked(folder / "sweep.zip", Path("bad.zip").absolute(), {name: json.dumps(manifest).encode()})
    said = pare("reproduce", str(path))
    assert (said.status, said.err.count("\n"), "does not stand for this configuration" in said.err) == (2, 1, True)
    assert not Path("bad").exists()


def test_another_version(folder: Path, pare: Pare, tmp_path: Path) -> None:
    with ZipFile(folder / "sweep.zip") as archive:
        content = json.loads(archive.read("experiment.json"))
    content["ran_with"] = ["0.0.1, behaviour 1"]
    path = repacked(folder / "sweep.zip", tmp_path / "old.zip", {"experiment.json": json.dumps(content).encode()})
    said = pare("reproduce", str(path))
    assert said.status == 0
    assert "made by pare_runner 0.0.1, behaviour 1; this is " in said.err
    assert f"behaviour {BEHAVIOUR_VERSION}: tried all the same" in said.err


def test_of_a_killed_sweep(pare: Pare, tmp_path: Path) -> None:
    chosen = f"scenarios=[{SHIPPED}/dinner_headcount_change.yaml,{SHIPPED}/quiet_friday_afternoon.yaml]"
    words = ("model=scripted,random,passive", chosen, "-m", "cache=bypass", "max_concurrent_scenarios=1")
    assert dying("after a line of the journal", 3, *words, f"output_dir={tmp_path}/killed", cwd=tmp_path) == -9
    said = pare("export", "killed", "-o", "a.zip")
    assert said.status == 0
    assert "note: not complete: 3 of 6 planned runs" in said.out
    said = pare("reproduce", "a.zip")
    assert said.status == 0
    assert "note: not complete: 3 of 6 planned runs" in said.out
    assert "3 runs made again" in said.out
    assert pare("resume", "a/jobs", "--cache", "bypass").status == 0
    assert "complete, 6 runs" in pare("resume", "a/jobs").out


def test_oracle_runs(pare: Pare, tmp_path: Path) -> None:
    run(tmp_path / "job", "oracle=true", f"scenarios=[{SHIPPED}/dinner_headcount_change.yaml]")
    assert pare("export", "job").status == 0
    said = pare("reproduce", "job.zip", "--into", "out")
    assert (said.status, "jobs: replayed: identical" in said.out) == (0, True)
    assert not list(Path("out").glob("prompts/*"))


@pytest.fixture
def unloaded() -> Iterator[None]:
    yield
    for name in [name for name in sys.modules if name.startswith(("exported_", "pare_scenarios_"))]:
        del sys.modules[name]


@pytest.mark.usefixtures("unloaded")
def test_code_is_run_only_if_it_is_trusted(pare: Pare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "exported_agent.py").write_text(AGENT)
    (tmp_path / "exported_helper.py").write_text("WORD = 1\n")
    chosen = f"scenarios=[{SHIPPED}/dinner_headcount_change.yaml]"
    run(tmp_path / "job", "agent_type=exported_agent:Mine", chosen)
    assert pare("export", "job", "-o", "a.zip").status == 0
    said = pare("reproduce", "a.zip", "--into", "out")
    assert said.status == 2
    assert "a.zip holds 2 files of Python that would be run here:\n  code/exported_agent.py\n" in said.err
    assert "--trust-code" in said.err
    assert not (tmp_path / "out").exists()
    (tmp_path / "other").mkdir()
    done = elsewhere(tmp_path / "a.zip", "--trust-code", cwd=tmp_path / "other")
    assert (done.returncode, done.stderr) == (0, "")

    without = repacked(
        tmp_path / "a.zip", tmp_path / "b.zip", {"code/exported_agent.py": None, "code/exported_helper.py": None}
    )
    said = pare("reproduce", str(without))
    assert said.status == 2
    assert "agent_type=exported_agent:Mine would be imported and run" in said.err


PYTHON = """
from exported_words import ID
from pare_runner import EventRegisterer, PAREAgentUserInterface, PAREScenario, PAREScenarioValidationResult
from pare_runner import StatefulMessagingApp, register_scenario
from ._shared import TITLE


@register_scenario(ID)
class Own(PAREScenario):
    title = TITLE
    start_time = "2025-11-18T15:00:00Z"

    def init_and_populate_apps(self):
        self.ui = PAREAgentUserInterface()
        self.apps = [StatefulMessagingApp(name="Messages"), self.ui]

    def build_events_flow(self):
        with EventRegisterer.capture_mode():
            proposes = self.ui.send_message_to_user("Shall I?").oracle()
        self.events = [proposes.with_id("proposes").depends_on(None, delay_seconds=10)]

    def validate(self, env):
        return PAREScenarioValidationResult(success=True)
"""


@pytest.mark.usefixtures("unloaded")
def test_scenarios_in_python_with_their_helpers(pare: Pare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "exported_words.py").write_text("ID = 'own_python'\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/own.py").write_text(PYTHON)
    (tmp_path / "mine/_shared.py").write_text("TITLE = 'One of my own'\n")
    run(tmp_path / "job", f"scenarios=[{tmp_path}/mine]")
    assert pare("export", "job", "-o", "a.zip").status == 0
    with ZipFile("a.zip") as archive:
        code = [name for name in archive.namelist() if name.endswith(".py")]
    assert code == ["code/exported_words.py", "scenarios/mine/_shared.py", "scenarios/mine/own.py"]
    (tmp_path / "other").mkdir()
    done = elsewhere(tmp_path / "a.zip", "--trust-code", cwd=tmp_path / "other")
    assert (done.returncode, done.stderr) == (0, "")
    assert "jobs: replayed: identical" in done.stdout


@pytest.fixture
def model_job(tmp_path: Path) -> Iterator[tuple[Path, FaultServer]]:
    """A job of a model behind a server, which still answers."""
    scenarios = write_picnics(tmp_path / "scenarios", ["salad", "bread"])
    with FaultServer(playing()).in_thread() as server:
        run_job(job_config(server, scenarios, engine={"api_key_env": "LAB_KEY"}), tmp_path / "job", command_line=())
        yield tmp_path / "job", server


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_KEY", "of-the-lab-1234567890")


@pytest.mark.usefixtures("key")
def test_of_models(model_job: tuple[Path, FaultServer], pare: Pare, monkeypatch: pytest.MonkeyPatch) -> None:
    _, server = model_job
    assert pare("export", "job", "-o", "a.zip").status == 0
    assert pare("export", "job", "-o", "bare.zip", "--without-calls").status == 0
    asked = len(server.bodies)
    assert pare("reproduce", "a.zip", "--into", "out").status == 0
    said = pare("reproduce", "bare.zip", "--into", "bare")
    assert said.status == 0
    assert "jobs: results only: identical" in said.out
    assert "0 runs made again" in said.out
    assert len(server.bodies) == asked, "no model is asked"

    said = pare("reproduce", "a.zip", "--into", "refused", "--live")
    assert said.status == 2
    assert f"user would send what is in LAB_KEY to {server.base_url}, which the archive names" in said.err
    assert len(server.bodies) == asked
    said = pare("reproduce", "a.zip", "--into", "live", "--live", "--trust-code")
    assert said.status == 0
    head, row = said.out.splitlines()[:2]
    assert head.split() == ["CONFIGURATION", "PACKED", "NOW", "DIFFERENCE"]
    assert row.count("100.0% of 2 runs") == 2
    assert len(server.bodies) > asked
    assert Path("live/live/results.parquet").exists()
    monkeypatch.chdir("live")
    assert pare("verify", "live").status == 0


@pytest.mark.usefixtures("key")
def test_results_that_do_not_agree_with_each_other(model_job: tuple[Path, FaultServer], pare: Pare) -> None:
    job, _ = model_job
    summary = json.loads((job / "summary.json").read_text())
    other = json.dumps({**summary, "success": 1}).encode()
    assert pare("export", "job", "-o", "good.zip", "--without-calls").status == 0
    with ZipFile("good.zip") as archive:
        assert not [name for name in archive.namelist() if "/logs/" in name], "they are what models saw and said"
    repacked(Path("good.zip"), Path("bare.zip"), {"jobs/summary.json": other})
    said = pare("reproduce", "bare.zip")
    assert (said.status, "jobs: results only: not identical" in said.out) == (1, True)
    assert "summary.json is not what results.jsonl comes to" in said.err

    (job / "summary.json").write_bytes(other)
    said = pare("export", "job", "-o", "bad.zip")
    assert (said.status, "summary.json is not what results.jsonl comes to" in said.err) == (2, True)
    assert not Path("bad.zip").exists()


def test_live_runs_of_a_sweep(folder: Path, pare: Pare) -> None:
    said = pare("reproduce", str(folder / "sweep.zip"), "--live", "--json")
    rates = {rate["overrides"][-2]: rate for rate in said.json["rates"]}
    assert said.status == 0
    assert [(rate["packed_judged"], rate["live_judged"]) for rate in rates.values()] == [(6, 6), (6, 6)]
    assert all(rate["packed"] == rate["live"] for rate in rates.values()), "policies without a model repeat themselves"
    assert all(rate["statement"].startswith("0.0 points [") for rate in rates.values())
    assert json.loads(Path("sweep/live/sweep.json").read_text())["complete"] is True


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scenarios": ["/etc"]}, "reads or writes /etc outside of the archive"),
        ({"scenarios": []}, "reads or writes scenarios outside of the archive"),
        ({"prompts_dir": "/etc"}, "reads or writes /etc outside of the archive"),
        ({"logs_dir": "/etc"}, "reads or writes /etc outside of the archive"),
        ({"logs_dir": "logs/../../.."}, "outside of the archive"),
        ({"replay": "/etc"}, "reads or writes /etc outside of the archive"),
        ({"prompts_dir": "../prompts_of_mine/x"}, "outside of the archive"),
        ({"prompts_dir": "../prompts/../../x"}, "outside of the archive"),
    ],
)
def test_configurations_that_read_elsewhere(folder: Path, pare: Pare, changes: dict[str, Any], said: str) -> None:
    with ZipFile(folder / "sweep.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith("/manifest.json"))
        manifest = json.loads(archive.read(name))
    manifest["config"] |= changes
    path = repacked(folder / "sweep.zip", Path("bad.zip").absolute(), {name: json.dumps(manifest).encode()})
    found = pare("reproduce", str(path), "--into", "out")
    assert found.status == 2
    assert said in found.err
    assert not Path("out").exists()


def test_a_plan_that_leads_out(folder: Path, pare: Pare) -> None:
    with ZipFile(folder / "sweep.zip") as archive:
        plan = json.loads(archive.read("jobs/plan.json"))
    plan["jobs"][0]["folder"] = "../../.."
    path = repacked(folder / "sweep.zip", Path("bad.zip").absolute(), {"jobs/plan.json": json.dumps(plan).encode()})
    said = pare("reproduce", str(path), "--into", "out")
    assert (said.status, "is no folder of the archive" in said.err) == (2, True)


def test_bad_input(folder: Path, pare: Pare) -> None:
    assert "cannot read nowhere.zip" in pare("reproduce", "nowhere.zip").err
    Path("sweep").mkdir()
    Path("sweep/mine").write_text("")
    said = pare("reproduce", str(folder / "sweep.zip"))
    assert (said.status, "sweep is not an empty directory (choose another with --into)" in said.err) == (2, True)


@pytest.mark.slow
def test_an_app_of_ones_own(tmp_path: Path) -> None:
    """It is registered by a file in PARE_SCENARIOS_DIR, and a YAML scenario elsewhere uses it."""
    (tmp_path / "garden").mkdir()
    (tmp_path / "garden/garden_app.py").write_text(block("app") + block("register"))
    (tmp_path / "thirsty_fern.yaml").write_text(block("scenario"))
    environment = {**os.environ, "PARE_SCENARIOS_DIR": "garden"}
    words = ("scenarios=[thirsty_fern.yaml]", "output_dir=job")
    for command in (("pare_runner", *words), ("pare_runner.cli.app", "export", "job")):
        line = [sys.executable, "-m", *command]
        subprocess.run(line, cwd=tmp_path, env=environment, check=True, capture_output=True)
    with ZipFile(tmp_path / "job.zip") as archive:
        found = [name for name in archive.namelist() if name.startswith("scenarios/")]
    assert found == ["scenarios/garden/garden_app.py", "scenarios/thirsty_fern.yaml"]
    (tmp_path / "other").mkdir()
    done = elsewhere(tmp_path / "job.zip", "--trust-code", cwd=tmp_path / "other")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 run made again" in done.stdout
