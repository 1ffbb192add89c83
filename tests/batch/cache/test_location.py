"""Where the cache is, and who says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.batch.cache.location import OWN, SETTINGS, cache_folder, forget, remember
from pare_runner.errors import InputError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PARE_CACHE_DIR")
    return tmp_path


def test_default_remembered_and_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_folder() == (home / ".cache/pare/scenario_results" / OWN, "default")
    assert remember("~/mine") == home / "mine"
    assert cache_folder() == (home / "mine" / OWN, "pare cache set")
    monkeypatch.setenv("PARE_CACHE_DIR", str(home / "theirs"))
    assert cache_folder() == (home / "theirs" / OWN, "PARE_CACHE_DIR")
    monkeypatch.setenv("PARE_CACHE_DIR", "")
    assert forget()
    assert not forget()
    assert cache_folder()[1] == "default"


@pytest.mark.parametrize("text", ["", "[]", '{"cache_dir": 3}', '{"cache_dir": ""}'])
def test_a_settings_file_that_says_nothing_is_named(home: Path, text: str) -> None:
    (home / SETTINGS).parent.mkdir(parents=True)
    (home / SETTINGS).write_text(text)
    with pytest.raises(InputError, match=r"cache\.json"):
        cache_folder()


def test_a_file_is_no_folder(home: Path) -> None:
    (home / "file").write_text("")
    with pytest.raises(InputError, match="is no directory"):
        remember(str(home / "file"))
