"""`pare traces show`: runs of an experiment, files, parts, JSON, a page, and what it refuses."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from pare_runner.cli.hydra_entry import main
from pare_runner.cli.traces.group import COMMANDS
from pare_runner.traces.conversation import entries_of, lines
from pare_runner.traces.documents import read_hf
from pare_runner.traces.entry import Detail
from pare_runner.traces.from_hf import record_of_hf
from tests.cli.conftest import Pare, Said
from tests.traces.worlds import World

SCENARIO = "dinner_headcount_change"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An experiment of two scenarios and two runs with the eager assistant, under noise."""
    folder = tmp_path_factory.mktemp("outputs")
    argv = ["model=eager", "suite.runs=2", "noise=env_2", "cache=bypass", f"output_dir={folder}/day/one"]
    assert main([f"scenarios=[{SCENARIO},quiet_friday_afternoon]", *argv]) == 0
    return folder


@pytest.fixture
def show(pare: Pare, outputs: Path) -> Pare:
    """`pare traces show` where that experiment is the newest one."""
    Path("outputs").symlink_to(outputs)
    return lambda *argv: pare("traces", "show", *argv)


def heads(said: Said) -> list[str]:
    return [line for line in said.out.splitlines() if line.startswith("turn")]


def test_a_run_of_the_newest_experiment(show: Pare) -> None:
    said = show(SCENARIO, "--run", "1")

    assert (said.status, said.err) == (0, "")
    shown = said.out.splitlines()
    assert shown[0] == f"{SCENARIO}, run 1; user:scripted|observe:eager|execute:eager"
    assert shown[1].startswith(f"outputs/day/one/traces/hf/{SCENARIO}_run_1_")
    assert shown[2:5] == ["", "turn 0", "     0:00  user       screen: the home screen."]
    assert any("assistant  proposes: " in line for line in shown)
    assert any("world      noise: " in line for line in shown)
    assert any("✗ called calendar.edit_calendar_event" in line for line in shown)
    assert max(map(len, shown[4:])) <= 100
    assert "\x1b" not in said.out


def test_the_log_of_the_run_is_the_same_conversation(show: Pare) -> None:
    for run in ("1", "2"):
        (file,) = Path("outputs/day/one/traces/hf").glob(f"{SCENARIO}_run_{run}_*.json")
        log = Path("outputs/day/one/logs", f"{file.stem}.log").read_text()
        told = "\n".join(lines(entries_of(record_of_hf(read_hf(file)))))
        assert told in log
        said = "".join(show(file.stem, "--full").out.split())
        for entry in entries_of(record_of_hf(read_hf(file)), Detail(full=True)):
            assert entry.kind == "wait" or "".join(entry.text.split()) in said


def test_a_file_and_the_id_of_a_run(show: Pare) -> None:
    (file,) = Path("outputs/day/one/traces/hf").glob(f"{SCENARIO}_run_2_*.json")
    whole = show(str(file)).out
    assert show(file.stem).out == whole
    assert show(file.stem, "--in", "outputs").out == whole
    assert show(SCENARIO, "--run", "2", "--in", "outputs/day").out == whole


def test_parts_of_a_run(show: Pare) -> None:
    some = show(SCENARIO, "--run", "1", "--turns", "1-2")
    assert heads(some) == ["turn 1", "turn 2"] or heads(some) == ["turn 1"]
    user = show(SCENARIO, "--run", "1", "--role", "user").out
    assert "  user  " in user
    assert "  assistant  " not in user
    assert "✓ proposed" in user


def test_json(show: Pare) -> None:
    said = show(SCENARIO, "--run", "1", "--json").json

    assert list(said) == ["file", "format", "run", "entries"]
    assert (said["format"], said["run"]["scenario_id"], said["run"]["run_number"]) == ("hf", SCENARIO, 1)
    kinds = {entry["kind"] for entry in said["entries"]}
    assert kinds >= {"event", "told", "screen", "request", "proposal", "answer", "end", "check"}
    assert any(entry["noise"] for entry in said["entries"])
    only = show(SCENARIO, "--run", "1", "--json", "--role", "observe", "--turns", "1").json["entries"]
    same = [entry for entry in said["entries"] if entry["role"] == "observe" and entry["turn"] == 1]
    assert [(entry["seconds"], entry["text"]) for entry in only] == [(e["seconds"], e["text"]) for e in same]
    # What is not there was not said before, so the first request has all of its messages.
    request = next(entry["model_call"] for entry in only if entry["kind"] == "request")
    assert request["earlier_messages"] == 0
    assert request["messages"][0]["role"] == "system"


def test_a_page(show: Pare) -> None:
    said = show(SCENARIO, "--run", "1", "--html", "new/run.html")
    assert (said.status, said.out) == (0, "written: new/run.html\n")
    first = Path("new/run.html").read_bytes()
    assert b"<h1>dinner_headcount_change" in first
    assert show(SCENARIO, "--run", "1", "--html", "new/run.html").status == 0
    assert Path("new/run.html").read_bytes() == first
    assert sorted(path.name for path in Path("new").iterdir()) == ["run.html"]


