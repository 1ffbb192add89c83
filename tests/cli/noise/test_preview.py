"""`pare noise preview`."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Pare

DINNER = "dinner_headcount_change"


def test_scripted_events_and_noise_on_one_line_of_time(pare: Pare) -> None:
    said = pare("noise", "preview", DINNER, "noise=env_4", "--minutes", "6")
    assert (said.status, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == f"{DINNER}: A guest drops out after the table was booked, 6:00 from its start"
    assert lines[1] == "4 environment events a minute (fixed_count; seed 0, run 1): Messages 24"
    assert lines[2] == "no call of the assistant is made to fail"
    scale, scripted, messages, legend = lines[4:8]
    assert scale.split("|")[1].strip() == "0:00"
    assert set(scripted.removeprefix("scripted").strip()) <= set("·eau23456789")
    counted = sum(int(mark) for mark in messages.removeprefix("Messages").strip() if mark != "·")
    assert counted == 24
    assert legend.strip().startswith("e env, a agent, u user;")
    listed = [line for line in lines if " noise " in line]
    assert len(listed) == 24
    assert [line.split()[0] for line in lines[10:]] == sorted(line.split()[0] for line in lines[10:])
    assert "\033" not in said.out


def test_as_json_it_is_the_noise_of_the_run(pare: Pare) -> None:
    found = pare(
        "noise", "preview", DINNER, "noise=mixed", "--seed", "3", "--run", "2", "--minutes", "12", "--json"
    ).json
    assert (found["scenario"], found["seed"], found["run"], found["seconds"]) == (DINNER, 3, 2, 720.0)
    assert (found["num_env_events_per_minute"], found["tool_failure_probability"]) == (4, 0.1)
    assert found["counts"] == {"Messages": 48}
    noise = [event for event in found["events"] if event["kind"] == "noise"]
    assert len(noise) == 48
    assert {event["call"] for event in noise} == {"create_and_add_message"}
    assert next(event["id"] for event in found["events"] if event["kind"] != "noise") == "cancels"
    other = pare(
        "noise", "preview", DINNER, "noise=env_4", "--seed", "4", "--run", "2", "--minutes", "12", "--json"
    ).json
    assert other["tool_failure_probability"] == 0.0
    assert [event["seconds"] for event in other["events"]] != [event["seconds"] for event in found["events"]]


def test_levels_lie_within_one_another(pare: Pare) -> None:
    levels = [
        {event["id"]: event for event in pare("noise", "preview", DINNER, f"noise=env_{n}", "--json").json["events"]}
        for n in (2, 4, 6, 10)
    ]
    for low, high in itertools.pairwise(levels):
        assert low.items() <= high.items()


def test_several_options_add_up(pare: Pare) -> None:
    for options in ("noise=env_2,tfp_0.4", "noise=[env_2,tfp_0.4]"):
        out = pare("noise", "preview", DINNER, options).out
        assert "2 environment events a minute" in out
        assert "40% of the assistant's calls fail (iid)" in out
        assert "failing   40% of the assistant's calls, all the time" in out


def test_an_outage_is_told_by_tool_and_time(pare: Pare) -> None:
    noise = ["noise=tfp_0.4", "tool_augmentation_config.pattern=outage", "tool_augmentation_config.outage_seconds=90"]
    out = pare("noise", "preview", DINNER, *noise, "--minutes", "20").out
    assert "each tool is down 40% of the time, for 150 s on average, and every call of it fails then (outage;" in out
    assert "of the assistant's calls" not in out
    found = pare("noise", "preview", DINNER, *noise, "--minutes", "20", "--json").json["outages"]
    first = found[0]
    assert (first["begin"], f"down: {first['app']}.{first['tool']} 0:00-" in out) == (0.0, True)
    assert f" and {len(found) - 4} more outages; --json has all" in out
    row = next(line for line in out.splitlines() if line.startswith("failing "))
    tenths = [int(mark) for mark in row.removeprefix("failing").strip().replace("·", "0")]
    assert 3 < sum(tenths) / len(tenths) < 5
    assert len(set(tenths)) > 1
    assert "failing: tenths of " in out


def test_other_names_and_descriptions_are_said(pare: Pare) -> None:
    renamed = pare("noise", "preview", DINNER, "noise=renamed").out
    assert "no call of the assistant is made to fail\nthe assistant knows the tools by other names\n" in renamed
    assert "in other words" not in renamed
    both = pare("noise", "preview", DINNER, "noise=tfp_0.1,redescribed").out
    assert "10% of the assistant's calls fail (iid)\nthe tools are described to the assistant in other words\n" in both
    assert "other names" not in both


def test_every_key_can_be_set_beside_an_option(pare: Pare) -> None:
    keys = {"arrivals": "poisson", "weight_per_app_class.StatefulApartmentApp": 1, "env_events_seed": 7}
    overrides = [f"env_events_config.{key}={value}" for key, value in keys.items()]
    found = pare("noise", "preview", "flat_price_drops", "noise=env_6", *overrides, "--minutes", "60", "--json").json
    assert found["arrivals"] == "poisson"
    assert "Apartment" in found["counts"]
    assert sum(found["counts"].values()) != 360


def test_without_noise_and_on_a_phone_without_the_apps(pare: Pare, tmp_path: Path) -> None:
    assert "no environment events (seed 0, run 1)" in pare("noise", "preview", DINNER).out
    (tmp_path / "bare.yaml").write_text(
        "id: bare\nstart_time: 2025-11-18T09:00:00Z\napps: {notes: {type: StatefulNotesApp}}\n"
    )
    out = pare("noise", "preview", "bare.yaml", "noise=env_10").out
    assert "(fixed_count; seed 0, run 1): this phone has no app for them, or the time is too short" in out


def test_apps_without_data_are_named(pare: Pare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = '{"sender": "a@b.example", "recipients": [], "subject": "S", "content": "C", "email_id": "e"}'
    inbox = f'{{"folders": {{"INBOX": {{"folder_name": "INBOX", "emails": [{mail}]}}}}}}'
    (tmp_path / "mine.json").write_text(f'{{"apps": [{{"name": "Emails", "app_state": {inbox}}}]}}')
    monkeypatch.setenv("ENV_AUGMENTATION_DATA_PATH", "mine.json")
    said = pare("noise", "preview", "camping_cart_code", "noise=env_2")
    assert said.status == 0
    assert said.err == (
        "warning: no augmentation data for StatefulMessagingApp, StatefulShoppingApp: the other apps get their share\n"
    )
    (tmp_path / "mine.json").write_text("{}")
    said = pare("noise", "preview", "camping_cart_code", "noise=env_2")
    assert said.status == 2
    assert (
        "the augmentation data has nothing for StatefulEmailApp, StatefulMessagingApp, StatefulShoppingApp" in said.err
    )


def test_a_long_list_is_cut(pare: Pare) -> None:
    out = pare("noise", "preview", DINNER, "noise=env_10", "--minutes", "60").out
    assert out.splitlines()[-1] == "... and 545 more events; --json prints all of them"
    assert len([line for line in out.splitlines() if re.match(r"\d+:\d\d +", line)]) == 60


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([DINNER, "noise=env_3"], "noise has no option 'env_3'"),
        ([DINNER, "nois=env_4"], "did you mean 'noise'"),
        ([DINNER, "env_4"], "env_4"),
        (["dinner_headcount", "noise=env_4"], f"did you mean '{DINNER}'"),
        (
            [DINNER, "noise=env_4", "env_events_config.arrivals=normal"],
            "arrivals: must be one of fixed_count, poisson, pare",
        ),
        ([DINNER, "noise=env_4", "--figure", "noise.gif"], "noise.gif: a figure is a .png, .svg or .pdf file"),
        ([DINNER, "noise=env_4", "--minutes", "0"], "0.1"),
    ],
)
def test_mistakes(pare: Pare, arguments: list[str], says: str) -> None:
    said = pare("noise", "preview", *arguments)
    assert said.status == 2
    assert says in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_figure_has_the_same_bytes_each_time(pare: Pare, tmp_path: Path, kind: str) -> None:
    made = []
    for number in (1, 2):
        said = pare("noise", "preview", DINNER, "noise=mixed", "--minutes", "6", "--figure", f"noise{number}.{kind}")
        assert (said.status, said.out) == (0, f"noise{number}.{kind} written\n")
        made.append((tmp_path / f"noise{number}.{kind}").read_bytes())
    assert made[0] == made[1]
    assert made[0].startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[kind])
    if kind == "svg":
        text = made[0].decode()
        for shown in ("scripted", "Messages", "failing tools", "assistant", f"{DINNER}: 4 environment events a minute"):
            assert shown in text
        assert not re.search(r"20\d\d-\d\d-\d\dT", text)
