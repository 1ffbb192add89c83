"""How runs end, through whole jobs; and the page that lists it, compared with the code and with these tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest

from pare_runner import __file__ as package
from pare_runner.batch.invocation import run_job
from pare_runner.batch.job import JobReport
from pare_runner.batch.verification import Tally, verify_job
from pare_runner.episode.phase import LIMITS
from pare_runner.episode.run import FORCED_FAILURES
from pare_runner.kernel import simulation
from pare_runner.policy.request import MODEL_ERRORS, ErrorKind
from pare_runner.scenarios.result import STATUSES
from tests.docs.pages import page
from tests.faults import cases
from tests.faults.cases import ELSEWHERE, EXCEPTIONS, VERDICTS, Case, ends, specials
from tests.faults.jobs import Row, job_config, rows_of
from tests.faults.picnic import CHECKS, playing, role_of, word_of, write_picnics
from tests.llm.fault_server import Fault, FaultServer, Reply, filtered, unavailable

EVERY = {**VERDICTS, **EXCEPTIONS}


@dataclass(frozen=True)
class Done:
    """A job that is over, and how often the assistant was asked in each scenario while it observed."""

    directory: Path
    report: JobReport
    rows: dict[str, Row]
    asked: dict[str, int]


def run(folder: Path, listed: Mapping[str, Case]) -> Done:
    scenarios = write_picnics(folder / "picnics", listed, ends(listed))
    with FaultServer(playing(specials(listed))).in_thread() as server:
        config = job_config(
            server,
            scenarios,
            max_concurrent_scenarios=1,
            agent_type="tests.faults.cases:Stumbling",
            observe_max_iterations=1,
            max_turns=cases.MAX_TURNS,
            max_idle_turns=cases.MAX_IDLE_TURNS,
            max_tokens_per_run=cases.MAX_TOKENS,
            max_scenario_duration=cases.MAX_DURATION,
            format_retries=cases.FORMAT_RETRIES,
            engine={"read_timeout": 0.75, "max_retries": cases.MAX_RETRIES},
        )
        report = run_job(config, folder / "job")
        words = [word_of(body) for body in server.bodies if role_of(body) == "observe"]
    return Done(folder / "job", report, rows_of(folder / "job"), {word: words.count(word) for word in listed})


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return run(tmp_path_factory.mktemp("verdicts"), VERDICTS)


@pytest.fixture(scope="module")
def exceptions(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return run(tmp_path_factory.mktemp("exceptions"), EXCEPTIONS)


@pytest.fixture
def done(word: str, request: pytest.FixtureRequest) -> Done:
    job: Done = request.getfixturevalue("verdicts" if word in VERDICTS else "exceptions")
    return job


@pytest.mark.parametrize("word", EVERY)
def test_how_a_run_ends(word: str, done: Done) -> None:
    case, row = EVERY[word], done.rows[f"picnic_{word}"]
    end = (row["status"], row["termination_reason"], row["exception_type"])
    assert end == (case.status, case.reason, case.exception), row["exception_message"] or row["rationale"]
    assert row["model_errors"] == {**case.problems} | ({} if case.kind is None else {str(case.kind): 1})
    assert row["success_bool"] == {"success": True, "failed": False}.get(case.status)
    assert row["has_exception"] == (case.status == "exception")
    if case.exception == "ModelError":
        assert row["exception_message"].startswith(f"{case.kind}: ")
    if case.attempts is not None:
        assert done.asked[word] == case.attempts
    assert (done.directory / row["export_path"]).exists()


def test_a_job_without_exceptions_is_status_0_whatever_its_verdicts(verdicts: Done) -> None:
    assert verdicts.report.exit_status == 0
    assert sorted(verdicts.rows) == sorted(f"picnic_{word}" for word in VERDICTS)


def test_a_job_with_exceptions_goes_on_and_is_status_1(exceptions: Done) -> None:
    assert exceptions.report.exit_status == 1
    assert sorted(exceptions.rows) == sorted(f"picnic_{word}" for word in EXCEPTIONS)
    assert exceptions.report.summary["exception"] == len(EXCEPTIONS) - 2
    assert exceptions.report.summary["success_rate"] == 1.0, "exceptions are left out"


@pytest.mark.parametrize("name", ["verdicts", "exceptions"])
def test_every_end_is_verified_without_a_server(name: str, request: pytest.FixtureRequest) -> None:
    job: Done = request.getfixturevalue(name)
    tally = Tally()
    verify_job(job.directory, tally)
    assert (tally.runs, tally.partly) == (len(job.rows), [])


def test_a_run_that_takes_too_long(tmp_path: Path) -> None:
    def drip(body: dict[str, Any], reply: Reply) -> Fault:
        return Fault(body=b" " * 100_000, slow=0.05)

    scenarios = write_picnics(tmp_path / "picnics", ["honey", "bread"])
    with FaultServer(playing({"honey": drip})).in_thread() as server:
        config = job_config(server, scenarios, max_concurrent_scenarios=1, timeout_seconds=1)
        report = run_job(config, tmp_path / "job")
    rows = rows_of(tmp_path / "job")
    slow, other = rows["picnic_honey"], rows["picnic_bread"]
    assert report.exit_status == 1
    assert (slow["status"], slow["termination_reason"], slow["exception_type"]) == ("exception", None, "UnitTimeout")
    assert "1 s" in slow["exception_message"]
    assert slow["model_calls"] > 0, "what was paid for is counted"
    assert other["status"] == "success"
    tally = Tally()
    verify_job(tmp_path / "job", tally)
    assert tally.runs == 2
    assert "UnitTimeout" in tally.partly[0]


def test_a_run_whose_process_dies(tmp_path: Path) -> None:
    words = ["honey", "wasps", "bread"]
    scenarios = write_picnics(tmp_path / "picnics", words)
    with FaultServer(playing()).in_thread() as server:
        config = job_config(
            server,
            scenarios,
            max_concurrent_scenarios=3,
            executor_type="process",
            agent_type="tests.faults.cases:Deadly",
        )
        report = run_job(config, tmp_path / "job")
    rows = rows_of(tmp_path / "job")
    dead = rows["picnic_wasps"]
    assert report.exit_status == 1
    assert (dead["status"], dead["termination_reason"], dead["exception_type"]) == ("exception", None, "WorkerDied")
    assert dead["exception_message"] == "the process that made this run died twice (exit status 3)"
    assert [rows[f"picnic_{word}"]["status"] for word in ("honey", "bread")] == ["success"] * 2


JUDGED = "checks:\n  - judge: The {word} are mentioned.\n"
HOLDS = Reply('{"holds": true, "why": "They are."}')
JUDGES: dict[str, tuple[Reply | Fault, tuple[str | None, ...]]] = {
    "dates": (HOLDS, ("success", "idle", None)),
    "grapes": (Reply('{"holds": false, "why": "They are not."}'), ("failed", "idle", None)),
    "figs": (Reply("Hard to say."), ("exception", "idle", "CheckError")),
    "limes": (filtered(), ("exception", "idle", "ModelError")),
    "plums": (unavailable(), ("exception", "idle", "ModelError")),
    "soup": (HOLDS, ("failed", "limit:context", None)),
}
"""By word: what the judge says, and what becomes of the run. In the last one the assistant has failed already."""


def test_what_a_judge_makes_of_a_run(tmp_path: Path) -> None:
    asked = []

    def script(body: dict[str, Any], n: int) -> Reply | Fault:
        word = word_of(body)
        if word is None or "tools" in body:
            return playing(specials(VERDICTS))(body, n)
        asked.append(word)
        return JUDGES[word][0]

    scenarios = write_picnics(tmp_path / "picnics", JUDGES, dict.fromkeys(JUDGES, CHECKS.replace("checks:\n", JUDGED)))
    with FaultServer(script).in_thread() as server:
        config = job_config(
            server, scenarios, max_concurrent_scenarios=1, format_retries=1, engine={"max_retries": cases.MAX_RETRIES}
        )
        config = config.model_copy(update={"judge_engine_config": config.observe_engine_config})
        assert run_job(config, tmp_path / "job").exit_status == 1
    rows = rows_of(tmp_path / "job")
    for word, (_, end) in JUDGES.items():
        row = rows[f"picnic_{word}"]
        assert (row["status"], row["termination_reason"], row["exception_type"]) == end, word
    assert "content_filter: " in rows["picnic_limes"]["exception_message"]
    assert sorted(asked) == ["dates", "figs", "figs", "grapes", "limes", "plums", "plums"]
    tally = Tally()
    verify_job(tmp_path / "job", tally)
    assert (tally.runs, tally.partly) == (len(JUDGES), [])


def test_no_tls_where_https_is_asked_for(tmp_path: Path) -> None:
    scenarios = write_picnics(tmp_path / "picnics", ["cake"])
    with FaultServer(playing()).in_thread() as server:
        config = job_config(server.base_url.replace("http:", "https:"), scenarios)
        assert run_job(config, tmp_path / "job").exit_status == 1
    (row,) = rows_of(tmp_path / "job").values()
    assert row["exception_message"].startswith("unreachable: no TLS connection to https://127.0.0.1")
    assert server.bodies == []


def table(after: str, *, column: int = 0) -> list[str]:
    """A column of the table below a heading of the page, without the quotes of code."""
    text = page("outcomes.md").split(f"\n## {after}\n")[1].split("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [re.split(r"\s*\|\s*", row.strip("| "))[column].strip("`") for row in rows]


def ends_in_code() -> set[str]:
    """The termination reasons that the code gives."""
    found = {simulation.IDLE, simulation.DURATION, simulation.STOPPED, *LIMITS.values()}
    for path in sorted((Path(package).parent / "episode").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "EpisodeEnded":
                found |= {str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)}
    return found


def known(names: Iterable[str | None]) -> set[str]:
    return {name for name in names if name is not None}


def test_the_page_lists_every_status_and_no_other() -> None:
    assert table("Status") == list(STATUSES)
    assert set(STATUSES) == {case.status for case in EVERY.values()}


def test_the_page_lists_every_termination_reason_and_no_other() -> None:
    reasons = table("Termination reason")
    assert len(set(reasons)) == len(reasons)
    assert set(reasons) - {"cancelled"} == ends_in_code()
    assert set(reasons) - set(ELSEWHERE) == known(case.reason for case in EVERY.values())
    statuses = dict(zip(reasons, table("Termination reason", column=2), strict=True))
    for reason in reasons:
        tested = {case.status for case in EVERY.values() if case.reason == reason and case.exception is None}
        if statuses[reason] == "failed":
            assert tested == {"failed"}
            assert reason in FORCED_FAILURES
        elif reason != "cancelled":
            assert statuses[reason] == "as the checks say"
            assert reason not in FORCED_FAILURES


def test_the_page_lists_every_exception_and_no_other() -> None:
    listed = set(table("Exception"))
    assert "any other" in listed
    named = known(case.exception for case in EVERY.values()) | set(ELSEWHERE)
    assert listed - {"any other"} == named - {"LookupError", "cancelled"}


def test_the_page_lists_every_kind_of_error_and_no_other() -> None:
    kinds, tried, becomes = (table("Model calls", column=column) for column in (0, 2, 3))
    assert set(kinds) == set(get_args(ErrorKind)) == known(case.kind for case in EVERY.values())
    for kind, again, run in zip(kinds, tried, becomes, strict=True):
        attempts = {case.attempts for case in EVERY.values() if case.kind == kind}
        if kind in MODEL_ERRORS:
            assert (again, run) == ("no", f"failed`, `{LIMITS[kind]}")
            assert attempts == {1}
        else:
            assert run == "exception"
            if kind != "unreachable":  # the page has two rows of it
                assert (cases.MAX_RETRIES + 1 in attempts, 1 in attempts) == (again != "no", again != "yes")


def test_the_tests_of_the_rest_exist() -> None:
    here = Path(__file__).parent
    tests = "".join(path.read_text(encoding="utf-8") for path in sorted(here.glob("test_*.py")))
    for name in ELSEWHERE.values():
        assert f"def {name}(" in tests