def test_a_page_on_standard_output(show: Pare, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", out)
    show(SCENARIO, "--run", "1", "--html", "-")
    written = out.buffer.getvalue()  # type: ignore[attr-defined]
    monkeypatch.undo()
    assert written.startswith(b"<!DOCTYPE html>")
    assert written.rstrip().endswith(b"</html>")


def test_no_other_file_is_overwritten(show: Pare) -> None:
    Path("notes.txt").write_text("mine")
    for name in ("notes.txt", "outputs"):
        said = show(SCENARIO, "--run", "1", "--html", name)
        assert (said.status, said.out) == (2, "")
        assert f"{name} is there already and is no page" in said.err
    assert Path("notes.txt").read_text() == "mine"


def test_colours_on_a_terminal(show: Pare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    coloured = show(SCENARIO, "--run", "1")
    assert "\x1b[1mturn 0\x1b[0m" in coloured.out
    plain = show(SCENARIO, "--run", "1", "--no-color")
    assert "\x1b" not in plain.out
    assert max(map(len, plain.out.splitlines()[4:])) <= 60


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([SCENARIO], "stands for 2 runs: pick one with --run, or by\n  pare traces show outputs/"),
        ([SCENARIO, "--run", "3"], "dinner_headcount_change has no run 3 (known: 1, 2)"),
        (["dinner_headcount"], "there is no run 'dinner_headcount' among the 4 that were found (did you mean"),
        (["nothing.json"], "there is no nothing.json"),
        (["./outputs"], "stands for 4 runs: pick one by\n  pare traces show outputs/"),
        ([SCENARIO, "--in", "nowhere"], "there is no nowhere"),
        ([SCENARIO, "--run", "1", "--turns", "5-3"], "'5-3' names no turns"),
        ([SCENARIO, "--run", "1", "--turns", "900"], "the run has no such turn (it has turns 0 to "),
        ([SCENARIO, "--run", "1", "--role", "usr"], "there is no role 'usr' (did you mean 'user'?)"),
        ([SCENARIO, "--run", "1", "--json", "--html", "x.html"], "one of --json and --html, not both"),
        ([""], "RUN is empty"),
    ],
)
def test_what_is_refused(show: Pare, argv: list[str], message: str) -> None:
    said = show(*argv)
    assert (said.status, said.out) == (2, "")
    assert message in said.err
    assert "Traceback" not in said.err
    assert not Path("x.html").exists()


def test_without_any_experiment(pare: Pare) -> None:
    said = pare("traces", "show", SCENARIO)
    assert (said.status, said.out) == (2, "")
    assert "there is no experiment below outputs/ (name a trace, or a directory with --in)" in said.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "bad.json: this is not JSON"),
        ("[]", "bad.json: $: an hf trace is an object, not"),
        (json.dumps({**World().data(), "version": "v2"}), "bad.json: $.version: the version is 'v2'"),
        (
            json.dumps({**World().data(), "world_logs": ['{"timestamp": "x"}']}),
            "bad.json: $.world_logs[0].timestamp: timestamp must be a number",
        ),
        (json.dumps(World(metadata={"pare_runner": 1}).data()), "bad.json: $.metadata.pare_runner: must be an obj"),
    ],
)
def test_files_that_cannot_be_read(pare: Pare, text: str, message: str) -> None:
    Path("bad.json").write_text(text)
    for options in ([], ["--json"], ["--html", "x.html"]):
        said = pare("traces", "show", "bad.json", *options)
        assert (said.status, said.out) == (2, "")
        assert said.err.startswith(message)
    assert not Path("x.html").exists()


def test_a_file_of_a_gigabyte(pare: Pare) -> None:
    with open("big.json", "wb") as file:
        file.truncate(2**30)
    said = pare("traces", "show", "big.json")
    assert (said.status, said.err) == (2, "big.json: the file has 1,024.0 MiB, at most 512.0 MiB are read\n")


def test_the_group_names_it() -> None:
    assert {"show", "stats"} <= set(COMMANDS)


def test_native_runs_are_shown_like_hf_ones(show: Pare, experiment: Pare) -> None:
    argv = [f"scenarios=[{SCENARIO}]", "model=eager", "suite.runs=2", "noise=env_2", "cache=bypass"]
    assert experiment(*argv, "export=native", "output_dir=native").status == 0
    assert not list(Path("native").rglob("traces/hf"))
    told = show(SCENARIO, "--in", "native", "--run", "2", "--full")
    expected = show(SCENARIO, "--in", "outputs", "--run", "2", "--full")

    assert told.status == 0, told.err
    assert told.out.splitlines()[2:] == expected.out.splitlines()[2:]
    assert show("native").err.startswith(
        "pare: native stands for 2 runs: pick one with --run, or by\n  pare traces show dinner_headcount_change_run_1_"
    )
    for place in ("native", "outputs"):
        assert show(SCENARIO, "--in", place, "--run", "2", "--html", f"{place}.html").status == 0
    assert Path("native.html").read_bytes() == Path("outputs.html").read_bytes()
