"""What every test run shares: a home of its own, and the reference data beside the checkout where it exists."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

UNWANTED = ("PARE_SCENARIOS_DIR", "PARE_DEBUG", "ENV_AUGMENTATION_DATA_PATH")


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """A process started in the background may ignore Ctrl-C; the tests of it need the usual handler."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def frozen_modules() -> Iterator[None]:
    """Modules and collected tests are not looked through by the garbage collection of each experiment."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def isolated_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the session its own HOME and cache directory, and hide settings and API keys of whoever runs the tests."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("PARE_CACHE_DIR", str(home / "cache"))
        for name in list(os.environ):
            if name in UNWANTED or name.endswith("_API_KEY"):
                patch.delenv(name)
        yield home


@pytest.fixture(autouse=True)
def fresh_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of each test, its own and empty."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("PARE_CACHE_DIR", str(folder))
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the checkout; the test is skipped where there is none."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("no folder ../shared beside the checkout")
    return folder
