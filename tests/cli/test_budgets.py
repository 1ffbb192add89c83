"""Forecasts and budgets on the command line, with a model that has a price."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pare_runner.cli import app
from pare_runner.cli.conf_dirs import packaged_conf_dir
from pare_runner.cli.hydra_entry import main
from tests.cli.conftest import Pare
from tests.docs.pages import page
from tests.faults.jobs import rows_of
from tests.faults.picnic import playing, write_picnics
from tests.llm.fault_server import FaultServer

PRICES = "{input: 10000, output: 20000, source: here, date: 2026-01-01}"
"""A reply of the server (20 tokens and 5) costs 30 cents."""


@dataclass(frozen=True)
class Told:
    """What the command answered."""

    status: int
    out: str
    err: str


Run = Callable[..., Told]


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer(playing()).in_thread() as running:
        yield running


@pytest.fixture
def run(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PARE_DEBUG", raising=False)
    write_picnics(tmp_path / "picnics", ["bread", "honey", "plums"])
    base = ["model=local", "model.model_name=m", f"model.base_url={server.base_url}", "scenarios=[picnics]"]

    def command(*words: str, prices: str | None = PRICES) -> Told:
        given = [] if prices is None else [f"model.prices={prices}"]
        status = main([*base, *given, "max_concurrent_scenarios=1", *words])
        said = capsys.readouterr()
        return Told(status, said.out, said.err)

    return command


def test_a_forecast_asks_nobody_and_writes_nothing(run: Run, server: FaultServer, tmp_path: Path) -> None:
    asked = len(server.paths)
    told = run("--forecast")

    assert told.status == 0
    assert told.out.startswith("forecast: 3 runs to make, about ")
    assert "based on prompts of runs played by scripted" in told.out
    assert len(server.paths) == asked, "not even whether the model is there"
    assert [path.name for path in tmp_path.iterdir()] == ["picnics"]


def test_a_forecast_needs_no_key(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)

    assert run("model.api_key_env=NO_SUCH_KEY", "--forecast").status == 0
    assert run("model.api_key_env=NO_SUCH_KEY").status == 2


def test_a_forecast_of_a_sweep(run: Run, tmp_path: Path) -> None:
    told = run("seed=0,1", "limits.max_cost_usd=0.5", "-m", "--forecast")

    first, second, total, _, warning = told.out.splitlines()
    assert first.startswith("forecast: job #0 (")
    assert second.startswith("forecast: job #1 (")
    assert total.startswith("forecast: in total 6 runs to make")
    assert warning.startswith("warning: the runs ahead will cost at least $")
    assert not (tmp_path / "outputs").exists()


def test_a_forecast_offline_says_that_it_is_free(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--forecast", "scenarios=[picnics]"]) == 0
    assert capsys.readouterr().out == "forecast: no model is going to be asked; that costs nothing\n"


@pytest.mark.parametrize("words", [["--forecast", "--cfg", "job"], ["--info", "--forecast"]])
def test_a_forecast_is_of_a_run(words: list[str], run: Run) -> None:
    told = run(*words)

    assert told.status == 2
    assert "--forecast and --" in told.err
    assert "exclude each other" in told.err


def test_a_budget_stops_the_run_and_a_higher_one_goes_on(run: Run, server: FaultServer, tmp_path: Path) -> None:
    told = run("limits.max_cost_usd=0.5", "output_dir=outputs/a")

    assert told.status == 75
    assert "forecast: 3 runs to make" in told.err
    assert "stopping: limits.max_cost_usd=0.5 is reached ($" in told.err
    assert "resume=outputs/a and a higher limit" in told.err
    assert len(rows_of(tmp_path / "outputs" / "a")) == 1

    asked = len(server.bodies)
    told = run("limits.max_cost_usd=0.5", "resume=outputs/a")
    assert (told.status, len(rows_of(tmp_path / "outputs" / "a"))) == (75, 1)
    assert "stopping: limits.max_cost_usd=0.5 is reached" in told.err
    assert len(server.bodies) == asked, "no run has begun, and a model that has answered is not paid for again"

    told = run("resume=outputs/a", "--forecast")
    assert told.out.startswith("forecast: 2 runs to make")
    assert "earlier runs of these models in other scenarios" in told.out

    told = run("limits.max_cost_usd=500", "resume=outputs/a")
    assert (told.status, len(rows_of(tmp_path / "outputs" / "a"))) == (0, 3)
    cost = sum(row["cost_usd"] for row in rows_of(tmp_path / "outputs" / "a").values())
    assert run("--forecast").out == "forecast: 3 runs, 3 of them from the cache, which costs nothing\n"
    told = run("--forecast", "cache=refresh")
    assert f"${cost:.2f} (" in told.out, "the same runs again are expected to cost the same"
    assert "based on earlier runs of the same scenarios and models (3 runs)" in told.out


def test_a_directory_goes_on_at_other_prices(run: Run) -> None:
    assert run("suite.limit=1", "output_dir=outputs/p", prices=None).status == 0
    told = run("resume=outputs/p")

    assert told.status == 0
    assert "outputs/p began at other prices: runs that are finished keep what they cost" in told.err
    assert "cost unknown: 1 of 3 runs asked a model without a price" in told.out
    assert app.main(["verify", "outputs/p"]) == 0


@pytest.mark.parametrize("words", [["limits.max_cost_usd=0.5"], ["limits.max_tokens=20", "seed=0,1", "-m"]])
def test_what_is_next_after_a_budget_works_when_it_is_typed(
    words: list[str], run: Run, pare: Pare, server: FaultServer
) -> None:
    key, limit = words[0].split("=")
    told = run(*words, "output_dir=outputs/a")
    assert told.status == 75
    lines = told.out.splitlines()
    advice = next(line for line in lines if "pare resume" in line).partition("  #")[0].split()[1:]
    higher = advice[-1].partition("=")[2]
    assert advice == ["resume", "outputs/a", f"{key}={higher}"]
    assert float(higher) >= 2 * float(limit)

    stands = pare("status", "outputs/a")
    assert stands.status == 75
    assert f"{words[0]} is used up (" in stands.out
    assert stands.out.splitlines()[-1].endswith(f"pare resume outputs/a {key}={higher}")
    assert pare("status", "outputs/a", "--json").json["directories"][0]["used_up"]["key"] == key

    asked, done = len(server.bodies), len(rows_below(Path("outputs/a")))
    at_once = pare("resume", "outputs/a")
    assert (at_once.status, len(server.bodies)) == (75, asked)
    assert f"{words[0]} is reached (" in at_once.err
    assert "runs in flight" not in at_once.err

    pare(*advice)
    assert len(rows_below(Path("outputs/a"))) > done
    again = pare("resume", "outputs/a", f"{key}=null")
    assert again.status == 0
    assert "used up" not in pare("status", "outputs/a").out


def test_a_start_makes_a_run_however_little_time_there_is(run: Run, pare: Pare) -> None:
    assert run("limits.max_wall=0.0001", "output_dir=outputs/a").status == 75
    assert [pare("resume", "outputs/a").status for _ in range(2)] == [75, 0]
    assert len(rows_below(Path("outputs/a"))) == 3


def rows_below(directory: Path) -> list[str]:
    return [line for path in directory.rglob("results.jsonl") for line in path.read_text().splitlines()]


def test_the_limits_of_a_resume_are_those_of_the_next_one(run: Run, pare: Pare) -> None:
    assert run("limits.max_cost_usd=0.1", "output_dir=outputs/a").status == 75
    higher = pare("resume", "outputs/a", "limits.max_cost_usd=0.7")
    assert higher.status == 75
    assert "forecast: " in higher.err
    assert "are left" in higher.err
    assert "limits.max_cost_usd=0.7 is used up" in pare("status", "outputs/a").out
    assert "limits.max_cost_usd=0.7 is reached" in pare("resume", "outputs/a").err


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("limits.max_cost=5", "limits.max_cost=5: a resume takes other limits only (did you mean 'limits.max_cost_usd"),
        ("seed=3", "seed=3: a resume takes other limits only (known: limits.max_cost_usd="),
        ("limits.max_wall", "limits.max_wall: a resume takes other limits only"),
        ("limits.max_wall=soon", "limits.max_wall=soon: must be a number, or null for no limit"),
        ("limits.max_cost_usd=-1", "limits.max_cost_usd=-1: must be greater than or equal to 0"),
        ("limits.max_tokens=2.5", "limits.max_tokens=2.5: must be a whole number"),
    ],
)
def test_other_limits_that_cannot_be(word: str, says: str, run: Run, pare: Pare) -> None:
    assert run("limits.max_cost_usd=0.1", "output_dir=outputs/a").status == 75
    said = pare("resume", "outputs/a", word)
    assert (said.status, said.out) == (2, "")
    assert says in said.err


def test_a_sweep_that_was_extended_under_another_limit_goes_on(run: Run, pare: Pare) -> None:
    assert run("seed=0,1", "limits.max_wall=100", "limits.max_tokens=1", "output_dir=outputs/s", "-m").status == 75
    assert run("seed=2", "limits.max_tokens=300", "resume=outputs/s", "-m").status == 75
    assert "limits.max_tokens=300 is " in pare("resume", "outputs/s").err
    assert pare("resume", "outputs/s", "limits.max_tokens=").status == 0


def folders_of_jobs(sweep: Path) -> list[str]:
    return sorted(path.parent.name for path in sweep.glob("*/manifest.json"))


def test_one_budget_is_for_all_jobs_of_a_sweep_and_names_no_folder(run: Run, tmp_path: Path) -> None:
    told = run("seed=0,1", "limits.max_tokens=1", "output_dir=outputs/s", "-m")

    assert told.status == 75
    folders = folders_of_jobs(tmp_path / "outputs" / "s")
    assert len(folders) == 2
    assert not any("limits" in name or "max" in name for name in folders)
    assert sum(len(rows_of(tmp_path / "outputs" / "s" / folder)) for folder in folders) == 1

    told = run("seed=0,1", "resume=outputs/s", "-m")
    assert told.status == 0
    assert folders_of_jobs(tmp_path / "outputs" / "s") == folders
    assert [len(rows_of(tmp_path / "outputs" / "s" / folder)) for folder in folders] == [3, 3]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["limits.max_cost_usd=1,2", "-m"], "limits.max_cost_usd is one for the whole sweep"),
        (["limits.max_cost_usd=-1"], "limits.max_cost_usd: must be greater than or equal to 0"),
        (["limits.max_wall=0"], "limits.max_wall: must be greater than 0"),
        (["limits.max_wall=9", "seed=0,1", "hydra/launcher=basic", "-m"], "a budget (limits.max_cost_usd, "),
    ],
)
def test_what_is_refused(words: list[str], message: str, run: Run, tmp_path: Path) -> None:
    told = run(*words)

    assert told.status == 2
    assert message in told.err
    assert not (tmp_path / "outputs").exists()


def test_a_budget_without_a_price_is_refused(run: Run, tmp_path: Path) -> None:
    told = run("limits.max_cost_usd=5", prices=None)

    assert told.status == 2
    assert "the price of a model is unknown" in told.err
    assert "(user=m, observe=m, execute=m)" in told.err
    assert re.findall(r"'(\w+)\.prices=", told.err) == ["model"], "one key for all three"
    assert not (tmp_path / "outputs").exists()
    assert run("limits.max_tokens=100000000", prices=None).status == 0

    told = run("limits.max_cost_usd=5", "user.model_name=other", prices=None)
    assert re.findall(r"'(\w+)\.prices=", told.err) == ["model", "user"]
    told = run("limits.max_cost_usd=5", f"observe.prices={PRICES}", prices=None)
    assert re.findall(r"'(\w+)\.prices=", told.err) == ["user", "execute"]


def test_the_zeros_that_the_option_names_are_prices(run: Run, tmp_path: Path) -> None:
    (said,) = re.findall(r"nothing: (\{.*\})$", (packaged_conf_dir() / "model/local.yaml").read_text(), re.MULTILINE)
    assert said in page("budgets.md")
    told = run("limits.max_cost_usd=5", "output_dir=outputs/own", prices=said)

    assert (told.status, "cost: $0.0000" in told.out) == (0, True)
    assert {row["cost_usd"] for row in rows_of(tmp_path / "outputs" / "own").values()} == {0.0}
