"""Fresh installations: every Python of the machine makes the same bytes, the wheel needs nothing of the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
VERSIONS = ("3.11", "3.12", "3.13")


def find_python(version: str) -> str | None:
    """A working interpreter of that minor version with venv, from the PATH or pyenv's folders."""
    candidates = [shutil.which(f"python{version}")]
    for shims in (Path(entry) for entry in os.get_exec_path() if entry.endswith("shims")):  # pyenv's
        candidates += [str(path) for path in sorted(shims.parent.glob(f"versions/{version}.*/bin/python"))]
    probe = f"import venv, ensurepip, sys; assert sys.version.startswith('{version}.')"
    for candidate in candidates:
        if candidate and subprocess.run([candidate, "-c", probe], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from a copy without build products."""
    source = tmp_path_factory.mktemp("source") / "pare_runner"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".venv*", ".git", "outputs", ".*_cache", "__pycache__"))
    target = tmp_path_factory.mktemp("wheel")
    command = [str(ROOT / ".venv/bin/python"), "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*command, "-w", str(target), str(source)], check=True)
    return next(target.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Python version → interpreter of an environment with the lock and the wheel."""
    found: dict[str, Path] = {}
    for version in VERSIONS:
        python = find_python(version)
        if python is None:
            continue
        folder = tmp_path_factory.mktemp(f"venv{version}") / "venv"
        subprocess.run([python, "-m", "venv", str(folder)], check=True)
        inside = folder / "bin/python"
        pip = [str(inside), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(ROOT / "requirements-build.lock")], check=True)
        subprocess.run([*pip, "--no-build-isolation", "-r", str(ROOT / "requirements.lock")], check=True)
        subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
        found[version] = inside
    return found


def run_suite(python: Path, folder: Path, hash_seed: str) -> dict[str, bytes]:
    """File → bytes of the traces and calls that oracle runs and runs of agents leave, made with a fresh HOME."""
    folder.mkdir()
    keep = ("PATH", "LANG", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in keep if name in os.environ}
    environment |= {"HOME": str(folder), "PYTHONHASHSEED": hash_seed, "PARE_CACHE_DIR": str(folder / "cache")}
    found: dict[str, bytes] = {}
    for oracle in ("true", "false"):
        out = folder / f"out-{oracle}"
        command = [str(python), "-m", "pare_runner", f"oracle={oracle}", "suite=full", f"output_dir={out.name}"]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        files = [*sorted((out / "traces/hf").glob("*.json")), *out.glob("calls.jsonl")]
        found |= {f"{oracle} {path.name}": path.read_bytes() for path in files}
    return found


def test_every_python_makes_the_same_bytes(installed: dict[str, Path], tmp_path: Path) -> None:
    assert installed, "no Python of the supported versions was found"
    runs = {
        (version, seed): run_suite(python, tmp_path / f"{version}-{seed}", seed)
        for version, python in installed.items()
        for seed in ("0", "1")
    }
    first = next(iter(runs.values()))
    assert len(first) >= 33
    for run, traces in runs.items():
        assert traces.keys() == first.keys(), run
        different = [name for name, content in traces.items() if content != first[name]]
        assert not different, (run, different)


def test_the_wheel_holds_the_files_that_are_no_code(wheel: Path) -> None:
    package = ROOT / "pare_runner"
    here = {str(path.relative_to(ROOT)) for ending in ("jinja", "json") for path in package.glob(f"**/*.{ending}")}
    assert "pare_runner/library/noise_data/augmentation.json" in here
    assert here <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_brings_its_commands(installed: dict[str, Path], tmp_path: Path) -> None:
    for python in installed.values():
        for command in ("pare", "pare-runner"):
            done = subprocess.run(
                [str(python.parent / command), "scenarios", "list", "--json"],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert "dinner_headcount_change" in done.stdout
