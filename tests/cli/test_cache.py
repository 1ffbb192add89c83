"""`pare cache`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pare_runner.batch.cache.store import CacheStore
from tests.batch.cache.test_store import entry
from tests.cli.conftest import Pare


@pytest.fixture
def filled(fresh_cache: Path) -> CacheStore:
    store = CacheStore.here()
    for number in range(3):
        store.put(entry(number))
    return store


def test_status_says_where_and_what(pare: Pare, fresh_cache: Path, filled: CacheStore) -> None:
    said = pare("cache", "status")
    assert said.status == 0
    for text in (str(fresh_cache), "PARE_CACHE_DIR", "3 runs", "picnic", "cccccccc", "a, b, c"):
        assert text in said.out
    told = pare("cache", "status", "--json").json
    assert (told["entries"], told["corrupt"], told["configs"][0]["name"]) == (3, [], "c" * 32)


def test_status_of_an_empty_cache_makes_nothing(pare: Pare, fresh_cache: Path) -> None:
    assert "0 runs" in pare("cache", "status").out
    assert list(fresh_cache.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "left"),
    [
        (("picnic",), 0),
        (("--config", "cc"), 0),
        (("--older-than", "1h"), 2),
        (("picnic", "--older-than", "30d"), 3),
        (("--config", "cc", "--older-than", "30d"), 3),
        (("--all", "--yes"), 0),
    ],
)
def test_invalidate_removes_what_is_meant(pare: Pare, filled: CacheStore, argv: tuple[str, ...], left: int) -> None:
    old = next(iter(filled.entries()))
    os.utime(old.path, (old.changed - 7200, old.changed - 7200))
    assert pare("cache", "invalidate", *argv).status == 0
    assert len(list(filled.entries())) == left


def test_all_leaves_what_is_not_ours(pare: Pare, fresh_cache: Path, filled: CacheStore) -> None:
    (fresh_cache / "theirs.json").write_text("{}")
    pare("cache", "invalidate", "--all", "-y")
    assert (fresh_cache / "theirs.json").exists()
    assert not filled.folder.exists()


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((), "say which runs to remove"),
        (("picnic", "--all"), "say which runs to remove"),
        (("picnik",), "did you mean 'picnic'?"),
        (("--older-than", "soon"), "is no age"),
        (("--config", ""), "--config needs a hash"),
        (("--config", "d"), "no run of a configuration 'd' (known: cccccccc)"),
        (("--config", "ccccdccc"), "did you mean 'cccccccc'?"),
        (("--all",), "nobody can be asked here (if so, add --yes)"),
        (("--all", "--json"), "nobody can be asked here (if so, add --yes)"),
    ],
)
def test_what_is_not_clear_removes_nothing(pare: Pare, filled: CacheStore, argv: tuple[str, ...], message: str) -> None:
    said = pare("cache", "invalidate", *argv)
    assert (said.status, message in said.err) == (2, True)
    assert len(list(filled.entries())) == 3


def test_set_and_reset(
    pare: Pare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    assert "PARE_CACHE_DIR is set, and wins" in pare("cache", "set", "mine").out
    monkeypatch.delenv("PARE_CACHE_DIR")
    assert f"{tmp_path / 'mine'}/pare_runner" in pare("cache", "status").out
    assert "scenario_results" in pare("cache", "reset").out
