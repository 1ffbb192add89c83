"""Retries in the log: a line that holds no key, no flood, and nothing in the files of single runs."""

from __future__ import annotations

import asyncio
import logging
import re

import pytest

from pare_runner.batch.logs import logging_runs, unit_log
from pare_runner.llm.http import retry_log
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.http.retry_log import RetryLog
from tests.llm.fault_server import FaultServer, Reply, error
from tests.llm.http.conftest import HELLO, KEY, VARIABLE, ask, config_for


def test_a_retry_is_one_line_without_the_key(caplog: pytest.LogCaptureFixture) -> None:
    fault = error(500, f"the key {KEY}\nwas no help")
    asyncio.run(
        ask(
            lambda body, n: fault if n == 0 else Reply(),
            environ={VARIABLE: KEY},
            api_key_env=VARIABLE,
            model_name="logged-once",
        )
    )
    (record,) = [item for item in caplog.records if item.name == "pare_runner.llm"]
    said = record.getMessage()
    assert record.levelno == logging.WARNING
    assert re.fullmatch(
        r"logged-once: server_error: HTTP 500 from http://\S+: .*\[key\].*; attempt 2 of 3 in 0\.0 s", said
    )
    assert KEY not in said


def test_many_in_flight_are_counted(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(retry_log, "monotonic", lambda: now)
    log = RetryLog()
    for now in (0.0, 0.1, 0.5, 0.9, 1.0, 2.0):
        log.warn("a", f"a at {now}")
    log.warn("b", "b")
    assert caplog.messages == ["a at 0.0", "a at 1.0 (3 more retries since the last line)", "a at 2.0", "b"]


@pytest.mark.parametrize("guest", [False, True], ids=["own loop", "another loop"])
def test_the_file_of_a_run_hears_nothing(guest: bool, caplog: pytest.LogCaptureFixture) -> None:
    name = f"unheard-{guest}"

    async def work() -> str:
        server = FaultServer(lambda body, n: error(503, "later") if n == 0 else Reply())
        async with server, Endpoints({}) as endpoints:
            session = endpoints.policy(config_for(server, model_name=name)).start("observe", view=None)  # type: ignore[arg-type]
            with logging_runs("INFO", to_file=True), unit_log() as collected:
                if guest:
                    await asyncio.to_thread(lambda: asyncio.run(session.complete(HELLO)))
                else:
                    await session.complete(HELLO)
                logging.getLogger("somebody.else").warning("hello")
        return collected.getvalue()

    heard = asyncio.run(work())
    assert any(message.startswith(f"{name}: server_error: HTTP 503") for message in caplog.messages)
    assert heard == "[WARNING] hello\n"
