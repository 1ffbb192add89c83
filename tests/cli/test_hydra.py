"""The experiment command: composition, flags, errors, sweeps, directories and exit statuses."""

from __future__ import annotations

import logging
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import in_identity
from pare_runner.batch.units import Unit
from pare_runner.cli.conf_dirs import packaged_conf_dir
from pare_runner.cli.flags import parse
from pare_runner.cli.folder_names import may_be_swept, unnamed_keys
from pare_runner.cli.help import group_options, help_text
from pare_runner.cli.hydra_entry import main
from pare_runner.cli.live import DERIVED, DORMANT
from pare_runner.cli.nodes import ENGINES, VIEWS
from pare_runner.cli.resolvers import MAX_SLUG, slug
from pare_runner.errors import ConfigError, InputError
from pare_runner.llm.config import LLMEngineConfig, Prices


@dataclass(frozen=True)
class Report:
    exit_status: int = 0
    summary: dict[str, Any] = field(default_factory=lambda: {"success": 1, "table": {"not": "shown"}})


@dataclass
class Jobs:
    """A job body that records what it was asked to run, and answers what it was told to."""

    behave: Callable[[MultiScenarioRunnerConfig], Report] = lambda config: Report()
    configs: list[MultiScenarioRunnerConfig] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)

    def __call__(self, config: MultiScenarioRunnerConfig, output_dir: Path) -> Report:
        logging.getLogger("job").info("seed %s", config.seed)
        self.configs.append(config)
        self.folders.append(output_dir)
        return self.behave(config)


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PARE_DEBUG", raising=False)
    return Jobs()


def refused(argv: Sequence[str], jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> str:
    """The one message of a refused command line, which must have started and written nothing."""
    assert main(argv, run_job=jobs) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("pare_runner: ") == 1
    assert "Traceback" not in captured.err
    assert jobs.configs == []
    assert list(Path.cwd().iterdir()) == []
    return captured.err.removeprefix("pare_runner: ").rstrip("\n")


# --- composition


def test_without_arguments_everything_is_run_offline(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], run_job=jobs) == 0

    [config], [folder] = jobs.configs, jobs.folders
    engines = (config.user_engine_config, config.observe_engine_config, config.execute_engine_config)
    assert {(engine.adapter, engine.model_name) for engine in engines} == {("offline", "scripted")}
    assert (config.oracle, config.export, config.judge_engine_config) == (False, True, None)
    assert (config.user_max_iterations, config.observe_max_iterations, config.execute_max_iterations) == (1, 5, 10)
    assert (config.max_turns, config.message_protocol, config.simulated_generation_time_mode) == (20, "native", "fixed")
    assert config.max_scenario_duration is None
    assert folder.is_absolute()
    assert folder.relative_to(Path.cwd()).parts[0] == "outputs"
    assert capsys.readouterr().out == ""


def test_values_reach_the_job(jobs: Jobs) -> None:
    argv = "seed=3 experiment_name=try scenarios=[a,b.yaml] suite=smoke suite.runs=2 suite.tags=[x] suite.ids=y"

    assert main([*argv.split(), "export=none"], run_job=jobs) == 0

    config = jobs.configs[0]
    assert (config.seed, config.experiment_name, config.scenarios) == (3, "try", ("a", "b.yaml"))
    assert (config.suite.name, config.suite.limit, config.suite.runs) == ("smoke", 3, 2)
    assert (config.suite.tags, config.suite.ids) == (("x",), ("y",))
    assert not config.export


def test_hydra_writes_its_files_and_the_job_a_log(jobs: Jobs) -> None:
    main(["seed=5"], run_job=jobs)

    folder = jobs.folders[0]
    assert sorted(path.name for path in (folder / ".hydra").iterdir()) == [
        "config.yaml",
        "hydra.yaml",
        "overrides.yaml",
    ]
    assert OmegaConf.load(folder / ".hydra/overrides.yaml") == ["seed=5"]
    assert OmegaConf.load(folder / ".hydra/hydra.yaml").hydra.job.name == "pare_runner"
    assert "seed 5" in (folder / "run.log").read_text()


