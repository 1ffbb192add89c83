"""The executor `ray` on a cluster of two nodes, of which one is lost; what reaches a node, and what must not.

The nodes are raylets of this machine beside a head without processors, to which the driver belongs.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.agents import with_hashes
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.executors import ray_host
from pare_runner.batch.executors.contract import Executor
from pare_runner.batch.executors.ray_cluster import connected
from pare_runner.batch.executors.registry import make_executor
from pare_runner.batch.executors.suite import KillingExecutor
from pare_runner.batch.invocation import run_job
from pare_runner.batch.job import Job
from pare_runner.batch.journal import read_journal
from pare_runner.batch.observer import Observer, Source
from pare_runner.errors import ConfigError
from pare_runner.llm.config import LLMEngineConfig
from tests.faults.jobs import CHANGING, job_config, outcomes, rows_of, traces
from tests.faults.picnic import playing, write_picnics
from tests.llm.fault_server import Fault, FaultServer, Reply

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("ray") is None, reason="pare-runner[ray] is not installed"),
    # Ray leaves the pipes and sockets of its processes to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

IN_FLIGHT = 6
SCRIPTED = LLMEngineConfig(model_name="scripted", provider="offline", adapter="offline", alias="scripted")


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head, and two nodes with a processor each."""
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    for _ in range(2):
        made.add_node(num_cpus=1)
    try:
        yield made
    finally:
        made.shutdown()


class Losing(Observer):
    """Takes a node of the cluster away once `after` units are finished."""

    def __init__(self, cluster: Any, after: int) -> None:
        self.cluster = cluster
        self.after = after
        self.finished_units: Counter[str] = Counter()
        self.thread = threading.Thread(target=self._lose)

    def finished(self, job: Job, row: Mapping[str, Any], source: Source) -> None:
        self.finished_units[str(row["run_id"])] += 1
        if self.finished_units.total() == self.after:
            self.thread.start()

    def _lose(self) -> None:
        node = sorted(self.cluster.worker_nodes, key=lambda node: str(node.unique_id))[0]
        self.cluster.remove_node(node, allow_graceful=False)


def offline(**fields: Any) -> MultiScenarioRunnerConfig:
    values: dict[str, Any] = {
        "user_engine_config": SCRIPTED,
        "observe_engine_config": SCRIPTED,
        "execute_engine_config": SCRIPTED,
        "execute_max_iterations": 5,
        "max_turns": 20,
        "simulated_generation_time_mode": "fixed",
        "export": True,
        "executor_type": "ray",
        "cache": "bypass",
    }
    return with_hashes(MultiScenarioRunnerConfig.model_validate(values | fields))


def check_same(left: Path, right: Path, *, recordings: bool = True) -> None:
    """Two jobs came to the same, byte for byte but for how long things took."""
    assert traces(left)
    assert traces(left) == traces(right)
    assert _rows(left) == _rows(right)
    if recordings:
        assert (left / "calls.jsonl").read_bytes() == (right / "calls.jsonl").read_bytes()


def _rows(job: Path) -> list[dict[str, Any]]:
    content = read_journal(job)
    assert not content.unusable
    rows = [{name: value for name, value in row.items() if name not in CHANGING} for row in content.lines]
    assert len({row["run_id"] for row in rows}) == len(rows)
    return sorted(rows, key=lambda row: str(row["run_id"]))


