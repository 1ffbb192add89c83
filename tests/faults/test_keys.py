"""No key ever stands in a file, a log or an error, whatever the service says."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pare_runner.cli.app import main as pare
from pare_runner.cli.hydra_entry import main
from tests.faults.jobs import rows_of
from tests.faults.picnic import observing, playing, write_picnics
from tests.llm.fault_server import Fault, FaultServer, error, error_in_200, unauthorized

KEY = "quetzal/7f3a9b2c51+x=="
TENANT = "axolotl 40c1~d8"
"""Two keys that look like none, the second one for a header."""

HEADER = "X-Tenant-Secret"
SAID = f"the key {KEY}, sent as Bearer {KEY}, is not for tenant {TENANT}"

ECHOES: dict[str, Fault] = {
    "drums": unauthorized(f"{KEY} {TENANT}"),
    "horns": error(400, SAID, code=KEY, param=TENANT),
    "flutes": error(500, SAID, type=TENANT),
    "harps": error_in_200(KEY, SAID),
    "lutes": Fault(418, SAID.encode(), {"Content-Type": "text/plain"}),
    "gongs": Fault(302, headers={"Location": f"/login?key={quote(KEY)}"}),
    "bells": Fault(503, (SAID * 2000).encode()),
    "pipes": Fault(body=SAID.encode()),
    "tubas": Fault(body=b'{"error": "' + SAID.encode() + b'"}'),
    "viols": Fault(404, b'[{"error": {"details": [{"reason": "' + SAID.encode() + b'"}], "message": "no"}}]'),
}
"""By word of the scenario: errors that repeat what was sent."""


def spellings(keys: Iterable[str]) -> list[bytes]:
    """The keys as they are, and as they would look in an address or a header of basic authentication."""
    return [text.encode() for key in keys for text in (key, quote(key), base64.b64encode(key.encode()).decode())]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with one key in `.env`; the other one is in the environment."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / ".env").write_text(f"PICNIC_TENANT='{TENANT}'\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PICNIC_KEY", KEY)
    monkeypatch.setenv("PARE_DEBUG", "1")
    return folder


@pytest.fixture
def words(tmp_path: Path) -> Callable[..., list[str]]:
    """The command line of an experiment in which both keys are used."""
    scenarios = write_picnics(tmp_path / "picnics", ["plates", *ECHOES])

    def line(server: FaultServer) -> list[str]:
        return [
            *("model=local", "model@user=same", "suite=custom", f"scenarios=[{scenarios}]", "output_dir=out"),
            *(f"model.base_url={server.base_url}", "model.api_key_env=PICNIC_KEY", "model.max_retries=1"),
            *(f"+model.extra_headers.{HEADER}='$PICNIC_TENANT'", "model.max_backoff=0.002", "log_level=DEBUG"),
        ]

    return line


def test_no_key_in_any_file_log_or_error(
    here: Path, words: Callable[..., list[str]], capfd: pytest.CaptureFixture[str]
) -> None:
    special = {word: observing(fault) for word, fault in ECHOES.items()}
    with FaultServer(playing(special), models=("local",), key=KEY).in_thread() as server:
        assert main(words(server)) == 1
        assert all(sent[HEADER] == TENANT for sent in server.headers)
    rows = rows_of(here / "out")
    assert {row["status"] for row in rows.values()} == {"success", "exception"}
    redacted = [word for word in ECHOES if "[key]" in rows[f"picnic_{word}"]["exception_message"]]
    assert {"drums", "horns", "flutes", "harps", "lutes", "bells", "tubas"} <= set(redacted), "they were repeated"
    assert pare(["verify", "out"]) == 0
    said = capfd.readouterr()
    found: dict[str, bytes] = {"stdout": said.out.encode(), "stderr": said.err.encode()}
    found |= {str(path): path.read_bytes() for path in (here / "out").rglob("*") if path.is_file()}
    assert {Path(name).name for name in found} >= {"run.log", "calls.jsonl", "manifest.json", "config.yaml"}
    for name, content in found.items():
        assert [text for text in spellings((KEY, TENANT)) if text in content] == [], name


def test_no_key_in_what_a_probe_says(
    here: Path, words: Callable[..., list[str]], capfd: pytest.CaptureFixture[str]
) -> None:
    for word in ("drums", "flutes", "harps", "lutes"):
        fault = ECHOES[word]
        with FaultServer(lambda body, n, fault=fault: fault, models=None).in_thread() as server:  # type: ignore[misc]
            assert main(words(server)) == 2
        said: Any = capfd.readouterr()
        assert [text for text in spellings((KEY, TENANT)) if text.decode() in said.out + said.err] == []
    assert not (here / "out").exists()


def test_no_password_of_a_proxy_that_refuses(
    here: Path, words: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with FaultServer().in_thread() as relay:  # it knows no CONNECT
        address = relay.base_url.removesuffix("/v1").replace("://", "://owner:ocelot-55d1@")
        monkeypatch.setenv("https_proxy", address)
        assert main([*words(relay), "model.base_url=https://model.example/v1"]) == 2
    said = capfd.readouterr()
    assert "the proxy on the way to https://model.example/v1/models refuses: HTTP 404" in said.err
    assert "ocelot" not in said.out + said.err
