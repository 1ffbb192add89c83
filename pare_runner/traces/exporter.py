"""Traces of single runs, written from Python: the documented entry to the formats."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from pare_runner.atomic import write_atomic, writing
from pare_runner.traces.hf import HfWriter
from pare_runner.traces.lite import LiteWriter
from pare_runner.traces.record import RunTrace
from pare_runner.traces.registry import trace_writers

log = logging.getLogger(__name__)

LITE_WARNING = "traces in the lite format cannot be put on Hugging Face, nor be imported; export=both writes hf, too"


class PAREJsonScenarioExporter:
    """Writes the record of a run (`traces.record.record_of`) in the formats of `trace_dump_format`."""

    def export_to_json(self, trace: RunTrace) -> str:
        """The hf trace as text."""
        return _text(HfWriter(), trace)

    def export_to_json_lite(self, trace: RunTrace) -> str:
        """The lite trace as text."""
        return _text(LiteWriter(), trace)

    def export_to_json_file(
        self, trace: RunTrace, output_dir: str | Path | None = None, trace_dump_format: str = "hf"
    ) -> Path:
        """Write the trace and return the path of its file; of several formats (`both`) that of the first.

        The file is called `<run id>.json` and stands in `output_dir`, or in the operating system's temporary directory.
        Several files stand in a folder for each format. ConfigError for a format nobody writes, InputError where files
        cannot be written.
        """
        top = Path(output_dir or tempfile.gettempdir())
        writers = trace_writers(trace_dump_format)
        files = [(writer.name, file) for writer in writers for file in writer.render(trace)]
        if trace_dump_format == LiteWriter.name:
            log.warning("%s", LITE_WARNING)
        paths = [top / file.name if len(files) == 1 else top / folder / file.name for folder, file in files]
        with writing(top):
            for path, (_, file) in zip(paths, files, strict=True):
                write_atomic(path, file.data)
        return paths[0]


def _text(writer: HfWriter | LiteWriter, trace: RunTrace) -> str:
    (file,) = writer.render(trace)
    return file.data.decode()
