"""The suite of the contract: subclass one of these classes in a pytest file and make the executor.

`ExecutorContract` holds for all. `KillingExecutor` is for one with `kills`, `WaitingExecutor` for one without: each has
the tests of all, and those of what only such an executor can do.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import psutil

from pare_runner.batch.bench import UnitTimeout
from pare_runner.batch.executors.contract import Executor
from pare_runner.batch.executors.elsewhere import START_SECONDS, elsewhere, hear, living, state
from pare_runner.batch.executors.loop import LoopExecutor
from pare_runner.batch.executors.play import BrokenDesk, CountingDesk, content, crew, invoke, tasks
from pare_runner.batch.executors.processes import WorkerDied
from pare_runner.batch.executors.situations import FOREVER, experiment, obeying, ordinary, told
from pare_runner.batch.job import JobReport
from pare_runner.batch.journal import read_journal
from pare_runner.batch.lock import locked
from pare_runner.scenarios.scenario import PAREScenario

STOP_SECONDS = 2.0
"""Within how many seconds Ctrl-C ends an invocation."""
AT_ONCE_SECONDS = 0.9
"""The same for a second Ctrl-C: before the first one would be repeated."""
ATTEMPTS = 3
"""Tries at ending in time."""
BUSY_SECONDS = 1.0
"""What a machine that is busy with other things may take on top."""


class ExecutorContract:
    """What every executor promises. Some tests give it to another process, so it must survive being pickled."""

    slack: ClassVar[float] = BUSY_SECONDS
    linger: ClassVar[float] = BUSY_SECONDS
    """Seconds after which no process is left of an executor that was killed."""

    def make_executor(self) -> Executor:
        """A new executor, ready to run."""
        raise NotImplementedError

    # What is made ---------------------------------------------------------------------------------------------------

    def test_every_task_once_and_never_more_at_a_time(self, tmp_path: Path) -> None:
        """For several numbers of runs in flight."""
        scenarios, config = [told(f"s{number}", "wait 0.02") for number in range(10)], obeying()
        for in_flight in (1, 3, 20):
            desk = CountingDesk(deque(tasks(config, scenarios)))
            directory = tmp_path / str(in_flight)
            self.make_executor().run(crew(config, scenarios, directory, in_flight), desk)
            made = Counter(report.task.unit.scenario for report in desk.reports)
            assert made == Counter(scenario.scenario_id for scenario in scenarios)
            assert {report.row["status"] for report in desk.reports} == {"success"}
            assert (desk.in_flight, desk.errors) == (0, [])
            assert desk.most <= in_flight

    def test_the_same_bytes_as_one_by_one(self, tmp_path: Path) -> None:
        """Two jobs, two scenarios, two runs each, with agents and without."""
        suite: dict[str, Any] = {"runs": 2}
        jobs = {
            "0": experiment(max_concurrent_scenarios=3, suite=suite),
            "1": experiment(max_concurrent_scenarios=3, suite=suite, seed=1),
            "oracle": experiment(max_concurrent_scenarios=3, suite=suite, oracle=True),
        }
        invoke(LoopExecutor(one_by_one=True), tmp_path / "one", jobs, ordinary())
        invoke(self.make_executor(), tmp_path / "other", jobs, ordinary())
        for folder in jobs:
            expected, found = content(tmp_path / "one" / folder), content(tmp_path / "other" / folder)
            assert sorted(found) == sorted(expected)
            for name, what in expected.items():
                assert found[name] == what, f"{folder}/{name}"
            assert len([name for name in expected if name.startswith(("traces/", "logs/"))]) == 8

    # When it ends ---------------------------------------------------------------------------------------------------

    def test_it_ends_when_there_is_nothing_to_do(self, tmp_path: Path) -> None:
        """Not even at the beginning."""
        desk = CountingDesk(deque())
        self.make_executor().run(crew(obeying(), [], tmp_path, 3), desk)
        assert desk.reports == []

    def test_tasks_may_come_later(self, tmp_path: Path) -> None:
        """The desk had none when it was asked, and has some when a report is in."""
        scenarios, config = [told(f"s{number}", "wait 0.05") for number in range(4)], obeying()
        first, *later = tasks(config, scenarios)
        desk = CountingDesk(deque([first]), later)
        self.make_executor().run(crew(config, scenarios, tmp_path, 3), desk)
        assert sorted(report.task.unit.scenario for report in desk.reports) == ["s0", "s1", "s2", "s3"]

    def test_an_error_of_the_desk_ends_it(self, tmp_path: Path) -> None:
        """It is passed on, and nothing is handed in after it."""
        waiting = [told(f"w{number}", f"wait {FOREVER}") for number in range(2)]
        scenarios, config = [told("quick", "wait 0"), *waiting], obeying()
        desk = CountingDesk(deque(tasks(config, scenarios)), breaks_at=1)
        began = time.monotonic()
        try:
            self.make_executor().run(crew(config, scenarios, tmp_path, 3), desk)
        except BrokenDesk:
            assert len(desk.reports) == 1
            assert time.monotonic() - began < START_SECONDS
        else:
            raise AssertionError("the error of the desk was swallowed")

    def test_a_run_over_its_time_ends_at_an_await(self, tmp_path: Path) -> None:
        """The others are made."""
        scenarios = [told("slow", f"wait {FOREVER}"), *(told(f"s{number}", "wait 0") for number in range(3))]
        config = obeying(max_concurrent_scenarios=2, timeout_seconds=1)
        rows = self._rows(tmp_path, config, scenarios)
        assert (rows["slow"]["status"], rows["slow"]["exception_type"]) == ("exception", UnitTimeout.__name__)
        assert [rows[f"s{number}"]["status"] for number in range(3)] == ["success"] * 3

    def test_it_works_on_any_thread(self, tmp_path: Path) -> None:
        """Known defect 50: a runner could only be made where signals are handled. It handles none elsewhere."""
        reports: list[JobReport] = []
        config, scenarios = obeying(max_concurrent_scenarios=2), [told("a", "wait 0.01"), told("b", "wait 0.01")]
        before = signal.getsignal(signal.SIGINT)
        thread = threading.Thread(
            target=lambda: reports.extend(invoke(self.make_executor(), tmp_path, {".": config}, scenarios))
        )
        thread.start()
        thread.join(START_SECONDS)
        assert [report.summary["success"] for report in reports] == [2]
        assert signal.getsignal(signal.SIGINT) is before

    # Ctrl-C ---------------------------------------------------------------------------------------------------------

    def test_ctrl_c_ends_it_soon(self, tmp_path: Path) -> None:
        """While runs wait."""
        self._interrupt(tmp_path, "wait", STOP_SECONDS)

    def test_ctrl_c_ends_it_soon_when_a_run_blocks(self, tmp_path: Path) -> None:
        """Whatever the run is busy with."""
        self._interrupt(tmp_path, "block", STOP_SECONDS)

    def test_a_second_ctrl_c_ends_it_at_once(self, tmp_path: Path) -> None:
        """While a run blocks, too."""
        self._interrupt(tmp_path, "block", AT_ONCE_SECONDS, again=True)

    # ----------------------------------------------------------------------------------------------------------------

    def _rows(self, directory: Path, config: Any, scenarios: Sequence[PAREScenario]) -> dict[str, dict[str, Any]]:
        """Scenario → its line in the journal, of which there is one."""
        invoke(self.make_executor(), directory, {".": config}, scenarios)
        lines = read_journal(directory).lines
        assert sorted(line["base_scenario_id"] for line in lines) == sorted(item.scenario_id for item in scenarios)
        return {line["base_scenario_id"]: line for line in lines}

    def _interrupt(self, folder: Path, what: str, seconds: float, *, again: bool = False) -> None:
        """What is left is right each time, and one of a few attempts ends in time: other work only ever adds to it."""
        for attempt in range(ATTEMPTS):
            took = self._interrupted(folder / str(attempt), what, again=again)
            if took < seconds + self.slack:
                return
        raise AssertionError(f"Ctrl-C took {took:.1f} s, {seconds + self.slack:g} are allowed")

    def _interrupted(self, folder: Path, what: str, *, again: bool) -> float:
        """Seconds from Ctrl-C to the end of the invocation."""
        folder.mkdir()
        words = ("quick=wait 0", f"busy={what} {FOREVER}")
        with elsewhere(self.make_executor(), folder, 2, *words) as process:
            hear(process, "finished quick", "began busy")
            time.sleep(0.3)  # it says that the run begins, not that the assistant is at it
            workers = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGINT)
            since = time.monotonic()
            if again:
                time.sleep(0.1)
                process.send_signal(signal.SIGINT)
            process.wait(START_SECONDS)
            took = time.monotonic() - since
        assert process.returncode in (130, -signal.SIGINT)
        assert not living(workers, self.slack), "processes were left behind"
        journal = read_journal(folder / "job")
        assert [line["base_scenario_id"] for line in journal.lines] == ["quick"]
        assert journal.unusable == []
        return took


class KillingExecutor(ExecutorContract):
    """What an executor with `kills` promises beside: runs are in processes that may end."""

    def test_it_says_that_it_kills(self) -> None:
        """Else it wants the other class."""
        assert self.make_executor().kills

    def test_a_run_that_never_awaits_is_killed(self, tmp_path: Path) -> None:
        """The others are made, those that were beside it too."""
        others = [told(f"s{number}", "wait 0.2") for number in range(4)]
        config = obeying(max_concurrent_scenarios=4, timeout_seconds=2)
        rows = self._rows(tmp_path, config, [told("stuck", f"block {FOREVER}"), *others])
        assert (rows["stuck"]["status"], rows["stuck"]["exception_type"]) == ("exception", UnitTimeout.__name__)
        assert [rows[f"s{number}"]["status"] for number in range(4)] == ["success"] * 4

    def test_a_worker_that_dies_takes_no_other_run_with_it(self, tmp_path: Path) -> None:
        """What kills its workers is found out, and ends as an exception."""
        others = [told(f"s{number}", "wait 0.2") for number in range(6)]
        config = obeying(max_concurrent_scenarios=4)
        rows = self._rows(tmp_path, config, [*others[:3], told("deadly", "die"), *others[3:]])
        assert (rows["deadly"]["status"], rows["deadly"]["exception_type"]) == ("exception", WorkerDied.__name__)
        assert [rows[f"s{number}"]["status"] for number in range(6)] == ["success"] * 6

    def test_a_run_whose_worker_died_once_is_made_again(self, tmp_path: Path) -> None:
        """It may have been somebody else's fault."""
        scenarios = [told("unlucky", f"die_once {tmp_path / 'died'}"), told("beside", "wait 0.2")]
        rows = self._rows(tmp_path / "job", obeying(max_concurrent_scenarios=2), scenarios)
        assert (tmp_path / "died").exists()
        assert [row["status"] for row in rows.values()] == ["success", "success"]

    def test_workers_end_with_their_parent(self, tmp_path: Path) -> None:
        """However it ends: nothing is written after it, the directory is free, and the journal valid."""
        waiting = [f"w{number}=wait 0.4" for number in range(30)]
        with elsewhere(self.make_executor(), tmp_path, 4, "quick=wait 0", *waiting) as process:
            hear(process, "finished quick", "began w3")
            workers = psutil.Process(process.pid).children(recursive=True)
            assert workers
            process.kill()
            process.wait(START_SECONDS)
        assert not living(workers, self.linger)
        with locked(tmp_path / "job"):
            left = state(tmp_path / "job")
            time.sleep(0.6)  # longer than a run takes
            assert state(tmp_path / "job") == left
        assert read_journal(tmp_path / "job").unusable == []


class WaitingExecutor(ExecutorContract):
    """What an executor without `kills` promises instead."""

    patience: ClassVar[float] = 10.0
    """Seconds for which a run may block before it is named."""

    def test_it_says_that_it_does_not_kill(self) -> None:
        """Else it wants the other class."""
        assert not self.make_executor().kills

    def test_a_run_that_blocks_is_named(self, tmp_path: Path) -> None:
        """And ends when it wants to."""
        said: list[str] = []

        class Listening(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                if record.levelno == logging.WARNING:
                    said.append(record.getMessage())

        scenarios = [told("stuck", f"block {self.patience + 1.5}"), told("other", "wait 0")]
        handler, logger = Listening(), logging.getLogger("pare_runner")
        logger.addHandler(handler)
        try:
            rows = self._rows(tmp_path, obeying(max_concurrent_scenarios=2), scenarios)
        finally:
            logger.removeHandler(handler)
        assert [row["status"] for row in rows.values()] == ["success", "success"]
        warnings = [text for text in said if "let anything else go on" in text]
        assert any(text.startswith(rows["stuck"]["run_id"]) for text in warnings)
