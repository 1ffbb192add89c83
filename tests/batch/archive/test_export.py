"""Packing: what is inside, the same bytes again, what is refused and what is noted."""

from __future__ import annotations

import itertools
import json
import posixpath
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import orjson
import polars as pl
import pytest

from pare_runner.batch.archive.export import Options, export_experiment
from pare_runner.batch.archive.layout import EXPERIMENT
from pare_runner.batch.archive.material import sampled
from pare_runner.batch.identity import BEHAVIOUR_VERSION
from pare_runner.batch.lock import locked
from pare_runner.errors import InputError
from pare_runner.llm.recording.recording import Recording
from tests.batch.archive.jobs import SCENARIOS, run, run_sweep
from tests.cli.conftest import SHIPPED


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_sweep(tmp_path_factory.mktemp("export") / "sweep")


@pytest.fixture
def sweep(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sweep of its own to change something in."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(original, tmp_path / "sweep"))


def names(path: Path) -> list[str]:
    with ZipFile(path) as archive:
        return archive.namelist()


def content(path: Path, name: str) -> Any:
    with ZipFile(path) as archive:
        return orjson.loads(archive.read(name))


def jobs_of(sweep: Path) -> list[Path]:
    return sorted(path.parent for path in sweep.rglob("manifest.json"))


def refused(directory: Path, **options: Any) -> str:
    with pytest.raises(InputError) as raised:
        export_experiment(directory, Path("out.zip"), Options(**options))
    assert not Path("out.zip").exists()
    return str(raised.value)


def test_what_is_inside(sweep: Path) -> None:
    before = {path: path.read_bytes() for path in sweep.rglob("*") if path.is_file()}
    exported = export_experiment(sweep, Path("out.zip"))
    found = names(Path("out.zip"))
    folders = [job.name for job in jobs_of(sweep)]
    for folder in folders:
        for name in ("manifest.json", "results.jsonl", "results.parquet", "summary.json", "calls.jsonl", "run.log"):
            assert f"jobs/{folder}/{name}" in found
        for name in ("config.yaml", "overrides.yaml", "hydra.yaml"):
            assert f"jobs/{folder}/.hydra/{name}" in found
    assert {"jobs/plan.json", "jobs/sweep.json", "jobs/results.parquet", "jobs/multirun.yaml"} <= set(found)
    assert {f"scenarios/{name}.yaml" for name in SCENARIOS} == {name for name in found if name.startswith("scenarios/")}
    assert sum(name.startswith("prompts/") for name in found) == 13
    assert not [name for name in found if "/traces/" in name or name.startswith("code/")]
    with ZipFile("out.zip") as archive:
        assert (
            archive.read("scenarios/dinner_headcount_change.yaml")
            == (SHIPPED / "dinner_headcount_change.yaml").read_bytes()
        )
        assert archive.read("jobs/sweep.json") == (sweep / "sweep.json").read_bytes()
    assert (exported.contents.jobs, exported.contents.runs, exported.contents.notes) == (2, 12, ())
    assert exported.warnings == []
    assert set(exported.contents.files) == set(found) - {EXPERIMENT}
    assert {path: path.read_bytes() for path in sweep.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("options", [Options(), Options(anonymous=True), Options(sample=1)])
@pytest.mark.parametrize("alone", [False, True])
def test_manifests_find_the_texts_of_scenarios_inside(sweep: Path, options: Options, alone: bool) -> None:
    export_experiment(jobs_of(sweep)[0] if alone else sweep, Path("out.zip"), options)
    found = names(Path("out.zip"))
    assert not [name for name in found if ".scenarios" in name], "there is one copy of each"
    manifests = [name for name in found if name.endswith("manifest.json")]
    assert len(manifests) == (1 if alone else 2)
    for manifest in manifests:
        for scenario, entry in content(Path("out.zip"), manifest)["scenarios"].items():
            name = posixpath.normpath(posixpath.join(posixpath.dirname(manifest), entry["file"]))
            assert name == f"scenarios/{scenario}.yaml"
            assert name in found


@pytest.mark.parametrize("options", [Options(), Options(anonymous=True, traces=True), Options(sample=1)])
def test_the_same_bytes_again(sweep: Path, options: Options) -> None:
    for name in ("one.zip", "two.zip"):
        export_experiment(sweep, Path(name), options)
    assert Path("one.zip").read_bytes() == Path("two.zip").read_bytes()


def test_a_job_of_a_sweep_by_itself(sweep: Path) -> None:
    job = jobs_of(sweep)[0]
    export_experiment(job, Path("out.zip"))
    plan = content(Path("out.zip"), "jobs/plan.json")
    assert (plan["sweep"], [entry["folder"] for entry in plan["jobs"]]) == (False, ["."])
    assert "jobs/manifest.json" in names(Path("out.zip"))


def test_samples_are_nested_and_whole(sweep: Path) -> None:
    assert sampled(["b", "a"], None) == ["a", "b"]
    ids = [f"scenario_{number}" for number in range(50)]
    chosen = [sampled(ids, number) for number in (1, 5, 20, 50, 99)]
    assert [len(names) for names in chosen] == [1, 5, 20, 50, 50]
    assert all(set(few) <= set(many) for few, many in itertools.pairwise(chosen))
    assert sampled(reversed(ids), 5) == chosen[1]

    exported = export_experiment(sweep, Path("out.zip"), Options(sample=2))
    assert exported.contents.sample is not None
    kept = exported.contents.sample.scenarios
    assert (len(kept), exported.contents.sample.of, exported.contents.runs) == (2, 3, 8)
    assert [name for name in names(Path("out.zip")) if name.startswith("scenarios/")] == [
        f"scenarios/{name}.yaml" for name in kept
    ]
    with ZipFile("out.zip") as archive:
        archive.extractall("out")
    assert set(pl.read_parquet("out/jobs/results.parquet")["base_scenario_id"]) == set(kept)
    assert content(Path("out.zip"), "jobs/sweep.json")["runs"] == 8
    for job in jobs_of(sweep):
        folder = Path("out/jobs", job.name)
        recording, whole = Recording.load(folder), Recording.load(job)
        assert {unit.scenario for unit, _ in recording.units} == set(kept)
        assert recording.units == {key: calls for key, calls in whole.units.items() if key[0].scenario in kept}
        assert recording.incomplete == []
        assert len(recording.messages) < len(whole.messages)


def test_directories_without_results(tmp_path: Path, sweep: Path) -> None:
    assert refused(tmp_path / "nowhere") == f"there is no {tmp_path / 'nowhere'}"
    (tmp_path / "empty").mkdir()
    assert "has no plan.json: it holds no results" in refused(tmp_path / "empty")
    for number in range(4):
        shutil.copytree(sweep, tmp_path / "all" / f"s{number}")
    several = refused(tmp_path / "all")
    assert "holds results of 4 commands, and one is packed at a time: s0, s1, s2 and 1 more" in several
    assert several.endswith(f"(such as {tmp_path / 'all' / 's0'})")
    (tmp_path / "file").write_text("")
    assert "is no directory of results" in refused(tmp_path / "file")
    for job in jobs_of(sweep):
        (job / "results.jsonl").write_bytes(b"")
    assert refused(sweep) == "sweep holds no finished run: there is nothing to share"


def test_a_journal_that_was_cut_short(sweep: Path) -> None:
    """As a kill leaves it: no frame, no summary, half a line."""
    job = jobs_of(sweep)[0]
    journal = job / "results.jsonl"
    journal.write_bytes(journal.read_bytes()[:-40])
    assert "1 of its lines cannot be read (`pare resume sweep` sets them aside" in refused(sweep), "it had ended"
    for name in ("results.parquet", "summary.json"):
        (job / name).unlink()
    exported = export_experiment(sweep, Path("out.zip"))
    assert exported.contents.notes == (
        f"{job.name}: the last line of results.jsonl was cut short and is left out",
        "not complete: 11 of 12 planned runs",
    )
    with ZipFile("out.zip") as archive:
        lines = archive.read(f"jobs/{job.name}/results.jsonl").splitlines()
    assert len(lines) == 5
    assert all(json.loads(line) for line in lines)


def test_a_damaged_recording(sweep: Path) -> None:
    path = jobs_of(sweep)[0] / "calls.jsonl"
    path.write_bytes(path.read_bytes().replace(b"dinner", b"dinnar", 1))
    assert "is not what was written: its checksum does not fit" in refused(sweep)


def test_two_versions_of_the_package(sweep: Path) -> None:
    first, second = jobs_of(sweep)
    manifest = json.loads((second / "manifest.json").read_text())
    manifest["packages"]["pare-runner"] = "9.9"
    (second / "manifest.json").write_text(json.dumps(manifest))
    exported = export_experiment(sweep, Path("out.zip"))
    (note,) = exported.contents.notes
    assert note.startswith("its jobs were made by 2 versions of pare_runner: ")
    assert f"9.9, behaviour {BEHAVIOUR_VERSION}: {second.name}" in note
    assert first.name in note
    assert len(exported.contents.ran_with) == 2
    assert "9.9" in exported.warnings[0]


def test_results_that_a_command_is_working_on(sweep: Path) -> None:
    with locked(sweep):
        assert "sweep is in use by process" in refused(sweep)
        assert "sweep is in use by process" in refused(jobs_of(sweep)[0])


CHANGING = """\
id: picnic_bread
start_time: 2026-05-02T09:00:00Z
apps:
  messages:
    type: StatefulMessagingApp
    users: {ida: Ida Holm}
    conversations: [{id: ida, participants: [ida], messages: [{from: ida, at: -1d, content: "See you there!"}]}]
events:
  - id: asks
    env: messages.create_and_add_message
    at: 10s
    args: {conversation_id: ida, sender_id: ida, content: "Can you bring bread?"}
checks:
  - {not: {called: messages.send_message}}
"""


def test_what_has_changed_since(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(CHANGING)
    Path("prompts").mkdir()
    Path("prompts/observe.jinja").write_text("Watch. {{ now }}")
    job = run(tmp_path / "job", "scenarios=[own.yaml]", "prompts_dir=prompts")
    export_experiment(job, Path("good.zip"))

    Path("own.yaml").write_text(
        CHANGING.replace("{not: {called: messages.send_message}}", "{called: messages.send_message}")
    )
    assert "scenario 'picnic_bread' is judged by other checks now (`pare rescore job`" in refused(job)
    Path("own.yaml").write_text(CHANGING.replace("bread?", "butter?"))
    assert "job: scenario 'picnic_bread' has changed since it ran (put its file back as it was)" in refused(job)
    Path("own.yaml").write_text(CHANGING.replace("picnic_bread", "picnic_butter"))
    assert "job: its scenarios picnic_bread cannot be found any more" in refused(job)
    Path("own.yaml").write_text(CHANGING)
    Path("prompts/observe.jinja").write_text("Look. {{ now }}")
    assert "job: prompts, assistant or augmentation data have changed since it ran" in refused(job)
    Path("prompts/observe.jinja").unlink()
    assert "there is no template in this folder" in refused(job)


def test_two_scenarios_of_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, word in (("a.yaml", "bread"), ("b.yaml", "butter")):
        Path(name).write_text(CHANGING.replace("bring bread", f"bring {word}"))
    sweep = run(tmp_path / "sweep", "scenarios=[a.yaml],[b.yaml]", "-m")
    assert "two jobs have different files for scenarios/picnic_bread.yaml" in refused(sweep)
    for job in jobs_of(sweep):
        export_experiment(job, Path(f"{job.name}.zip"))


AGENT = "from exported_helper import WORD\nfrom pare_runner.agents.assistant import ObserveExecuteAssistant\n" + (
    "class Mine(ObserveExecuteAssistant):\n    word = WORD\n"
)


@pytest.fixture
def unloaded() -> Iterator[None]:
    yield
    for name in ("exported_agent", "exported_helper"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("unloaded")
def test_code_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("exported_agent.py").write_text(AGENT)
    Path("exported_helper.py").write_text("WORD = 1\n")
    job = run(tmp_path / "job", "agent_type=exported_agent:Mine", "scenarios=[dinner_headcount_change]")
    export_experiment(job, Path("out.zip"))
    with ZipFile("out.zip") as archive:
        assert archive.read("code/exported_agent.py").decode() == AGENT
        assert archive.read("code/exported_helper.py") == b"WORD = 1\n"


def test_logs_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number, logs in enumerate((str(tmp_path / "mine"), "../beside", "inner/most")):
        job = run(tmp_path / f"job{number}", "scenarios=[dinner_headcount_change]", f"logs_dir={logs}")
        export_experiment(job, Path(f"{number}.zip"))
        (log,) = [name for name in names(Path(f"{number}.zip")) if name.endswith(".log") and "run.log" not in name]
        assert log.startswith("jobs/inner/most/" if logs == "inner/most" else "jobs/logs/dinner_headcount_change")


def test_a_login_in_the_name_of_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is part of the results, and may be a word: it stays. That is said to whoever packs it, not in the archive."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", "zaphod")
    job = run(tmp_path / "job", "scenarios=[dinner_headcount_change]", "model.alias=zaphod-7b")
    exported = export_experiment(job, Path("out.zip"), Options(anonymous=True))
    assert "job holds 'zaphod', like the user of this machine: it was left as it is" in exported.warnings
    assert exported.contents.notes == ()


def test_what_has_to_be_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    info = tmp_path / "site/exported_plugin-1.5.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: exported_plugin\nVersion: 1.5\n")
    (info / "RECORD").write_text("exported_plugin.py,,\n")
    (info / "entry_points.txt").write_text("[pare.trace_writers]\nmine = exported_plugin:Mine\n")
    (tmp_path / "site/exported_plugin.py").write_text(
        'from pare_runner.traces.hf import HfWriter\nclass Mine(HfWriter):\n    name = "mine"\n'
    )
    job = run(tmp_path / "job", "export.format=mine", "scenarios=[dinner_headcount_change]")
    for options in (Options(), Options(anonymous=True)):
        exported = export_experiment(job, Path("out.zip"), options)
        assert exported.contents.notes == ("needs installed modules that are not inside: exported_plugin",)
        with ZipFile("out.zip") as archive:
            assert b"\nexported-plugin==1.5\n" in archive.read("requirements.txt")
