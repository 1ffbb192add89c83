"""The collector's settings are lent, not taken."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from pare_runner.batch.collector import THRESHOLDS, patient_collector


@pytest.fixture(params=[False, True], ids=["fresh", "frozen before"])
def frozen(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether the program has frozen its objects itself, as these tests do."""
    before = gc.get_freeze_count() > 0
    gc.unfreeze()
    if request.param:
        gc.freeze()
    yield request.param
    gc.unfreeze()
    if before:
        gc.freeze()


def test_the_settings_come_back_whatever_happens(frozen: bool) -> None:
    former = gc.get_threshold()

    def fail() -> None:
        with patient_collector():
            assert gc.get_threshold() == THRESHOLDS
            assert gc.get_freeze_count() > 0
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert (gc.get_threshold(), gc.get_freeze_count() > 0) == (former, frozen)
