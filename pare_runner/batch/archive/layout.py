"""What is in an archive of an experiment: the names of its parts, and `experiment.json`, which describes them.

Inside, the working directory of every job is `code/`: scenarios and prompts are named from there, modules of one's own
are found there. So an unpacked archive works wherever it lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pare_runner.errors import InputError

FORMAT = 1
"""Raised when files of an archive change their place or their meaning."""
KIND = "pare_runner experiment"

EXPERIMENT = "experiment.json"
REQUIREMENTS = "requirements.txt"
JOBS, SCENARIOS, PROMPTS, CODE = "jobs", "scenarios", "prompts", "code"
FOLDERS = (JOBS, SCENARIOS, PROMPTS, CODE)
ENDINGS: Mapping[str, tuple[str, ...]] = {
    JOBS: ("",),
    SCENARIOS: (".yaml", ".py"),
    PROMPTS: (".jinja",),
    CODE: (".py", ".json"),
}
"""Folder of an archive → how the names of its files end. No settings are read from there, `.env` for one."""
MULTIRUN = "multirun.yaml"
HYDRA = ".hydra"
HYDRA_FILES = ("config.yaml", "overrides.yaml", "hydra.yaml")
"""What Hydra says of a sweep, and of a job."""
SCENARIOS_FROM_CODE = f"../{SCENARIOS}"
PROMPTS_FROM_CODE = f"../{PROMPTS}"


class FileEntry(BaseModel):
    """Size and SHA-256 (hexadecimal) of a file."""

    model_config = ConfigDict(frozen=True, strict=True)

    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Sample(BaseModel):
    """Which scenarios an archive holds of how many."""

    model_config = ConfigDict(frozen=True)

    scenarios: tuple[str, ...]
    of: int


class Contents(BaseModel):
    """`experiment.json`: what an archive holds, and what made it.

    `ran_with` are the versions of the package that the jobs were made with, `package` is the one that packed them;
    `calls` and `traces` say whether these are inside. `origin` says where it ran, and is null in an anonymous archive.
    `files` has every file of the archive but this one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int
    kind: Literal["pare_runner experiment"]
    package: str
    python: str
    behaviour_version: int
    ran_with: tuple[str, ...]
    anonymous: bool
    calls: bool
    traces: bool
    sample: Sample | None
    jobs: int
    runs: int
    notes: tuple[str, ...]
    origin: dict[str, Any] | None
    files: dict[str, FileEntry]


def is_inside(name: str) -> bool:
    """Whether a path leads to something below the folder it counts from."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def read_contents(data: bytes, where: str) -> Contents:
    """The content of `experiment.json`; InputError if it is none, or of another format."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{EXPERIMENT} is not JSON: {error.msg}", where=where) from None
    if not isinstance(value, dict) or value.get("kind") != KIND:
        raise InputError(f"{EXPERIMENT} does not describe an experiment of pare_runner", where=where)
    if value.get("format") != FORMAT:
        raise InputError(
            f"the archive has format {value.get('format')!s:.20}, and this version reads format {FORMAT}",
            where=where,
            hint=f"it was packed by pare_runner {value.get('package')!s:.40}; that version reads it",
        )
    try:
        return Contents.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(f"{EXPERIMENT}: {place}: {first['msg']}", where=where) from None


def working_directory(recorded: str, directory: Path) -> Path:
    """The working directory that the results in `directory` have recorded.

    A relative one is that of an archive, and counts from its top folder. Outside of one it counts from here.
    """
    return (unpacked_around(directory) or Path.cwd()) / recorded


def unpacked_around(directory: Path) -> Path | None:
    """The top folder of the unpacked archive that holds `directory`: the nearest above with an `experiment.json`."""
    above = directory.absolute().parents
    return next((folder for folder in above if (folder / EXPERIMENT).is_file()), None)


def traces_left_out(directory: Path) -> bool:
    """Whether the results in `directory` are those of an archive that was packed without traces."""
    top = unpacked_around(directory)
    if top is None or not directory.absolute().is_relative_to(top / JOBS):
        return False
    path = top / EXPERIMENT
    try:
        return not read_contents(path.read_bytes(), str(path)).traces
    except (InputError, OSError):
        return False  # a file of this name that somebody else has made