def test_logging_follows_its_keys_and_is_given_back(jobs: Jobs) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level

    main(["log_to_file=false"], run_job=jobs)
    main(["log_level=ERROR"], run_job=jobs)

    assert not any((folder / "run.log").exists() for folder in jobs.folders)
    assert (root.handlers, root.level) == before


def test_an_explicit_directory_wins(jobs: Jobs) -> None:
    main(["output_dir=here/it/is"], run_job=jobs)

    assert jobs.folders == [Path.cwd() / "here/it/is"]


def test_every_option_of_every_group_composes(jobs: Jobs) -> None:
    for group, options in group_options([packaged_conf_dir()]).items():
        for option in [] if group == "model" else options:  # the models have tests of their own
            assert main([f"{group}={option}", "scenarios=[a]"], run_job=jobs) == 0, f"{group}={option}"


def test_only_fields_that_work_are_composed(jobs: Jobs) -> None:
    main([], run_job=jobs)

    composed = OmegaConf.load(jobs.folders[0] / ".hydra/config.yaml")
    nodes = {"model", *ENGINES, *VIEWS}
    assert set(composed) - nodes == set(MultiScenarioRunnerConfig.model_fields) - DORMANT - DERIVED.keys() - nodes


def test_a_folder_of_ones_own_adds_options_and_wins_over_ours(jobs: Jobs) -> None:
    mine = Path("mine")
    (mine / "suite").mkdir(parents=True)
    (mine / "suite/tiny.yaml").write_text("defaults: [full, _self_]\nlimit: 1\n")
    (mine / "suite/smoke.yaml").write_text("defaults: [full, _self_]\nname: smoke\nlimit: 9\n")
    (mine / "study.yaml").write_text("defaults: [config, override suite: tiny, _self_]\nseed: 8\n")

    assert main(["suite=smoke", "--config-dir", "mine"], run_job=jobs) == 0
    assert main(["-cd=mine", "-cn", "study"], run_job=jobs) == 0

    assert jobs.configs[0].suite.limit == 9
    assert (jobs.configs[1].suite.limit, jobs.configs[1].seed) == (1, 8)


# --- flags


@pytest.mark.parametrize(
    "argv",
    [
        ["noise=none", "-m", "seed=1,2"],
        ["-m", "noise=none", "seed=1,2"],
        ["seed=1,2", "noise=none", "--multirun"],
        ["-cn", "config", "seed=1,2", "-m"],
        ["seed=1,2", "-m", "--config-name=config"],
        ["seed=1,2", "hydra.mode=MULTIRUN"],
    ],
    ids=" ".join,
)
def test_flags_may_stand_anywhere(argv: list[str], jobs: Jobs) -> None:
    assert main(argv, run_job=jobs) == 0
    assert [config.seed for config in jobs.configs] == [1, 2]


