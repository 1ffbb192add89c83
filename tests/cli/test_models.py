"""`pare models list` and `pare models probe`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pare_runner.cli.conf_dirs import packaged_conf_dir
from pare_runner.cli.help import group_options
from pare_runner.cli.models.catalog import NO_MODELS, load_models
from pare_runner.llm.offline.registry import OFFLINE
from tests.cli.conftest import Pare
from tests.llm.fault_server import FaultServer

KEY = "sk-test-0123456789abcdef"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(key=KEY).in_thread() as running:
        yield running


def test_every_option_of_the_group_is_a_sound_model() -> None:
    entries = {entry.name: entry for entry in load_models(None)}

    assert set(entries) == set(group_options([packaged_conf_dir()])["model"]) - set(NO_MODELS)
    assert set(OFFLINE) <= set(entries)
    for name, entry in entries.items():
        engine = entry.engine
        assert entry.description, name
        assert (engine.adapter == "offline") == (name in OFFLINE), name
        if engine.adapter == "offline":
            assert (engine.model_name, engine.label) == (name, name)
        elif name != "local":
            assert engine.endpoint is not None, name
            assert engine.endpoint.startswith("https://"), name
            assert re.fullmatch(r"[A-Z]+_API_KEY", engine.api_key_env or ""), name
        if engine.prices is not None:
            assert "https://" in engine.prices.source, name
            assert engine.prices.date == "2026-11-20", name


def test_every_departure_of_a_model_has_a_source() -> None:
    for path in (packaged_conf_dir() / "model").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if "\nquirks:" in text and path.stem != "same":
            assert "https://" in text.partition("prices:")[0], path.name


def test_the_list_shows_keys_and_prices_and_no_key(pare: Pare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    Path(".env").write_text(f"GEMINI_API_KEY={KEY}\n")

    said = pare("models", "list")

    rows = {line.split()[0]: line for line in said.out.splitlines()}
    assert said.status == 0
    assert said.out.splitlines()[0].endswith("USD PER 1M TOKENS, IN / OUT")
    assert re.search(
        r"gpt-5 +openai +https://api\.openai\.com/v1 +OPENAI_API_KEY \(set\) +1\.25 / 10\.00$", rows["gpt5"]
    )
    assert "GEMINI_API_KEY (set)" in rows["gemini_2_5_pro"]
    assert rows["llama4_scout"].endswith("LLAMA_API_KEY (not set)      unknown")
    assert rows["scripted"].split()[3:] == ["-", "-", "-"]
    assert KEY not in said.out


def test_the_list_as_json(pare: Pare) -> None:
    said = pare("models", "list", "--json")

    [gpt5] = [model for model in said.json if model["name"] == "gpt5"]
    assert (gpt5["alias"], gpt5["model_name"], gpt5["key_is_set"]) == ("gpt-5", "gpt-5", False)
    assert gpt5["prices"]["cached_input"] == 0.125


def test_a_probe_says_that_the_model_is_there(pare: Pare, server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    said = pare("models", "probe", "gpt5", "--base-url", server.base_url, "--model-name", "m")

    assert said.status == 0, said.err
    assert re.fullmatch(r"m at http://127\.0\.0\.1:\d+/v1: ok, \d\.\d s\n", said.out)


def test_an_offline_policy_needs_nothing(pare: Pare) -> None:
    assert pare("models", "probe", "eager").out == "eager: ok, offline\n"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("gtp5", "pare: there is no model 'gtp5' (did you mean 'gpt5'?)"),
        ("same", "pare: there is no model 'same'"),
        ("local", "pare: local: the address of the server is missing (add --base-url"),
        ("local --base-url localhost", "pare: --base-url: must be an address like http://localhost:8000/v1"),
        ("local --base-url http://127.0.0.1:9/v1", "pare: model local: the endpoint cannot be reached"),
        ("gpt5", "pare: model gpt-5: the environment variable OPENAI_API_KEY, which holds its key, is not set"),
        ("gpt5 --config-dir nowhere", "pare: --config-dir: there is no directory nowhere"),
    ],
)
def test_bad_input(argv: str, message: str, pare: Pare) -> None:
    said = pare("models", "probe", *argv.split())

    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(message)
    assert len(said.err.splitlines()) == 1


def test_a_file_that_is_no_model_is_named(pare: Pare, tmp_path: Path) -> None:
    (tmp_path / "mine/model").mkdir(parents=True)
    broken = tmp_path / "mine/model/broken.yaml"

    broken.write_text("# mine\nmodel_name: a\nbase_url: nowhere\ntempature: 1\n")
    wrong = pare("models", "list", "--config-dir", "mine")
    broken.write_text("# mine\ndefaults: [nothing]\n")
    lost = pare("models", "list", "--config-dir", "mine")

    assert (wrong.status, lost.status) == (2, 2)
    assert wrong.err.startswith("pare: model broken: ")
    assert "base_url: " in wrong.err
    assert "tempature: " in wrong.err
    assert lost.err.startswith("pare: model broken cannot be composed: ")
