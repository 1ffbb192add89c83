"""`pare resume`: needs nothing but the directory, makes what is missing, and nothing twice."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest

from pare_runner.batch.lock import locked
from pare_runner.cli.hydra_entry import main
from pare_runner.cli.resolvers import slug
from tests.cli.conftest import SHIPPED, Pare
from tests.cli.sweeps import CHOSEN, GRID, MOMENTS, UNIT, UNITS, disturbed, dying, finished, traces

DINNER = SHIPPED / "dinner_headcount_change.yaml"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sweep as it ends when nothing happens to it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("undisturbed"))
        assert main([*GRID, "output_dir=sweep"]) == 0
        return Path("sweep").absolute()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("after", [1, 7])
def test_a_sweep_that_was_killed_ends_as_if_nothing_had_been(
    moment: str, after: int, pare: Pare, tmp_path: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dying(moment, after, *GRID, "output_dir=sweep", cwd=tmp_path) == -signal.SIGKILL
    before = len(finished(tmp_path / "sweep"))
    assert before < UNITS
    (elsewhere := tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(elsewhere)

    said = pare("resume", "../sweep")

    assert said.status == 0
    assert "2 jobs, 12 of 12 runs" in said.out
    assert finished(tmp_path / "sweep") == finished(undisturbed)
    assert traces(tmp_path / "sweep") == traces(undisturbed)
    assert sorted(path.name for path in (tmp_path / "sweep").iterdir() if path.name != ".lock") == sorted(
        path.name for path in undisturbed.iterdir()
    )
    assert "12 runs: nothing to do" in pare("resume", "../sweep").out
    assert pare("verify", "../sweep").status == 0


def test_it_is_continued_by_another_executor(pare: Pare, tmp_path: Path, undisturbed: Path) -> None:
    dying("after a line of the journal", 2, *GRID, "output_dir=sweep", cwd=tmp_path)
    said = pare("resume", "sweep", "--executor", "process", "--max-concurrent", "2", "--json")

    assert said.status == 0
    assert said.json["exit_status"] == 0
    assert (said.json["done"], said.json["missing"]) == (UNITS, 0)
    assert finished(tmp_path / "sweep") == finished(undisturbed)


def test_last_is_the_newest_that_is_not_finished(pare: Pare, experiment: Pare, tmp_path: Path) -> None:
    words = ("model=passive", CHOSEN)
    dying("after a line of the journal", 1, *words, "output_dir=outputs/a", cwd=tmp_path)
    assert experiment(*words, "output_dir=outputs/b").status == 0

    said = pare("resume", "last")
    assert said.status == 0
    assert "3 runs: " in said.out
    assert "outputs/a" in said.out
    none = pare("resume", "last")
    assert none.status == 2
    assert "nothing below outputs/ is unfinished" in none.err
    typed = experiment("resume=last")
    assert typed.status == 2
    assert typed.err.startswith("pare_runner: resume=last: nothing below outputs/ is unfinished")


SIGINT = "signal.signal(signal.SIGINT, signal.default_int_handler); os.kill(os.getpid(), signal.SIGINT)"


@pytest.mark.parametrize(("how", "status"), [('args[0].stop("enough")', 75), (SIGINT, 130)])
@pytest.mark.parametrize("words", [GRID, ("model=passive", CHOSEN)], ids=["sweep", "job"])
def test_a_stop_and_an_interrupt_name_the_command_that_goes_on(
    how: str, status: int, words: tuple[str, ...], pare: Pare, tmp_path: Path
) -> None:
    done = disturbed(UNIT, 2, *words, "output_dir=out", cwd=tmp_path, how=how)

    assert done.returncode == status
    lines = done.stdout.splitlines()
    first = " ".join(lines[lines.index("next:") + 1 :][:2])  # of a long command what it does stands above it
    assert "pare resume out" in first
    assert "# go on with what is left" in first
    assert (tmp_path / "out/sweep.json").exists() == (words is GRID)
    assert pare("status", "out").status == 75
    assert pare("resume", "out").status == 0


def test_the_units_are_those_of_the_plan(pare: Pare, experiment: Pare, tmp_path: Path) -> None:
    """A suite that has grown, or a limit that was lifted, is no matter of a resume."""
    words = ("model=passive", CHOSEN)
    dying("after a line of the journal", 1, *words, "suite.limit=2", "output_dir=job", cwd=tmp_path)
    assert "2 runs: " in pare("resume", "job").out
    assert experiment(*words, "suite.runs=2", "resume=job").status == 0, "extended in place"
    Path("job/results.jsonl").write_text(Path("job/results.jsonl").read_text().partition("\n")[0] + "\n")

    assert pare("resume", "job").status == 0
    assert len(finished(tmp_path / "job")) == 6


def test_jobs_whose_folders_were_named_after_their_traces_are_found(pare: Pare, experiment: Pare) -> None:
    """Folders of earlier versions are, and those that a sweep over traces leaves; a plain command goes on in them."""
    grid = ("model=passive,scripted", CHOSEN, "suite.limit=1", "cache=bypass", "-m")
    assert experiment(*grid, "export=none", "output_dir=out").status == 0
    plan = json.loads(Path("out/plan.json").read_text())
    for job in plan["jobs"]:
        new = slug(f"export=none,{job['folder'].rpartition('-')[0]}")
        Path("out", job["folder"]).rename(Path("out", new))
        job["folder"] = new
    Path("out/plan.json").write_text(json.dumps(plan))
    before = sorted(path.name for path in Path("out").iterdir())

    assert experiment(*grid, "export=hf", "suite.runs=2", "resume=out").status == 0

    assert sorted(path.name for path in Path("out").iterdir()) == before
    assert [len(finished(Path("out", job["folder"]))) for job in plan["jobs"]] == [2, 2]


@pytest.fixture
def broken_off(tmp_path: Path, dinner: Path) -> Path:
    """A job of two runs of the scenario `mine` in `dinner.yaml`, of which one is missing."""
    dinner.write_text(dinner.read_text().replace("id: dinner_headcount_change", "id: mine", 1))
    words = ("model=passive", "scenarios=[dinner.yaml]", "suite.runs=2", "output_dir=job")
    assert dying("after a line of the journal", 1, *words, cwd=tmp_path) == -signal.SIGKILL
    return tmp_path / "job"


def test_a_scenario_that_is_gone_is_named(pare: Pare, broken_off: Path, dinner: Path) -> None:
    dinner.unlink()
    said = pare("resume", "job")
    assert said.status == 2
    assert "its scenarios mine cannot be found any more" in said.err


def test_a_scenario_that_has_changed_is_refused(pare: Pare, broken_off: Path, dinner: Path) -> None:
    dinner.write_text(dinner.read_text().replace("Table for 6", "Table for 7"))
    said = pare("resume", "job")
    assert said.status == 2
    assert "scenario 'mine' has changed since" in said.err


def test_a_manifest_of_another_configuration_is_refused(pare: Pare, broken_off: Path) -> None:
    path = broken_off / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["config"]["seed"] = 1
    path.write_text(json.dumps(manifest))
    said = pare("resume", "job")
    assert said.status == 2
    assert "holds another experiment: seed was 0, now 1" in said.err


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["nowhere"], "there is no nowhere"),
        (["job", "--only", "faild"], "--only faild: no such value (did you mean 'failed'?)"),
        (["job", "--executor", "proces"], "did you mean 'process'?"),
        (["job", "--cache", "never"], "--cache never: no such value (known: bypass, refresh, use)"),
        (["job/logs"], "job/logs has no plan.json, so nothing was begun there"),
    ],
)
def test_bad_input(argv: list[str], says: str, pare: Pare, broken_off: Path) -> None:
    said = pare("resume", *argv)
    assert said.status == 2
    assert says in said.err


def test_without_a_plan_the_command_to_type_is_spelt_out(pare: Pare, broken_off: Path, undisturbed: Path) -> None:
    (broken_off / "plan.json").unlink()
    said = pare("resume", "job")
    assert said.status == 2
    assert "-m pare_runner model=passive 'scenarios=[dinner.yaml]' suite.runs=2 resume=job" in said.err

    shutil.copytree(undisturbed, "sweep")
    Path("sweep/plan.json").unlink()
    assert f"-m pare_runner model=random,passive '{CHOSEN}' suite.runs=2 -m resume=sweep" in pare("resume", "sweep").err


def test_the_job_of_a_sweep_leads_to_the_sweep(pare: Pare, undisturbed: Path) -> None:
    folder = min(undisturbed.glob("*/manifest.json")).parent
    said = pare("resume", str(folder))
    assert said.status == 2
    assert f"is one job of a sweep (name the sweep: {said.err.split('name the sweep: ')[1]}" in said.err
    assert str(undisturbed) in said.err


def test_a_command_about_fewer_runs_than_are_planned_says_so(
    experiment: Pare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("model=passive", "scenarios=[dinner_headcount_change]", "export=none")
    assert experiment(*words, "suite.runs=3", "limits.max_wall=0.0001", "output_dir=mine").status == 75

    said = experiment(*words, "suite.runs=2", "limits.max_wall=null", "resume=mine")
    assert said.status == 75
    assert "1 planned run of this directory: not asked for now, and not made; `pare resume` on it makes all" in said.err
    assert "stopped after 2 of 3 runs" in said.out

    assert experiment(*words, "suite.runs=3", "limits.max_wall=null", "resume=mine").status == 0


JOB = ("suite=smoke", "oracle=true", "export=none")


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["resume=job", "seed=3"], "job holds another experiment: seed was 0, now 3 (choose another directory)"),
        (["resume=job", "seed=0,1", "-m"], "job holds one job, and a sweep is asked for (`pare resume job` goes on"),
        (["resume=sweep"], "sweep holds a sweep, and one job is asked for (`pare resume sweep` goes on"),
        (["only=failed"], "only=failed makes runs again, so it needs resume=DIR or resume=last"),
        (["resume=there", "output_dir=here"], "resume=there goes on in that directory, so output_dir=here cannot be"),
        (["resume=last"], "resume=last: nothing below outputs/ is unfinished (name a directory: resume=DIR)"),
    ],
)
def test_what_cannot_be_gone_on_with_is_left_as_it_is(
    argv: list[str], says: str, pare: Pare, experiment: Pare, tmp_path: Path
) -> None:
    assert experiment(*JOB, "output_dir=job").status == 0
    assert experiment(*JOB, "seed=0,1", "output_dir=sweep", "-m").status == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    said = experiment(*JOB, *argv)

    assert said.status == 2
    assert f"pare_runner: {says}" in said.err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_sweep_grows_in_place_and_jobs_are_called_by_what_they_are(
    experiment: Pare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sweep = ("seed=0,1", "-m")
    assert experiment(*JOB, *sweep, "output_dir=sweep").status == 0
    said = experiment(*JOB, "seed=1,2", "resume=sweep", "-m")

    assert said.status == 0
    assert "3 jobs, 9 of 9 runs" in said.out
    assert [line.split()[0] for line in said.out.splitlines() if line.startswith("seed=")] == [
        *("seed=0", "seed=1", "seed=2")
    ]
    plan = json.loads((tmp_path / "sweep/plan.json").read_text())
    assert [job["units"] for job in plan["jobs"]] == [plan["jobs"][0]["units"]] * 3


@pytest.mark.parametrize("more", [["suite.runs=2"], ["suite=full", "suite.ids=[dinner_*,allot*,blood*,cab*]"]])
def test_a_job_that_grew_is_verified_and_judged_as_it_is_now(
    more: list[str], pare: Pare, experiment: Pare, tmp_path: Path
) -> None:
    offline = ("suite=smoke", "model=passive", "export=none", "cache=bypass")
    assert experiment(*offline, "output_dir=job").status == 0
    assert experiment(*offline, *more, "resume=job").status == 0

    runs = len(finished(tmp_path / "job"))
    assert runs > 3
    assert pare("verify", "job").out.startswith(f"verified {runs} runs, ")
    assert f"{runs} not touched" in pare("rescore", "job").out
    assert "nothing to do" in pare("resume", "job").out


def test_a_directory_in_use_is_left_alone(pare: Pare, experiment: Pare, tmp_path: Path) -> None:
    assert experiment(*JOB, "seed=0,1", "output_dir=sweep", "-m").status == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with locked(tmp_path / "sweep"):
        said = experiment(*JOB, "seed=0,1,2", "resume=sweep", "-m")

    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("pare_runner: sweep is in use by process ")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_sweep_file_that_is_no_yaml_is_named(experiment: Pare, pare: Pare, tmp_path: Path) -> None:
    (tmp_path / "my/sweep").mkdir(parents=True)
    (tmp_path / "my/sweep/broken.yaml").write_text("hydra: {sweeper: {params: {seed: 1\n")
    said = experiment("--config-dir", "my", "sweep=broken")

    assert said.status == 2
    assert "my/sweep/broken.yaml:2:1: " in said.err
