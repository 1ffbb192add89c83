"""A diff in a terminal."""

from __future__ import annotations

from typing import get_args, get_type_hints

from pare_runner.analysis.diff import values, words
from pare_runner.analysis.diff.compare import diff
from pare_runner.analysis.diff.evidence import Evidence
from pare_runner.analysis.diff.steps import Step
from pare_runner.analysis.statistics.intervals import Method
from tests.analysis.diff.conftest import EDITED, Rows, Sweeps
from tests.analysis.diff.test_as_json import fits


def test_the_conclusion_comes_first(sweeps: Sweeps) -> None:
    """Two cells with two runs on each side: the clearest outcome has the p-value 2/36."""
    first, *_ = diff(sweeps.base, sweeps.edited).text().splitlines()
    assert first.startswith("no difference of success shown: A ")
    assert first.endswith(
        f"1 scenario of 3 moved: {EDITED} (too few runs to tell whether it moved more than its runs vary)"
    )


def test_keys_that_choose_what_runs_say_so(sweeps: Sweeps) -> None:
    found = diff(sweeps.base, sweeps.edited)
    (line,) = (line for line in found.text(width=5000).splitlines() if line.startswith("  scenarios: "))
    assert line.endswith(" (chooses what runs)")
    assert "<td>chooses what runs</td>" in found.html()
    without = diff(sweeps.rechecked, sweeps.same).text(width=5000).splitlines()
    (line,) = (line for line in without if line.startswith("  offline_patience: "))
    assert line.endswith(" (cannot change a result)")


def test_decisions_stand_side_by_side(sweeps: Sweeps) -> None:
    lines = diff(sweeps.base, sweeps.edited).text(width=140).splitlines()
    (line,) = (line for line in lines if line.lstrip().startswith("> "))
    left, right = line.split(" | ")
    assert "execute Calendar.edit_calendar_event(event_id=" in left
    assert "execute Calendar.edit_calendar_event(event_id=" in right
    assert any("other arguments of Calendar.edit_calendar_event (event_id)" in line for line in lines)
    assert any("both sides had seen the same before" in line for line in lines)


def test_lines_keep_the_width_but_for_texts(sweeps: Sweeps) -> None:
    jobs = [next(sweeps.base.glob(f"model={model},noise=none*")) for model in ("scripted", "random")]
    body = diff(*jobs).text(width=80).splitlines()[3:]
    assert max(map(len, body)) <= 84


def test_every_comparison_says_what_it_could_have_found(rows: Rows) -> None:
    items = [{"base_scenario_id": f"s{n}"} for n in range(12)]
    text = diff(rows("a", items), rows("b", [item | {"ok": n > 5} for n, item in enumerate(items)]), margin=0.1).text()
    for said in (
        "about situations like these; 95% score interval; cluster bootstrap [",
        "sign-flip permutation test by scenario: p = 0.016 (mid-p; exact p = 0.031)",
        "effect size d = ",
        "McNemar's exact test: p = 0.031 (0 gained, 6 lost)",
        "smallest detectable difference: ",
        "equivalence within ±10 points: ",
        "one run a side cannot be told from the variation between runs",
    ):
        assert said in text


def test_what_is_said_to_people_are_words_not_ids(sweeps: Sweeps, rows: Rows) -> None:
    items = [{"base_scenario_id": f"s{n}"} for n in range(12)]
    a, b = rows("a", items), rows("b", [item | {"ok": n > 5} for n, item in enumerate(items)])
    texts = [diff(a, b, estimand=about).text(width=500) for about in ("situations", "benchmark")]
    texts.append(diff(sweeps.base, sweeps.edited, margin=0.1).text(width=500))
    said = "\n".join(line for text in texts for line in text.splitlines() if " test" in line or "equivalence" in line)
    assert "no 95% interval (needs at least two runs of a scenario" in texts[1]
    assert "exact test within its cells" in said
    assert "_" not in said.replace(EDITED, "")


def test_every_kind_of_interval_and_test_has_a_name() -> None:
    methods = {*get_args(Method)}
    assert methods - set(values.INTERVALS) == {"none"}
    assert set(words.TESTS) == set(get_args(get_type_hints(Evidence)["method"]))


def test_one_run_on_this_benchmark_has_no_p_value_and_says_why(rows: Rows) -> None:
    items = [{"base_scenario_id": f"s{n}"} for n in range(12)]
    a, b = rows("a", items), rows("b", [item | {"ok": n > 5} for n, item in enumerate(items)])
    text = diff(a, b, estimand="benchmark").text()
    assert "no p-value: needs at least two runs of a scenario" in text
    assert "permutation" not in text
    assert "smallest detectable difference: unknown" in text


def test_cells_of_single_runs_on_this_benchmark_have_no_p_value_in_any_form(rows: Rows) -> None:
    items = [{"base_scenario_id": f"s{n}", "observe_model": model} for n in range(6) for model in "xy"]
    a, b = rows("a", items), rows("b", [item | {"ok": n > 5} for n, item in enumerate(items)])
    found = diff(a, b, estimand="benchmark", by="observe_model")
    lines = found.text(width=200).partition("Cells that differ")[2].splitlines()[1:3]
    assert [line.rpartition("), ")[2] for line in lines] == ["no p-value"] * 2
    assert [(cell["p_value"], cell["adjusted"]) for cell in found.as_json()["cells"]] == [(None, None)] * 2
    fits(found.as_json())
    assert found.html().count("<td>unknown</td><td>unknown</td>") == 2
    assert "mid-p = " in diff(a, b, by="observe_model").text(width=200).partition("Cells that differ")[2]


def test_values_are_cut_around_their_first_difference() -> None:
    long = "x" * 200
    one, two = (Step("observe", "propose", "I.say", {"content": f"{long}{end}{long}"}) for end in "ab")
    assert "a" in values.step(one, two, ["content"]).partition("…")[2][:30]
    assert len(values.step(one, two, ["content"])) < 120


def test_several_runs_at_a_place_are_groups(sweeps: Sweeps) -> None:
    pooled = diff(sweeps.base, sweeps.edited, ignore="run_number")
    assert pooled.matching.grouped
    assert "12 pairs of groups of runs, 3 scenarios in 4 cells" in pooled.text()
    assert "by the first run of each group" in pooled.text()
    assert "24 pairs of runs, 3 scenarios in 4 cells" in diff(sweeps.base, sweeps.edited).text()
