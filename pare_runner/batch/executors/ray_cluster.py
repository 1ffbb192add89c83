"""The executor `ray`: workers on the nodes of a Ray cluster, the way beyond one machine.

A worker is an actor that makes many runs at a time. The nodes need Python and the packages we depend on; this package
itself is brought along where a node has another version of it or none, and so are scenarios and assistants. What a run
records is written by this process alone, call by call, so a node may vanish at any time. Runs that lose their worker
are made again as with `process`.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import pickle
import socket
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pare_runner
from pare_runner.batch.agents import online_engines
from pare_runner.batch.executors import ray_host
from pare_runner.batch.executors.contract import Crew, Desk, Executor
from pare_runner.batch.executors.handle import Handle
from pare_runner.batch.executors.loop import IN_FLIGHT
from pare_runner.batch.executors.processes import Foremen
from pare_runner.batch.executors.ray_handle import RayHandle, ray_module
from pare_runner.batch.executors.ray_luggage import packed
from pare_runner.batch.executors.ray_worker import Greeting
from pare_runner.batch.interrupts import run_interruptible
from pare_runner.batch.work import JobSpec
from pare_runner.errors import ConfigError
from pare_runner.llm.keyless import REFERENCE
from pare_runner.llm.secrets import environment

log = logging.getLogger(__name__)

INSTALL = 'pip install "pare-runner[ray]"'
KNOCK_SECONDS = 5.0
"""How long a machine may take to accept a connection."""
ROOM_SECONDS = 10.0
"""How long a new actor may wait for a node before others get its tasks and it is tried again."""
STILLBORN = 3
"""Workers in a row that may die before they are ready; then the cluster is at fault."""
STORE_BYTES = 128 * 2**20
"""Memory for Ray's own store in a cluster of this machine alone: our messages are small."""


def ray_executor() -> Executor:
    """The executor; ConfigError if ray is not installed."""
    if find_spec("ray") is None:
        raise ConfigError("executor=ray needs the package ray", hint=INSTALL)
    return RayExecutor()


@dataclass(frozen=True, slots=True)
class RayExecutor:
    """One worker a processor of the cluster, as far as there are runs in flight to share out."""

    name: str = "ray"
    kills: bool = True

    def run(self, crew: Crew, desk: Desk) -> None:
        """See `Executor`."""
        address = next(iter(crew.jobs.values())).config.ray_address
        with connected(address) as processors:
            run_interruptible(self._run(crew, desk, processors))

    async def _run(self, crew: Crew, desk: Desk, processors: int) -> None:
        total = crew.in_flight or (IN_FLIGHT if crew.waits else 2 * processors)  # one to make, one on its way
        count = min(processors, total)
        foremen = Foremen(crew, desk, total, math.ceil(total / count), _Recruiter(crew).start)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(count):
                    group.create_task(foremen.work())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None


@contextmanager
def connected(address: str | None) -> Iterator[int]:
    """Inside, this process is the driver of a Ray cluster; gives the number of its processors.

    Where it is one already nothing is changed. ConfigError if there is no cluster at `address`.
    """
    ray = ray_module()
    if ray.is_initialized():
        yield _processors()
        return
    options: dict[str, Any] = {"configure_logging": False, "log_to_driver": False}
    if address is None:
        processors = len(os.sched_getaffinity(0))
        options |= {"num_cpus": processors, "include_dashboard": False, "object_store_memory": STORE_BYTES}
    else:
        _knock(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    logging.getLogger("ray").setLevel(logging.ERROR)  # it has advice about itself for whoever connects
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what they say is in the error, or is none of the user's business
            ray.init(address=address or "local", **options)
    except ImportError as error:
        raise ConfigError(f"ray_address={address}: {error}", hint=INSTALL) from error
    except (ConnectionError, TimeoutError, RuntimeError, ValueError) as error:
        raise _unreachable(address, error) from error
    try:
        yield _processors()
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """ConfigError if nobody listens at `address`: Ray would try for minutes. Other forms of address are left to Ray."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        try:
            socket.create_connection((host.strip("[]"), int(port)), KNOCK_SECONDS).close()
        except (OSError, OverflowError) as error:
            raise _unreachable(address, error) from error


def _unreachable(address: str | None, error: Exception) -> ConfigError:
    reason = getattr(error, "strerror", None) or str(error).strip().partition("\n")[0]
    hint = "docs/clusters.md says what a cluster that wants a token needs" if "timeout" in reason else ""
    return ConfigError(f"ray_address={address}: no cluster can be reached: {reason}", hint=hint)


def _processors() -> int:
    return max(1, int(ray_module().cluster_resources().get("CPU", 0)))


@dataclass(slots=True)
class _Recruiter:
    """Starts workers for `crew`. What they all need is put into Ray's store once."""

    crew: Crew
    _host: Any = field(init=False)
    _luggage: tuple[str, list[Any], list[Any], bytes] = field(init=False)
    _stillborn: int = 0

    def __post_init__(self) -> None:
        ray = ray_module()
        ray.cloudpickle.register_pickle_by_value(ray_host)
        self._host = ray.remote(ray_host.Host).options(num_cpus=1, max_restarts=0, max_task_retries=0)
        files = ray_host.package_files(str(Path(pare_runner.__file__).parent))
        luggage = packed(self.crew.jobs, os.environ)
        crew, path = self.crew, tuple(map(os.path.abspath, sys.path))
        greeting = Greeting(luggage, lent(crew.jobs), path, crew.log_level, crew.log_to_file)
        self._luggage = (
            ray_host.digest(files),
            [ray.put(ray_host.zipped(files))],
            [ray.put(luggage.archive)],
            pickle.dumps(greeting),
        )

    async def start(self, crew: Crew) -> Handle | None:
        """A worker that is ready; None if no node has room for one, or if it died at once."""
        errors = ray_module().exceptions
        actor = self._host.remote()
        try:
            async with asyncio.timeout(ROOM_SECONDS):
                place = await actor.place.remote()
            brought = await actor.prepare.remote(*self._luggage)
        except TimeoutError:
            log.warning("no node of the Ray cluster has had room for a worker for %.0f s", ROOM_SECONDS)
            _forget(actor)
            return None
        except errors.RayTaskError as error:
            raise ConfigError(
                f"a node of the Ray cluster cannot work: {str(error.cause).partition(chr(10))[0]}",
                hint="its Python must be of the same version, with the packages that pare-runner depends on",
            ) from error
        except errors.RayActorError as error:
            self._stillborn += 1
            if self._stillborn >= STILLBORN:
                raise ConfigError(f"workers on the Ray cluster die before they are ready: {error}") from error
            return None
        except BaseException:
            _forget(actor)
            raise
        self._stillborn = 0
        log.debug("a worker on %s%s", place, ", the package was brought along" if brought else "")
        return RayHandle(actor, crew)


def lent(jobs: Mapping[int, JobSpec]) -> dict[str, str]:
    """The variables that the models of `jobs` need, as far as they are set here."""
    names: set[str] = set()
    for spec in jobs.values():
        for engine in online_engines(spec.config).values():
            names |= {engine.api_key_env} if engine.api_key_env else set()
            for text in engine.extra_headers.values():
                names |= {found[1] or found[2] for found in REFERENCE.finditer(text)}
    return {name: value for name, value in environment().items() if name in names}


def _forget(actor: Any) -> None:
    with suppress(Exception):  # whatever Ray says about an actor that nobody wants any more
        ray_module().kill(actor)
