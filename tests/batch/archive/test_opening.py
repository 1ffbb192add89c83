"""Archives of somebody else: what leads out, lies, or swells is refused, and leaves nothing behind."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import pytest

from pare_runner.batch.archive.layout import EXPERIMENT
from pare_runner.batch.archive.opening import Limits, open_archive, unpack
from pare_runner.errors import InputError
from tests.batch.archive.jobs import description, packed, repacked

FILES = {"jobs/plan.json": b"{}", "scenarios/a.yaml": b"id: a", "requirements.txt": b""}


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return packed(tmp_path / "good.zip", FILES)


def refused(path: Path, limits: Limits | None = None) -> str:
    """The message of an archive that is refused, whichever step does; nothing is left but the archive."""
    folder = path.parent
    before = sorted(folder.rglob("*"))
    with pytest.raises(InputError) as raised:
        unpack(open_archive(path, limits or Limits()), folder / "out")
    assert sorted(folder.rglob("*")) == before
    assert str(path) in str(raised.value)
    return str(raised.value)


def test_a_good_one_is_unpacked_whole(good: Path, tmp_path: Path) -> None:
    archive = open_archive(good)
    assert archive.contents.files.keys() == FILES.keys()
    unpack(archive, tmp_path / "deep" / "out")
    out = tmp_path / "deep" / "out"
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert found.keys() == {*FILES, EXPERIMENT}
    assert {name: found[name] for name in FILES} == FILES
    assert (out / "code").is_dir(), "it is the working directory of the jobs"


def test_into_a_folder_that_is_there(good: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    unpack(open_archive(good), tmp_path / "out")
    with pytest.raises(InputError, match=r"out is not an empty directory \(choose another with --into\)"):
        unpack(open_archive(good), tmp_path / "out")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file is not an empty directory"):
        unpack(open_archive(good), tmp_path / "file")
    with pytest.raises(InputError, match="cannot write"):
        unpack(open_archive(good), tmp_path / "file" / "below")


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "jobs/../../evil.txt",
        "jobs/..",
        "/etc/evil",
        "jobs//a.txt",
        "./jobs/a.txt",
        "jobs/a\\..\\b.txt",
        "C:/evil.txt",
        "jobs/a\x00.txt",
        "jobs/a\nb",
        "evil.txt",
        "jobs",
        "other/a.txt",
        "code/.env",
        "scenarios/a.so",
        "prompts/a.py",
    ],
)
def test_names_that_lead_out_or_do_not_belong(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    with ZipFile(path, "w") as archive:
        info = ZipInfo("x")
        info.filename = info.orig_filename = name  # the constructor would tidy it
        archive.writestr(info, b"evil")
        archive.writestr(EXPERIMENT, description({name: b"evil"}))
    message = refused(path)
    assert (
        "leads out of the archive or is no plain name" in message or "does not belong into such an archive" in message
    )


@pytest.mark.parametrize(("kind", "what"), [(stat.S_IFLNK, "a link"), (stat.S_IFIFO, "no plain file")])
def test_links_and_devices(kind: int, what: str, tmp_path: Path) -> None:
    path = packed(tmp_path / "bad.zip", {"jobs/a.txt": b"/etc/passwd"}, kind=kind)
    assert f"jobs/a.txt is {what}: archives hold plain files only" in refused(path)


def test_a_name_that_stands_twice(tmp_path: Path) -> None:
    path = packed(tmp_path / "bad.zip", {"jobs/a.txt": b"1", "jobs/A.txt": b"2"})
    assert "jobs/A.txt stands in it twice" in refused(path)


def test_a_file_that_swells(tmp_path: Path) -> None:
    path = packed(tmp_path / "bad.zip", {"jobs/a.txt": bytes(50_000_000)})
    assert path.stat().st_size < 100_000
    assert "jobs/a.txt unpacks to " in refused(path)
    assert "jobs/a.txt unpacks to " in refused(path, Limits(ratio=900))


def test_many_small_ones_that_swell_together(tmp_path: Path) -> None:
    path = packed(tmp_path / "bad.zip", {f"jobs/{number}": bytes(1_000_000) for number in range(20)})
    assert "it unpacks to " in refused(path)


def test_limits_of_size_and_number(tmp_path: Path) -> None:
    path = packed(tmp_path / "bad.zip", {f"jobs/{number}": bytes([number]) * 1000 for number in range(20)})
    assert "it holds more than 10 files" in refused(path, Limits(files=10))
    assert "it unpacks to more than" in refused(path, Limits(bytes=10_000))
    assert f"{EXPERIMENT} is too large" in refused(path, Limits(description=100))


def test_a_file_larger_than_it_says(tmp_path: Path) -> None:
    """The sizes in the directory of the zip file are lies; those of the description agree with them."""
    path = tmp_path / "bad.zip"
    data = bytes(range(256)) * 400
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("jobs/a", data)
        archive.writestr(EXPERIMENT, description({"jobs/a": data[:100]}))
    content = path.read_bytes()
    packed_size = struct.pack("<L", len(data))
    assert content.count(packed_size) == 2
    path.write_bytes(content.replace(packed_size, struct.pack("<L", 100)))
    message = refused(path)
    assert "damaged" in message or "is not what was packed" in message or "larger than it says" in message


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_cut_short(good: Path, share: float) -> None:
    data = good.read_bytes()
    good.write_bytes(data[: int(len(data) * share)])
    assert "it is no zip file, or cut short or damaged" in refused(good)


def test_damaged_inside(tmp_path: Path) -> None:
    content = bytes(range(256)) * 40
    path = packed(tmp_path / "bad.zip", {"jobs/a": content})
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    assert "damaged" in refused(path)


def test_another_hash(good: Path, tmp_path: Path) -> None:
    path = repacked(good, tmp_path / "bad.zip", {"scenarios/a.yaml": b"id: b"}, described=False)
    good.unlink()
    assert "scenarios/a.yaml is not what was packed: its SHA-256 is another one" in refused(path)


def test_a_file_too_many_and_one_too_few(good: Path, tmp_path: Path) -> None:
    more = repacked(good, tmp_path / "more.zip", {"jobs/b": b""}, described=False)
    less = repacked(good, tmp_path / "less.zip", {"jobs/plan.json": None}, described=False)
    size = repacked(good, tmp_path / "size.zip", {"jobs/plan.json": b"{ }"}, described=False)
    assert f"jobs/b is in the archive, but not in its {EXPERIMENT}" in refused(more)
    assert f"jobs/plan.json is missing: {EXPERIMENT} has it" in refused(less)
    assert "jobs/plan.json is not what was packed: it has another size" in refused(size)


def test_another_format(tmp_path: Path) -> None:
    path = packed(tmp_path / "bad.zip", FILES, format=99, package="7.1")
    message = refused(path)
    assert "the archive has format 99, and this version reads format 1" in message
    assert "pare_runner 7.1" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "is not JSON"),
        (b"[]", "does not describe an experiment"),
        (b'{"kind": "something else"}', "does not describe an experiment"),
        (b'{"kind": "pare_runner experiment", "format": 1}', "package: Field required"),
        (description({"a": b""}).replace(b'"bytes": 0', b'"bytes": -1'), "files.a.bytes"),
    ],
)
def test_a_description_that_is_none(text: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr(EXPERIMENT, text)
    assert said in refused(path)


def test_no_archive_at_all(tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    path.write_text("hello")
    assert "it is no zip file" in refused(path)
    with ZipFile(path, "w") as archive:
        archive.writestr("jobs/a", b"")
    assert f"there is no {EXPERIMENT} in it: `pare export` did not make this file" in refused(path)
    path.unlink()
    assert "cannot read" in refused(path)
    path.mkdir()
    assert "cannot read" in refused(path)


def encrypted(path: Path) -> None:
    data = path.read_bytes().replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00")
    start = data.index(b"PK\x01\x02")
    path.write_bytes(data[: start + 8] + b"\x01" + data[start + 9 :])


def other_method(path: Path) -> None:
    with ZipFile(path, "w", ZIP_LZMA) as archive:
        archive.writestr("jobs/a", b"a" * 100)
        archive.writestr(EXPERIMENT, description({"jobs/a": b"a" * 100}), zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(("spoil", "said"), [(encrypted, "is encrypted"), (other_method, "by an unknown method")])
def test_what_is_not_read(spoil: Callable[[Path], None], said: str, good: Path) -> None:
    spoil(good)
    assert said in refused(good)


def test_folders_of_an_archive_that_was_packed_again(good: Path, tmp_path: Path) -> None:
    with ZipFile(good, "a") as archive:
        archive.mkdir("jobs/")
    unpack(open_archive(good), tmp_path / "out")
    assert (tmp_path / "out/jobs/plan.json").exists()