def test_a_flag_takes_its_value_with_it() -> None:
    line = parse(["a=1", "--config-dir", "D", "b=2", "-i", "plugins", "--", "-x=3"])

    assert line.flags == {"--config-dir": "D", "--info": "plugins"}
    assert line.overrides == ["a=1", "b=2", "-x=3"]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("--multrun", "unknown flag --multrun (did you mean '--multirun'?)"),
        ("--config-dir", "--config-dir needs a value (-cd, --config-dir DIR)"),
        ("--cfg joob", "--cfg: unknown value 'joob' (did you mean 'job'?)"),
        ("-m -r", "--multirun and --run exclude each other"),
        ("-m=1", "--multirun takes no value"),
        ("--resolve", "--resolve goes with --cfg only"),
        ("--config-dir nowhere", "--config-dir: there is no directory nowhere"),
        ("-cn confg", "there is no primary configuration 'confg' (did you mean 'config'?)"),
    ],
)
def test_wrong_flags(argv: str, message: str, jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(argv.split(), jobs, capsys).startswith(message)


def test_the_composition_can_be_printed(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--cfg", "job", "seed=4"], run_job=jobs) == 0

    assert OmegaConf.create(capsys.readouterr().out).seed == 4
    assert jobs.configs == []


def test_help_names_groups_options_keys_flags_and_statuses() -> None:
    text = help_text([packaged_conf_dir()])

    for word in ("suite", "smoke", "export", "suite.runs", "scenarios", "--multirun", "exit status", "130"):
        assert word in text
    assert not any(name in text for name in DORMANT)
    assert max(map(len, text.splitlines())) <= 120


# --- one message, status 2


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("sede=1", "unknown key 'sede' (did you mean 'seed'?)"),
        ("modle=gpt5", "unknown key 'modle' (did you mean 'model'?)"),
        ("mode=fixed", "unknown key 'mode' (did you mean 'time.mode'?)"),
        (
            "env_events_config.arrivals=pare",
            "env_events_config.arrivals exists only beside noise=env_... or noise=mixed",
        ),
        (
            "noise=tfp_0.1 env_events_config.arrivals=pare",
            "env_events_config.arrivals exists only beside noise=env_...",
        ),
        (
            "noise=env_4 env_events_config.arivals=pare",
            "unknown key 'env_events_config.arivals' (did you mean 'env_events",
        ),
        ("limits.max_tokens=1.5", "limits.max_tokens: must be a whole number, got 1.5"),
        ("suite.run=2", "unknown key 'suite.run' (did you mean 'suite.runs'?)"),
        ("runs=2", "unknown key 'runs' (did you mean 'suite.runs'?)"),
        ("+x=1", "unknown key 'x'"),
        ("++x.y=1", "unknown key 'x'"),
        ("~nope", "unknown key 'nope'"),
        ("noize=none", "unknown key 'noize' (did you mean 'noise'?)"),
        ("hydra.run.dirr=x", "unknown key 'hydra.run.dirr' (did you mean 'hydra.run.dir'?)"),
        ("user_type=x", "user_type has no effect yet"),
        ("judge_only=true", "judge_only=true: nothing is run to judge what was run (`pare rescore DIR` does that)"),
        ("tool_augmentation_config.patern=iid", "unknown key 'tool_augmentation_config.patern'"),
        ("api_key=sk-1", "unknown key 'api_key'"),
        ("suite=smok", "suite has no option 'smok' (did you mean 'smoke'?)"),
        ("suite=[full,smoke]", "suite=[full,smoke]: suite takes one option"),
        ("noise=0.1", "noise has no option '0.1' (did you mean 'tfp_0.1'?)"),
        ("noise=1_0", "noise has no option '10' ("),
        ("export=true", "export has no option 'true' (known: both, hf, lite, n"),
        ("hydra/launcher=joblip", "hydra/launcher has no option 'joblip' (did you mean 'joblib'?)"),
        ("seed=abc", "seed: must be a whole number, got 'abc'"),
        ("seed=-1", "seed: must be greater than or equal to 0, got -1"),
        ("seed=true", "seed: must be a whole number, got True"),
        ("seed=", "seed: must be a whole number, got ''"),
        ("suite.runs=0", "suite.runs: must be greater than or equal to 1, got 0"),
        ("log_level=debug", "log_level: must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, got 'debug' (did you"),
        ("experiment_name=2024", "experiment_name: must be a text, got the number 2024"),
        ("scenarios=[7]", "scenarios.0: must be a text, got the number 7"),
        ("suite=custom", "suite=custom runs only what it is told: add scenarios="),
        ("trace_dump_format=xx", "no trace format 'xx' can be written (known: both, hf, lite"),
        (
            "model=local model.base_url=http://a/v1,http://b/v1 -m output_dir=x",
            "job #0 (model=local model.base_url=http://a/v1 output_dir=x) and job #1 (model=local "
            "model.base_url=http://b/v1 output_dir=x) would write into the same folder model=local-fc70cd: "
            "leave one out (an address names no folder: give each server a file with its model.alias",
        ),
        (
            "limits.timeout_seconds=5 timeout_seconds=9",
            "limits.timeout_seconds=5 and timeout_seconds=9: two names of one",
        ),
        (
            "max_scenario_duration=30 limits.max_scenario_duration=9999",
            "limits.max_scenario_duration=9999 and max_scenario_duration=30: two names of one key (give one of them)",
        ),
        ("time.idle=poll:5 idle=jump", "time.idle=poll:5 and idle=jump: two names of one key"),
        (
            "limits.max_tokens_per_run=1 max_tokens_per_run=1,2 -m",
            "job #1 (limits.max_tokens_per_run=1 max_tokens_per_run=2): limits.max_tokens_per_run=1 and",
        ),
        ("hydra.run.dir=a output_dir=b", "hydra.run.dir=a and output_dir=b name two directories (give one of them)"),
        ("hydra.run.dir=a resume=b", "hydra.run.dir=a and resume=b name two directories"),
        ("hydra.sweep.dir=a output_dir=b seed=1,2 -m", "hydra.sweep.dir=a and output_dir=b name two directories"),
        ("resume=a output_dir=b", "resume=a goes on in that directory, so output_dir=b cannot be used"),
        ("export.dialect=are", "export.dialect: must be one of pare, meta_are, got 'are'"),
        (
            "scenarios=a,b",
            "scenarios=a,b gives several values for one key (write 'scenarios=[a,b]' for a list, or add -m",
        ),
        ("seed=1,2", "seed=1,2 gives several values for one key (add -m"),
        ("suite=full,smoke", "suite=full,smoke gives several values for one key (add -m"),
        ("seed=[1", "cannot read the override 'seed=[1'"),
        ("experiment_name=a=b", "cannot read the override 'experiment_name=a=b'"),
        ("smoke", "'smoke' sets nothing (did you mean suite=smoke?)"),
        ("seed=${nope}", "seed: Interpolation key 'nope' not found"),
        ("seed=???", "seed: Missing mandatory value"),
        ("hydra.mode=FOO", "cannot compose the configuration: "),
        ("hydra.job.env_copy=[HOME]", "hydra.job.env_copy would write values of the environment into files"),
        ("output_dir=" + "x" * 300, "cannot use xxx"),
        ("hydra.run.dir=" + "x" * 300, "cannot use xxx"),
        ("output_dir=a,b -m", "output_dir is one for the whole sweep"),
        ("seed=1,1 -m", "job #0 (seed=1) and job #1 (seed=1) are the same experiment"),
        ("seed=1,2 hydra.sweep.subdir=x -m", "job #0 (seed=1) and job #1 (seed=2) would write into the same folder x"),
        ("seed=1,2,-3 -m", "job #2 (seed=-3): seed: must be greater than or equal to 0, got -3"),
        ("suite=full,smok -m", "job #1 (suite=smok): suite has no option 'smok'"),
        ("seed=1,2 sede=1 -m", "unknown key 'sede'"),
        ("seed=1,-2 hydra/launcher=basic -m", "job #1 (seed=-2): seed: must be greater"),
    ],
)
def test_bad_input(argv: str, message: str, jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(argv.split(), jobs, capsys).startswith(message)


def test_a_whole_number_may_be_written_as_a_float(jobs: Jobs) -> None:
    assert main(["limits.max_tokens=1e6", "limits.max_tokens_per_run=2e3"], run_job=jobs) == 0
    (config,) = jobs.configs
    assert (repr(config.max_total_tokens), repr(config.max_tokens_per_run)) == ("1000000", "2000")


def test_one_value_under_both_of_its_names(jobs: Jobs) -> None:
    assert (
        main(["limits.timeout_seconds=5", "timeout_seconds=5", "hydra.run.dir=a/b", "output_dir=a/./b"], run_job=jobs)
        == 0
    )
    assert jobs.configs[0].timeout_seconds == 5
    assert jobs.folders == [Path.cwd() / "a/b"]


@pytest.mark.parametrize(
    ("choice", "text", "message"),
    [
        (
            "model=mine",
            "model_name: mine\nbase_url: http://localhost:1/v1\n",
            "the option of model lacks keys: provider, alias, adapter, api_key_env, ... (let its file start from ours, "
            "with the line `defaults: [base@_here_: engine, _self_]`)",
        ),
        ("time=mine", "mode: fixed\ngeneration_seconds: 1.0\n", "the option of time lacks keys: idle (let its file"),
        (
            "limits=mine",
            "max_wall: 3\n",
            "the option of limits lacks keys: max_tokens_per_run, timeout_seconds, max_sc",
        ),
        (
            "export=mine",
            "write: true\nformat: lite\n",
            "the option of export lacks keys: dialect, redact (let its file",
        ),
    ],
    ids=["model", "time", "limits", "export"],
)
def test_a_group_file_that_starts_from_none_of_ours(
    choice: str,
    text: str,
    message: str,
    jobs: Jobs,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    conf = tmp_path_factory.mktemp("conf")
    file = conf / choice.partition("=")[0] / "mine.yaml"
    file.parent.mkdir()
    file.write_text(text)
    said = refused(["--config-dir", str(conf), choice], jobs, capsys)
    assert said.startswith(message)
    (line,) = re.findall(r"`(defaults: .*)`", said)
    file.write_text(f"{line}\n{text}")
    assert main(["--config-dir", str(conf), choice, "model@user=scripted"], run_job=jobs) == 0


def test_a_group_file_without_its_first_line(
    jobs: Jobs, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    conf = tmp_path_factory.mktemp("conf")
    (conf / "sweep").mkdir()
    (conf / "sweep" / "mine.yaml").write_text("suite:\n  runs: 2\n")
    said = refused(["--config-dir", str(conf), "sweep=mine"], jobs, capsys)
    hint = "the first line of a file of the group sweep must be # @package _global_"
    assert f"unknown key 'sweep' ({hint})" in said


def test_several_findings_are_all_named(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(["seed=-1", "suite.runs=0"], jobs, capsys)

    assert [line.partition(":")[0] for line in message.splitlines()] == ["seed", "suite.runs"]


def test_nothing_is_fetched_from_the_environment_into_a_message(
    jobs: Jobs, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret")

    assert "${oc.env:MY_KEY}" in refused(["seed=${oc.env:MY_KEY}"], jobs, capsys)
    assert "sk-secret" not in refused(["suite.runs=${oc.env:MY_KEY}", "log_level=${oc.env:MY_KEY}"], jobs, capsys)


def test_results_are_never_mixed(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["output_dir=here"], run_job=jobs) == 0
    capsys.readouterr()

    assert main(["output_dir=here"], run_job=jobs) == 2
    assert main(["output_dir=here", "seed=1,2", "-m"], run_job=jobs) == 2

    assert capsys.readouterr().err.count("here is not an empty directory") == 2
    assert len(jobs.configs) == 1


def test_the_traceback_is_shown_on_request(
    jobs: Jobs, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARE_DEBUG", "1")

    assert main(["sede=1"], run_job=jobs) == 2
    assert "Traceback" in capsys.readouterr().err


# --- sweeps


def test_a_sweep_has_a_folder_for_each_job_named_after_its_values(jobs: Jobs) -> None:
    assert main(["seed=1,2", "suite=full,smoke", "-m"], run_job=jobs) == 0

    assert [(config.seed, config.suite.name) for config in jobs.configs] == [
        (1, "full"),
        (1, "smoke"),
        (2, "full"),
        (2, "smoke"),
    ]
    assert len(set(jobs.folders)) == 4
    [sweep] = {folder.parent for folder in jobs.folders}
    assert sweep.relative_to(Path.cwd()).parts[0] == "outputs"
    assert (sweep / "multirun.yaml").is_file()
    assert jobs.folders[0].name == slug("seed=1,suite=full")


def test_adding_a_level_renames_no_folder(jobs: Jobs) -> None:
    main(["seed=1,2", "-m"], run_job=jobs)
    main(["seed=0,1,2,3", "-m"], run_job=jobs)

    names = [folder.name for folder in jobs.folders]
    assert names[:2] == names[3:5]


def test_what_cannot_change_a_result_names_no_folder(jobs: Jobs) -> None:
    words = "export=none log_level=WARNING limits.timeout_seconds=60 export.redact=[keys] use_custom_logger=false"
    main(["seed=1,2", "-m"], run_job=jobs)
    main(["seed=1,2", *words.split(), "-m"], run_job=jobs)
    names = [folder.name for folder in jobs.folders]
    assert names == 2 * [slug("seed=1"), slug("seed=2")]


def test_how_a_model_is_served_and_paid_names_no_folder(jobs: Jobs) -> None:
    server = ["model=local", "model.base_url=http://localhost:1/v1"]
    prices = "model.prices={input: 100, output: 300, source: me, date: '2026-11-30'}"
    words = [prices, "user.max_retries=2", "model.api_key_env=KEY", "+model.extra_headers.X-Team=us"]
    assert main([*server, *words, "seed=1,2", "-m"], run_job=jobs) == 0
    assert main(["model=gpt5", "model.prices.input=1", "model.total_timeout=9", "seed=1,2", "-m"], run_job=jobs) == 0
    names = [slug(f"model={model},seed={seed}") for model in ("local", "gpt5") for seed in (1, 2)]
    assert [folder.name for folder in jobs.folders] == names


@pytest.mark.parametrize("node", ["model", "user", "observe", "execute", "judge"])
def test_no_key_of_a_model_outside_of_the_identity_names_a_folder(node: str) -> None:
    """Found in the option that every model starts from, and in the classes that read it."""
    engine = OmegaConf.load(packaged_conf_dir() / "model/base/engine.yaml")
    named = {"base_url" if name == "endpoint" else name: name for name in LLMEngineConfig.model_fields}
    serving = {key for key, name in named.items() if not in_identity(LLMEngineConfig, name)}
    assert serving < set(engine)
    inside = {f"prices.{name}" for name in Prices.model_fields}
    quiet = {key.removeprefix(f"{node}.") for key in unnamed_keys() if key.startswith(f"{node}.")}
    assert quiet == serving | inside


def test_a_sweep_over_what_cannot_change_a_result_has_a_folder_for_each(jobs: Jobs) -> None:
    words = ["model=local", "model.base_url=http://localhost:1/v1", "model.max_retries=1,2", "model.read_timeout=9"]
    assert main([*words, "+model.extra_headers.X-Team=us", "-m"], run_job=jobs) == 0
    chosen = "hydra.job.config.override_dirname.exclude_keys=[model.max_retries,seed]"
    assert main([*words[:3], "seed=4", chosen, "-m"], run_job=jobs) == 0
    names = [folder.name for folder in jobs.folders]
    assert names[:2] == [slug(f"model.max_retries={n},model=local") for n in (1, 2)]
    assert [name.partition("v1,")[2][:-7] for name in names[2:]] == [
        f"model.max_retries={n},model=local" for n in (1, 2)
    ]


@pytest.mark.parametrize("launcher", ["pare_pool", "basic"])
def test_a_sweep_over_traces_has_a_folder_for_each(launcher: str, jobs: Jobs) -> None:
    assert main(["export=hf,lite", "log_level=ERROR", "-m", f"hydra/launcher={launcher}"], run_job=jobs) == 0
    assert [folder.name for folder in jobs.folders] == [slug("export=hf"), slug("export=lite")]


def test_keys_that_name_no_folder_are_outside_of_the_identity() -> None:
    """And all that are outside of it name none, but for those that choose runs, texts, checks or the experiment."""
    config = OmegaConf.load(packaged_conf_dir() / "config.yaml")
    quiet = set(config.hydra.job.config.override_dirname.exclude_keys)
    assert quiet == set(unnamed_keys())
    fields = {name: in_identity(MultiScenarioRunnerConfig, name) for name in MultiScenarioRunnerConfig.model_fields}
    assert [key for key in quiet if fields.get(key)] == []
    assert may_be_swept() <= quiet
    choosing = {"suite", "scenarios", "experiment_name", "prompts_dir", "replay", "judge_only"}
    derived = {"judge_engine_config", "judge_prompt_hash"}
    assert {name for name, changes in fields.items() if not changes} - quiet - derived == choosing
    assert {"executor", "export.format", "limits.max_wall", "limits.timeout_seconds"} <= quiet
    assert not {"time.mode", "limits.max_tokens_per_run", "limits.max_scenario_duration"} & quiet


def test_folder_names_are_short_plain_and_different() -> None:
    long = [slug("scenarios=[" + ",".join(f"dir/s{i}.yaml" for i in range(100)) + f"],seed={seed}") for seed in (1, 2)]

    assert long[0] != long[1]
    assert all(len(name) <= MAX_SLUG + 7 and "/" not in name for name in long)
    assert slug("a/b") != slug("a_b")
    assert slug("").startswith("default-")
    assert not slug("../x").startswith(".")


def test_hydras_own_launcher_works_and_writes_the_same_files(jobs: Jobs) -> None:
    assert main(["seed=1,2", "output_dir=a", "-m"], run_job=jobs) == 0
    assert main(["seed=1,2", "output_dir=b", "-m", "hydra/launcher=basic"], run_job=jobs) == 0

    files = [{str(path.relative_to(root)) for path in Path(root).rglob("*")} for root in "ab"]
    assert {"plan.json", "sweep.json", "results.parquet"} < files[0]
    assert files[0] == files[1]
    saved = [OmegaConf.load(next(Path(root).glob("seed=2-*/.hydra/hydra.yaml"))).hydra for root in "ab"]
    for hydra in saved:
        hydra.launcher = hydra.overrides = hydra.runtime = hydra.job.override_dirname = None
    assert saved[0] == saved[1]


@pytest.mark.parametrize("more", [[], ["hydra/launcher=basic"], ["--forecast"]])
def test_another_sweeper_would_leave_no_files_of_the_sweep(
    jobs: Jobs, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    said = refused(["seed=1,2", "-m", "hydra/sweeper=basic", *more], jobs, capsys)
    assert said.startswith("hydra/sweeper=basic cannot be used: ")
    assert "leave hydra/sweeper out" in said


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("seed=interval(0,5)", "names no single values, and each job needs one (list them, as in 0,0.1,0.2, or give"),
        ("noise=interval(0,5)", "names no single values"),
        ("seed=range(0,3,0)", "never ends: its step is 0"),
        ("seed=range(0,0.5,0.0)", "never ends: its step is 0"),
        ("seed=range(3,0)", "gives no value at all, and no job (range(START,STOP,STEP) ends before STOP)"),
        ("noise=glob(none_such*)", "gives no value at all, and no job (glob(PATTERN) chooses options of a group)"),
    ],
)
def test_values_that_make_no_jobs_are_told(
    jobs: Jobs, capsys: pytest.CaptureFixture[str], override: str, said: str
) -> None:
    assert f"{override} {said}" in refused([override, "-m"], jobs, capsys)


def test_values_in_a_file_that_make_no_jobs_are_told(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    Path("my/sweep").mkdir(parents=True)
    for name, value in (("endless", '"interval(0,1)"'), ("broken", '"range("')):
        Path(f"my/sweep/{name}.yaml").write_text(
            f"# @package _global_\nhydra: {{sweeper: {{params: {{seed: {value}}}}}}}\n"
        )
    argv = ["--config-dir", "my"]
    assert main([*argv, "sweep=endless"], run_job=jobs) == 2
    assert main([*argv, "sweep=broken"], run_job=jobs) == 2
    assert main(["seed=1,2", "hydra.sweeper.max_batch_size=0", "-m"], run_job=jobs) == 2

    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("pare_runner: seed=interval(0,1) names no single values")
    assert said[1].startswith("pare_runner: cannot read the override 'seed=range('")
    assert said[2:] == ["pare_runner: hydra.sweeper.max_batch_size=0: a batch has at least one job"]
    assert jobs.configs == []


@pytest.mark.parametrize("argv", [[], ["seed=1,2", "-m"], ["seed=1,2", "-m", "hydra/launcher=basic"], ["--forecast"]])
def test_no_job_has_a_working_directory_of_its_own(
    jobs: Jobs, capsys: pytest.CaptureFixture[str], argv: list[str]
) -> None:
    """Relative paths of prompts and recordings, in the plan and in what is printed, would mean others there."""
    said = refused(["hydra.job.chdir=true", *argv], jobs, capsys)
    assert "hydra.job.chdir cannot be used" in said
    assert "output_dir=DIR" in said


def test_a_check_of_all_jobs_comes_before_the_first(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    def check(config: MultiScenarioRunnerConfig) -> list[Unit]:
        if "typo" in config.scenarios:
            raise InputError("unknown scenario 'typo'")
        return []

    assert main(["scenarios=a,typo", "-m"], run_job=jobs, check_job=check) == 2
    assert main(["scenarios=typo"], run_job=jobs, check_job=check) == 2

    assert capsys.readouterr().err.splitlines() == [
        "pare_runner: job #1 (scenarios=typo): unknown scenario 'typo'",
        "pare_runner: unknown scenario 'typo'",
    ]
    assert jobs.configs == []
    assert list(Path.cwd().iterdir()) == []


# --- exit statuses


@pytest.mark.parametrize("launcher", ["pare_pool", "basic"])
def test_the_worst_status_of_all_jobs_counts(launcher: str, jobs: Jobs) -> None:
    jobs.behave = lambda config: Report(exit_status=1 if config.seed == 1 else 0)

    assert main(["seed=1,2", "-m", f"hydra/launcher={launcher}"], run_job=jobs) == 1
    assert main(["seed=2"], run_job=jobs) == 0
    assert main(["seed=1"], run_job=jobs) == 1
    assert len(jobs.configs) == 4


@pytest.mark.parametrize("launcher", ["pare_pool", "basic"])
@pytest.mark.parametrize("status", [75, 130])
def test_a_stopped_job_stops_the_sweep(status: int, launcher: str, jobs: Jobs) -> None:
    jobs.behave = lambda config: Report(exit_status=status)

    assert main(["seed=1,2", "-m", f"hydra/launcher={launcher}"], run_job=jobs) == status
    assert len(jobs.configs) == 1


def test_an_interrupt_is_130(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(config: MultiScenarioRunnerConfig) -> Report:
        raise KeyboardInterrupt

    jobs.behave = interrupt

    assert main(["seed=1,2", "-m"], run_job=jobs) == 130
    assert len(jobs.configs) == 1
    assert capsys.readouterr().err.endswith("pare_runner: interrupted\n")


@pytest.mark.parametrize("argv", [["seed=1"], ["seed=1,2", "-m"]], ids=["job", "sweep"])
def test_what_a_job_raises_is_said_in_one_line(argv: list[str], jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(config: MultiScenarioRunnerConfig) -> Report:
        if config.seed == 1:
            raise ConfigError("no such scenario")
        raise ZeroDivisionError("oops")

    jobs.behave = fail

    assert main(argv, run_job=jobs) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("pare_runner: ")]
    assert (
        said == ["pare_runner: no such scenario", "pare_runner: internal error, ZeroDivisionError: oops"][: len(said)]
    )
    assert len(said) == len(jobs.configs) == len(argv)


# --- the real command


def command(*argv: str, cwd: Path, code: str = "") -> subprocess.CompletedProcess[str]:
    program = ["-c", code] if code else ["-m", "pare_runner"]
    environment = {key: value for key, value in os.environ.items() if key != "PARE_DEBUG"}
    return subprocess.run(
        [sys.executable, "-W", "error", *program, *argv], cwd=cwd, env=environment, capture_output=True, text=True
    )


def test_the_command_refuses_a_bad_key_without_a_traceback(tmp_path: Path) -> None:
    done = command("sede=1", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pare_runner: unknown key 'sede' (did you mean 'seed'?)\n"
    assert list(tmp_path.iterdir()) == []


def test_the_command_sweeps_and_returns_its_status(tmp_path: Path) -> None:
    code = """
import sys
from types import SimpleNamespace
from pare_runner.cli.hydra_entry import main
def job(config, folder):
    print("seed", config.seed)
    return SimpleNamespace(exit_status=1, summary={"seed": config.seed})
sys.exit(main(run_job=job))
"""
    done = command("noise=none", "-m", "seed=1,2", cwd=tmp_path, code=code)

    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines() == ["seed 1", "seed 2"]


def test_help_is_quick(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = command("--help", cwd=tmp_path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert done.returncode == 0
    assert done.stdout.startswith("usage: python -m pare_runner")
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime <= 0.6
