"""`pare report`, and the reports that stand beside results."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from pathlib import Path

import polars as pl
import pytest

from pare_runner.cli.reporting import write_reports
from tests.cli.conftest import Pare
from tests.cli.sweeps import dying


@pytest.fixture
def sweep(pare: Pare, made: Path) -> str:
    """The sweep, below the working directory."""
    return str(shutil.copytree(made / "sweep", "sweep"))


@pytest.fixture
def alone(pare: Pare, made: Path) -> str:
    """The job of two runs, below the working directory."""
    return str(shutil.copytree(made / "alone", "alone"))


def test_text_fits_a_terminal_and_has_no_colours_in_a_pipe(pare: Pare, sweep: str) -> None:
    said = pare("report", sweep)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("sweep: 4 runs, 2 scenarios, 2 configurations\n\nSuccess\nEstimand: situations like")
    paths = [line for line in said.out.splitlines() if "its log: " in line]
    assert paths
    assert all(Path(line.rpartition(": ")[2]).is_file() for line in paths)
    assert max(len(line) for line in said.out.splitlines() if line not in paths) <= 80
    assert "\033" not in said.out


def test_every_format_is_printed_and_written(pare: Pare, sweep: str) -> None:
    time = ["--timestamp", "2026-01-01T00:00:00+00:00"]
    for form, ending in (("text", "txt"), ("markdown", "md"), ("latex", "tex"), ("html", "html"), ("json", "json")):
        printed = pare("report", sweep, "--format", form, *time)
        assert printed.status == 0
        written = pare("report", sweep, "--out", f"a.{ending}", *time)
        assert written.out == f"a.{ending}\n"
        assert Path(f"a.{ending}").read_text() == printed.out
    assert pare("report", sweep, "--json").json["metadata"]["report_version"] == "1.0"


def test_a_folder_gets_both_readable_forms_or_the_one_that_is_named(pare: Pare, sweep: str) -> None:
    assert pare("report", sweep, "--out", "here").out.splitlines() == ["here/report.md", "here/report.html"]
    assert pare("report", sweep, "--out", "here", "--format", "latex").out == "here/report.tex\n"
    links = re.findall(r'href="([^"#]+\.log)"', Path("here/report.html").read_text())
    assert links
    assert all(link.startswith("../sweep/") for link in links)


@pytest.mark.slow
def test_figures_are_written(pare: Pare, sweep: str) -> None:
    said = pare("report", sweep, "--figures", "figures")
    assert said.out == "24 figure files in figures\n"
    assert {path.suffix for path in Path("figures").iterdir()} == {".pdf", ".svg", ".png"}


def test_the_time_may_be_fixed(pare: Pare, sweep: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stamp() -> str:
        found: str = pare("report", sweep, "--json").json["metadata"]["timestamp"]
        return found

    assert stamp().startswith("20")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert stamp() == "1970-01-01T00:00:00+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    said = pare("report", sweep)
    assert (said.status, "SOURCE_DATE_EPOCH=soon" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "htm"], "did you mean 'html'?"),
        (["--json", "--format", "html"], "--json is not --format html"),
        (["--out", "a.xyz"], "a.xyz does not say its format"),
        (["--out", "sweep/sweep.json"], "sweep/sweep.json is a file of results"),
        (["--by", "observ_model"], "did you mean 'observe_model'?"),
        (["--by", " , "], "--by names no column"),
        (["--margin", "3"], "a margin lies between 0 and 1 (0.03 is three points)"),
        (["--estimand", "situation"], "did you mean 'situations'?"),
        (["--baseline", "scriptd"], "did you mean 'scripted'?"),
        (["--timestamp", "noon"], "--timestamp noon: no time"),
    ],
)
def test_bad_options_end_in_one_message(pare: Pare, sweep: str, options: list[str], message: str) -> None:
    before = sorted(Path().rglob("*"))
    said = pare("report", sweep, *options)
    assert said.status == 2
    assert message in said.err
    assert said.err.count("\n") == 1
    assert (said.out, sorted(Path().rglob("*"))) == ("", before)


def test_a_job_that_cannot_be_read_is_missing_and_the_status_says_so(pare: Pare, sweep: str) -> None:
    job = sorted(Path(sweep).glob("*/results.parquet"))[0]
    job.write_bytes(b"rubbish")
    (job.parent / "results.jsonl").unlink()

    for words in (("report", sweep, "--out", "report.md"), ("diff", sweep, sweep)):
        said = pare(*words)
        assert said.status == 2
        assert "cannot be read" in Path("report.md").read_text()
    assert re.search(r"\n\d+ of \d+ runs, ", Path("report.md").read_text())
    assert said.out.startswith("identical")


def test_folders_without_results_are_said(pare: Pare) -> None:
    Path("empty").mkdir()
    said = pare("report", "empty")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("pare: empty holds no results")


def test_protocols_are_not_mixed(pare: Pare, alone: str) -> None:
    frame = pl.read_parquet("alone/results.parquet")
    frame.with_columns(pl.lit("pare_2026").alias("protocol")).write_parquet("other.parquet")
    said = pare("report", alone, "other.parquet")
    assert said.status == 2
    assert "several protocols are mixed: pare_2026 v1, standard v1" in said.err
    assert "--mix" in said.err
    mixed = pare("report", alone, "other.parquet", "--mix")
    assert mixed.status == 0
    assert mixed.out.startswith("warning: several protocols are mixed")
    assert "eager, protocol pare_2026" in " ".join(mixed.out.split())


def test_a_killed_job_is_reported_as_far_as_it_got(pare: Pare, tmp_path: Path) -> None:
    died = dying("after a line of the journal", 3, "suite.limit=5", "model=passive", "output_dir=killed", cwd=tmp_path)
    assert died == -signal.SIGKILL
    said = pare("report", "killed")
    assert said.status == 0
    assert said.out.startswith("warning: the job is not complete, 3 of ")
    assert re.search(r"^c1 +passive +3 +3 ", said.out, re.MULTILINE)
    assert not Path("killed/report.html").exists()


def test_jobs_and_sweeps_leave_a_report_that_says_when_they_began(made: Path) -> None:
    for place in (made / "alone", made / "sweep"):
        page = (place / "report.html").read_text()
        manifest = json.loads(next(place.rglob("manifest.json")).read_text())
        assert f"<time>{manifest['wall_clock']['started'][:19]}+00:00</time>" in page
        assert (place / "report.md").read_text().startswith("# Report: ")
        assert re.findall(r'href="(?!\.\.)[^"#]+/traces/hf/[^"]+\.json"|href="traces/hf/[^"]+\.json"', page)
    assert [path.parent.name for path in (made / "sweep").rglob("report.html")] == ["sweep"]


def test_other_commands_do_not_mind_the_reports(pare: Pare, sweep: str, alone: str) -> None:
    assert pare("verify", sweep, alone).status == 0
    assert pare("status", sweep, alone).status == 0
    assert pare("rescore", sweep).status == 0
    assert pare("resume", sweep).out == "sweep: complete, 4 runs: nothing to do\n"


def test_what_changes_results_renews_the_report(pare: Pare, experiment: Pare, dinner: Path) -> None:
    assert experiment(f"scenarios=[{dinner}]", "model=scripted", "cache=bypass", "output_dir=job").status == 0
    assert "Failures by cause" not in Path("job/report.md").read_text()
    dinner.write_text(dinner.read_text().replace("checks:\n", "checks:\n  - state: 1 == 2\n", 1))
    assert "1 run changed" in pare("rescore", "job").out
    assert "Failures by cause" in Path("job/report.md").read_text()

    shutil.copy("job/results.jsonl", "kept")
    os.truncate("job/results.jsonl", 0)
    Path("job/report.md").write_text("old")
    said = pare("resume", "job", "--cache", "bypass")
    assert said.status == 0
    assert "report: job/report.html" in said.out
    assert Path("job/report.md").read_text().startswith("# Report: ")


def test_a_report_that_cannot_be_written_is_a_warning(pare: Pare, alone: str) -> None:
    os.truncate("alone/results.jsonl", 0)
    Path("alone/report.html").unlink()
    Path("alone/report.html").mkdir()
    said = pare("resume", alone)
    assert said.status == 0
    assert "no report could be written: IsADirectoryError" in said.err
    assert "report: " not in said.out
    assert Path("alone/summary.json").exists()


def test_a_sweep_over_the_number_of_runs_has_a_report(pare: Pare, experiment: Pare, dinner: Path) -> None:
    said = experiment("model=passive", f"scenarios=[{dinner}]", "suite.runs=1,2", "output_dir=s", "-m")

    assert (said.status, "report: s/report.html" in said.out) == (0, True)
    assert "1 run that is there already counts once" in pare("report", "s").out


def test_unlike_results_of_a_run_are_said_where_the_report_would_be(
    pare: Pare, alone: str, caplog: pytest.LogCaptureFixture
) -> None:
    both = Path("both")
    for name in ("one", "two"):
        shutil.copytree(alone, both / name)
    frame = pl.read_parquet(both / "two/results.parquet")
    turned = pl.when(pl.col("status") == "failed").then(pl.lit("success")).otherwise(pl.lit("failed"))
    other = frame.with_columns(1.0 - pl.col("success_numeric"), turned.alias("status"))
    other.write_parquet(both / "two/results.parquet")

    assert write_reports(both) is None

    (said,) = (record.getMessage() for record in caplog.records if record.levelname == "WARNING")
    assert said.startswith("no report of both: 2 runs of one configuration and seed are there more than once, with")
    assert "both/one, both/two" in said
    assert "\n" not in said
    assert not (both / "report.html").exists()
    (both / "report.html").write_text("old")
    assert write_reports(both) is None
    assert caplog.records[-1].getMessage().endswith("; the report.html there is of before")


def test_an_interrupted_sweep_without_a_run_says_why_there_is_no_report(
    pare: Pare, sweep: str, caplog: pytest.LogCaptureFixture
) -> None:
    for file in ("results.jsonl", "results.parquet"):
        for path in Path(sweep).rglob(file):
            path.unlink()
    assert write_reports(Path(sweep)) is None
    assert "no report of sweep: no run has finished yet" in caplog.text


def test_reports_beside_results_say_no_private_paths(pare: Pare, alone: str) -> None:
    write_reports(Path(alone).absolute())
    page = Path(alone, "report.html").read_text()
    assert "<title>Report: alone<" in page
    assert str(Path.cwd()) not in page + Path(alone, "report.md").read_text()

    here = Path.cwd()
    Path("elsewhere").mkdir()
    os.chdir("elsewhere")
    try:
        write_reports(here / alone)
    finally:
        os.chdir(here)
    assert Path(alone, "report.md").read_text().startswith("# Report: alone\n")


def test_a_format_that_its_file_denies_is_refused(pare: Pare, alone: str) -> None:
    said = pare("report", alone, "--out", "z.html", "--format", "json")
    assert (said.status, Path("z.html").exists()) == (2, False)
    assert said.err == "pare: z.html would hold json (end it in .json, or leave out --format)\n"
    assert pare("report", alone, "--out", "z.data", "--format", "json").status == 0
