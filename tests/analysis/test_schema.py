"""The reader's columns are those that this version writes."""

from __future__ import annotations

from pare_runner.analysis import discover, schema
from pare_runner.batch import journal, manifest, plan, summary
from pare_runner.batch.frame import PARE_RESULT_SCHEMA
from pare_runner.batch.frames_io import JOB_COLUMN, JSON_COLUMNS, PARQUET, UNIT_SCHEMA
from pare_runner.scenarios.result import STATUSES


def test_the_columns() -> None:
    assert list(schema.PARE_COLUMNS.items()) == list(PARE_RESULT_SCHEMA.items())
    assert dict(schema.ROW_COLUMNS) == dict(UNIT_SCHEMA)
    assert set(schema.JSON_COLUMNS) == set(JSON_COLUMNS)
    assert schema.JOB == JOB_COLUMN
    assert tuple(STATUSES) == schema.STATUSES


def test_the_documented_columns_come_first() -> None:
    assert list(schema.FRAME_SCHEMA)[: len(PARE_RESULT_SCHEMA)] == list(PARE_RESULT_SCHEMA)


def test_the_files() -> None:
    written = (plan.PLAN, manifest.MANIFEST, summary.SUMMARY, journal.JOURNAL, PARQUET)
    assert written == (discover.PLAN, discover.MANIFEST, discover.SUMMARY, discover.JOURNAL, discover.PARQUET)
