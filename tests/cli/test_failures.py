"""The end of an invocation: causes of failures, the command that makes just those again, and the exit status."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Pare, Said
from tests.faults.picnic import Special, executing, observing, playing, write_picnics
from tests.llm.fault_server import FaultServer, Reply, not_found, overflow, unavailable

WORDS = ["apple", "bread", "cake", "dates"]
TROUBLE: dict[str, Special] = {
    "bread": observing(unavailable()),
    "cake": observing(unavailable()),
    "dates": executing(overflow()),
}
Row = dict[str, Any]


class Service:
    """A server whose troubles a test can end."""

    def __init__(self) -> None:
        self.trouble = dict(TROUBLE)

    def script(self, body: Row, n: int) -> Any:
        return playing(self.trouble)(body, n)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Service, list[str]]]:
    """The service, and what is typed to run the scenarios with it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    write_picnics(tmp_path / "picnics", WORDS)
    found = Service()
    with FaultServer(found.script).in_thread() as server:
        yield (
            found,
            [
                *("model=local", "model@user=same", "scenarios=[picnics]", f"model.base_url={server.base_url}"),
                *("model.max_retries=1", "model.max_backoff=0.002", "cache=bypass"),
            ],
        )


def again(said: Said) -> list[str]:
    """The arguments of the command that makes failed runs again, as it was printed."""
    lines = said.out.splitlines()
    return shlex.split(lines[lines.index("make just these again:") + 1])


def test_equal_failures_are_one_row_and_made_again_by_the_command_shown(
    pare: Pare, experiment: Pare, service: tuple[Service, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble, words = service
    monkeypatch.setattr(sys, "argv", ["pare_runner/__main__.py", *words, "output_dir=job"])
    said = experiment(*words, "output_dir=job")

    assert said.status == 1
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    start = lines.index("runs that ended in an exception, by cause:")
    assert lines[start + 1] == "cause model endpoint runs scenarios log"
    row = lines[start + 2]
    assert row.startswith("ModelError: server_error: ")
    assert " 2 picnic_bread, picnic_cake job/logs/picnic_bread_" in row
    assert "runs that a limit ended (a verdict, it stands):" in lines
    assert any(line.startswith("limit:context ") for line in lines)
    typed = next(line for line in lines if line.endswith("resume=job only=failed"))
    assert shlex.split(typed)[3:-2] == words

    trouble.trouble.clear()
    command = again(said)
    assert Path(command[0]).name == "pare"
    assert command[1:] == ["resume", "job", "--only", "failed"]
    second = pare(*command[1:])
    assert second.status == 0
    assert "exception, by cause" not in second.out
    assert "runs that a limit ended" in second.out, "a verdict is not made again"
    assert pare("resume", "job", "--only", "failed").out.startswith("job: no run ended in an exception, nothing to do")


def test_the_path_of_a_log_can_be_copied_from_a_pipe(experiment: Pare, service: tuple[Service, list[str]]) -> None:
    trouble, words = service
    trouble.trouble = {"bread": observing(not_found())}
    job = f"results/{'of_a_long_afternoon_' * 5}/job"
    said = experiment(*words, f"output_dir={job}")

    lines = said.out.splitlines()
    log = lines[lines.index("runs that ended in an exception, by cause:") + 2].split()[-1]
    assert log.startswith(f"{job}/logs/picnic_bread_")
    assert Path(log).is_file()


def test_a_sweep_has_one_table_of_jobs_and_one_of_causes(
    pare: Pare, experiment: Pare, service: tuple[Service, list[str]]
) -> None:
    _, words = service
    said = experiment(*words, "seed=0,1", "output_dir=sweep", "-m")

    assert said.status == 1
    lines = said.out.splitlines()
    heads = [line.split()[0] for line in lines if line.split()[:1] in (["job"], ["scenario"], ["cause"])]
    assert heads == ["job", "cause", "cause"], "no table of runs"
    row = lines[lines.index("runs that ended in an exception, by cause:") + 2]
    assert " 4 " in row
    found = pare("status", "sweep", "--json").json["directories"][0]
    assert [(group["kind"], group["runs"]) for group in found["failures"]] == [("ModelError", 4)]
    assert [(group["kind"], group["runs"]) for group in found["limits"]] == [("limit:context", 2)]


def test_statuses_of_verdicts_and_bad_input(experiment: Pare, service: tuple[Service, list[str]]) -> None:
    trouble, words = service
    words = [*words, "cache=bypass"]
    trouble.trouble = {"dates": executing(overflow())}
    assert experiment(*words, "output_dir=verdicts").status == 0, "a verdict is no failure"
    trouble.trouble = {word: observing(Reply("I would rather not.")) for word in WORDS}
    assert experiment(*words, "output_dir=refusals", "format_retries=1").status == 0
    assert experiment(*words, "output_dir=verdicts").status == 2
    trouble.trouble = {"apple": observing(not_found())}
    assert experiment(*words, "output_dir=exceptions").status == 1


def test_the_cache_is_named_only_where_it_has_runs(
    pare: Pare, experiment: Pare, service: tuple[Service, list[str]], fresh_cache: Path
) -> None:
    trouble, words = service
    words = [word for word in words if word != "cache=bypass"]
    trouble.trouble = {"apple": observing(not_found())}
    hint = "in a new directory: the rest is in the cache"
    bypassed = experiment(*words, "cache=bypass", "output_dir=bypassed")
    assert (bypassed.status, hint in bypassed.out, hint in pare("status", "bypassed").out) == (1, False, False)
    assert not list(fresh_cache.iterdir())
    used = experiment(*words, "output_dir=used")
    assert (used.status, hint in used.out, hint in pare("status", "used").out) == (1, True, True)
    sweep = experiment(*words, "cache=bypass", "seed=0,1", "output_dir=sweep", "-m")
    assert (sweep.status, hint in sweep.out) == (1, False)
    trouble.trouble = {word: observing(not_found()) for word in WORDS}
    none = experiment(*words, "seed=7", "output_dir=none")
    assert (none.status, hint in none.out) == (1, False), "exceptions are not kept"
