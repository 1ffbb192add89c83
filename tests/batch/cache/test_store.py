"""Entries on disk: whole or absent, whoever writes at the same time."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pare_runner.batch.cache.entry import CacheKey, Entry, Head, decoded, encoded
from pare_runner.batch.cache.store import CacheStore
from pare_runner.traces.contract import TraceFile

WRITER = """
import sys
from pathlib import Path
from tests.batch.cache.test_store import entry
from pare_runner.batch.cache.store import CacheStore

store = CacheStore(Path(sys.argv[1]))
for number in range(60):
    store.put(entry(number % 3))
    found = store.find(entry(number % 3).head.key)
    assert found == entry(number % 3), number
"""


def entry(number: int = 0, log: str | None = "a log, \udc80 included\n") -> Entry:
    key = CacheKey("picnic", number + 1, "c" * 32, "w" * 64, 1)
    row = {"run_id": f"picnic_{number}", "status": "success", "run_duration": 0.25, "huge": 2**70, "none": None}
    traces = (("hf", TraceFile("picnic.json", b"{}\n" * 10_000)), ("own", TraceFile("picnic.bin", bytes(range(256)))))
    return Entry(Head(key, "s", "r", "a, b, c"), row, traces, log, b"line\n" * 1000)


@pytest.mark.parametrize("given", [entry(), entry(log=None), entry(log="")], ids=["log", "no log", "empty log"])
def test_an_entry_comes_back_as_it_was(given: Entry) -> None:
    assert decoded(encoded(given)) == given


def test_no_byte_can_be_changed_or_cut_unseen() -> None:
    data = encoded(entry())
    places = {*range(0, len(data), 7), 0, len(data) - 1}
    for place in places:
        with pytest.raises(ValueError, match="not what was written"):
            decoded(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(ValueError, match="not what was written"):
            decoded(data[:place])


@pytest.mark.parametrize("name", CacheKey.__slots__)
def test_every_part_of_the_key_tells_entries_apart(name: str, tmp_path: Path) -> None:
    given = entry().head.key
    value = getattr(given, name)
    other = CacheKey(
        **{part: getattr(given, part) for part in CacheKey.__slots__}
        | {name: value + (1 if isinstance(value, int) else "1")}
    )
    store = CacheStore(tmp_path)
    store.put(entry())
    assert store.find(given) == entry()
    assert store.find(other) is None


def test_an_entry_under_another_name_is_none(tmp_path: Path) -> None:
    store = CacheStore(tmp_path)
    store.put(entry())
    (path,) = (stored.path for stored in store.entries())
    name = entry(1).head.key.name
    place = tmp_path / name[:2] / f"{name}.entry"
    place.parent.mkdir(exist_ok=True)
    path.rename(place)

    assert store.find(entry(1).head.key) is None
    assert [file.name for file in store.corrupt()] == [place.name]


def test_two_processes_may_write_at_once(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)]) for _ in range(2)]
    store, seen = CacheStore(tmp_path), 0
    while any(writer.poll() is None for writer in writers):
        for number in range(3):
            found = store.find(entry(number).head.key)
            assert found in (None, entry(number))
            seen += found is not None
        time.sleep(0.001)

    assert [writer.wait() for writer in writers] == [0, 0]
    assert seen > 0
    assert store.corrupt() == store.partial() == []
    assert len(list(store.entries())) == 3