def test_a_grid_loses_a_node_and_nothing_else(cluster: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    config = offline(ray_address=cluster.address, suite={"runs": 12})
    observer = Losing(cluster, after=40)
    report = run_job(config, tmp_path / "ray", observer=observer)
    observer.thread.join()
    assert [record for record in caplog.records if "died (the actor or its node is gone)" in record.getMessage()]
    alone = run_job(config.model_copy(update={"executor_type": "sequential"}), tmp_path / "alone")
    assert report.summary == alone.summary
    assert set(observer.finished_units.values()) == {1}
    check_same(tmp_path / "ray", tmp_path / "alone")


def test_a_lost_node_costs_one_call_of_each_run_in_flight(cluster: Any, tmp_path: Path) -> None:
    words = [f"thing{number}" for number in range(24)]
    scenarios = write_picnics(tmp_path / "scenarios", words)

    def slowly(body: dict[str, Any], n: int) -> Reply | Fault:
        reply = playing()(body, n)
        assert isinstance(reply, Reply)
        return Fault(body=reply.body, stall=0.05)

    with FaultServer(slowly).in_thread() as server:
        config = job_config(server, scenarios, executor_type="sequential", cache="bypass")
        run_job(config, tmp_path / "alone")
        needed = len(server.bodies)
        server.bodies.clear()
        shared = {"executor_type": "ray", "ray_address": cluster.address, "max_concurrent_scenarios": IN_FLIGHT}
        observer = Losing(cluster, after=6)
        run_job(config.model_copy(update=shared), tmp_path / "ray", observer=observer)
        observer.thread.join()
        served = len(server.bodies)
    assert needed <= served <= needed + IN_FLIGHT
    assert set(observer.finished_units.values()) == {1}
    assert outcomes(tmp_path / "ray") == outcomes(tmp_path / "alone")
    assert traces(tmp_path / "ray") == traces(tmp_path / "alone")


ASSISTANT = """\
from helper import WORDS

class Writes:
    def __init__(self, setup):
        pass

    async def observe(self, phase):
        assert WORDS == "beside it"
        open("where", "w").close()  # the working directory is the worker's own

    async def execute(self, phase):
        pass
"""

SCENARIO = """\
from pare_runner.scenarios.registration import register_scenario
from .words import TITLE
from tests.batch.situations import NotesScenario

@register_scenario("travels")
class Travels(NotesScenario):
    scenario_id = "travels"
    title = TITLE
"""


@pytest.fixture
def belongings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with an assistant, scenarios and prompts, all named by relative paths."""
    here = tmp_path / "here"
    (here / "scenarios").mkdir(parents=True)
    (here / "travelling.py").write_text(ASSISTANT)
    (here / "helper.py").write_text('WORDS = "beside it"\n')
    (here / "scenarios" / "words.py").write_text('TITLE = "By relative path"\n')
    (here / "scenarios" / "travels.py").write_text(SCENARIO)
    monkeypatch.chdir(here)
    monkeypatch.syspath_prepend(str(here))
    return here


def test_what_a_worker_needs_travels_with_it(
    cluster: Any, belongings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The nodes find an installation of the package that is not the driver's.
    monkeypatch.setattr(ray_host, "installed_digest", lambda: None)
    config = offline(
        ray_address=cluster.address,
        scenarios=("scenarios/travels.py",),
        suite={"source": "listed", "runs": 3},
        agent_type="travelling:Writes",
    )
    run_job(config, tmp_path / "ray")
    run_job(config.model_copy(update={"executor_type": "async"}), tmp_path / "alone")
    (belongings / "where").unlink()  # of the second job: no worker wrote it here
    check_same(tmp_path / "ray", tmp_path / "alone")


def test_a_key_reaches_the_model_and_no_file(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-travels-4711-abcdefghijkl"
    monkeypatch.setenv("TRAVEL_KEY", key)  # the nodes are running already and do not have it
    scenarios = write_picnics(tmp_path / "scenarios", ["cake"])
    with FaultServer(playing(), key=key).in_thread() as server, connected(cluster.address):
        config = job_config(
            server,
            scenarios,
            executor_type="ray",
            ray_address=cluster.address,
            log_level="DEBUG",
            engine={"api_key_env": "TRAVEL_KEY"},
        )
        run_job(config, tmp_path / "ray")
        session = Path(cluster.head_node.get_session_dir_path())
    assert [row["status"] for row in rows_of(tmp_path / "ray").values()] == ["success"]
    files = [path for folder in (tmp_path / "ray", session / "logs") for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert not [path for path in files if key.encode() in path.read_bytes()]


def test_a_cluster_that_is_not_there() -> None:
    problem = re.escape("ray_address=127.0.0.1:1: no cluster can be reached")
    with pytest.raises(ConfigError, match=problem), connected("127.0.0.1:1"):
        pass


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def head(tmp_path: Path) -> Iterator[str]:
    """The address for Ray's client of a cluster of one node that other processes make up."""
    port, client = _free_port(), _free_port()
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", "--num-cpus=2"]
    options = [f"--port={port}", f"--ray-client-server-port={client}", "--include-dashboard=false"]
    limits = ["--object-store-memory=100000000", "--disable-usage-stats"]
    environ = {**os.environ, "RAY_AUTH_MODE": "disabled"}
    with subprocess.Popen([*command, *options, *limits], stdout=subprocess.DEVNULL, env=environ) as process:
        try:
            for _ in range(300):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", client), 1):
                    break
                time.sleep(0.2)
            yield f"ray://127.0.0.1:{client}"
        finally:
            process.terminate()


def test_through_rays_client(head: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    config = offline(
        suite={"source": "listed", "runs": 2}, scenarios=("dinner_headcount_change", "quiet_friday_afternoon")
    )
    run_job(config.model_copy(update={"ray_address": head}), tmp_path / "ray")
    run_job(config.model_copy(update={"executor_type": "sequential"}), tmp_path / "alone")
    check_same(tmp_path / "ray", tmp_path / "alone")


class TestContract(KillingExecutor):
    """On a cluster of this machine alone, which every test starts and ends."""

    slack = 4.0
    linger = 90.0  # of Ray's own agents, which take a minute; workers are gone at once

    def make_executor(self) -> Executor:
        return make_executor("ray")
