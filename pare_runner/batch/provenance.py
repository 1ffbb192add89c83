"""Where results come from: versions, code revision, machine. Found once a process."""

from __future__ import annotations

import functools
import os
import platform
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

import psutil

DISTRIBUTION = "pare-runner"
PACKAGE = Path(__file__).resolve().parents[1]
_GIT_SECONDS = 10.0


@functools.cache
def package_versions() -> dict[str, str]:
    """Version of this distribution and of all it needs at run time, by name; what is not installed is left out."""
    names = [DISTRIBUTION]
    try:
        needed = [text for text in requires(DISTRIBUTION) or [] if "extra ==" not in text]
        names += sorted(match.group() for text in needed if (match := re.match(r"[\w.-]+", text)))
    except PackageNotFoundError:
        return {}
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@functools.cache
def code_revision(folder: Path = PACKAGE) -> str | None:
    """Commit of the git checkout that `folder` is part of, with `-dirty` if tracked files differ from it.

    None if `folder` is not tracked by git: an installed package that merely lies inside somebody's checkout is not.
    """
    if git(folder, "ls-files", "--error-unmatch", "--", ".") is None:
        return None
    return git(folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")


@functools.cache
def machine() -> dict[str, Any]:
    """What ran: operating system, processor architecture, logical processors, memory in bytes."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "processors": os.cpu_count(),
        "memory": psutil.virtual_memory().total,
    }


def python() -> dict[str, str]:
    """The interpreter."""
    return {"version": platform.python_version(), "implementation": sys.implementation.name}


def git(folder: Path, *arguments: str) -> str | None:
    """What git prints; None if it fails or there is no git. Variables that point it elsewhere are hidden from it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
