"""The collector's settings are lent, not taken."""

from __future__ import annotations

import gc

import pytest

from pare_runner.batch.collector import THRESHOLDS, patient_collector


def test_the_settings_come_back_whatever_happens() -> None:
    former = gc.get_threshold()

    def fail() -> None:
        with patient_collector():
            assert gc.get_threshold() == THRESHOLDS
            assert gc.get_freeze_count() > 0
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (former, 0)
