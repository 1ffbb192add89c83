"""Shell completion of the experiment command: what it answers, and the scripts in real shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pare_runner.cli.completion import candidates
from pare_runner.cli.hydra_entry import main

BIN = str(Path(sys.executable).parent)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("model=pas", ["model=passive"]),
        ("seed=1 -m model=scripted,pas", ["model=scripted,passive"]),
        ("model@us", ["model@user="]),
        ("model@user=always_a", ["model@user=always_accept"]),
        ("noise=[tfp_0.1,tfp", ["noise=[tfp_0.1,tfp_0.2", "noise=[tfp_0.1,tfp_0.4"]),
        ("limits.max_", [f"limits.max_{name}=" for name in ("cost_usd", "scenario_duration", "tokens")]),
        ("user.pri", ["user.prices.", "user.prices="]),
        ("suite.r", ["suite.runs="]),
        ("tool_augmentation_config.tool_f", ["tool_augmentation_config.tool_failure_probability="]),
        ("oracle=", ["oracle=false", "oracle=true"]),
        ("export.dialect=m", ["export.dialect=meta_are"]),
        ("--fore", ["--forecast"]),
        ("suite=smoke --cfg ", ["all", "hydra", "job"]),
        ("--config-dir ", []),
        ("output_dir=", []),
        ("'suite.ids=[din", []),
        ("none_such", []),
    ],
)
def test_what_could_come_next(typed: str, expected: list[str]) -> None:
    found = candidates(f"pare_runner {typed}")
    assert [word for word in found if not word.startswith(("limits.max_tokens_", "limits.max_wall"))] == expected


def test_without_a_word_every_group_is_offered_and_no_single_key_of_a_model() -> None:
    found = candidates("pare_runner ")
    assert {"model=", "model.", "noise=", "sweep=", "seed="} <= set(found)
    assert [word for word in found if word.startswith("model.")] == ["model."]


def test_options_of_a_folder_of_ones_own_are_offered(tmp_path: Path) -> None:
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep/mine.yaml").write_text("seed: 1\n")
    assert candidates(f"pare_runner --config-dir {tmp_path} sweep=mi") == ["sweep=mine"]
    assert candidates("pare_runner --config-dir none_such sweep=no") == ["sweep=noise_grid", "sweep=none"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], "--shell-completion prints a script (install=bash|zsh|fish, or uninstall=bash|zsh|fish)"),
        (["install"], "there is no completion for the shell ''"),
        (["install=bahs"], "there is no completion for the shell 'bahs' (did you mean 'bash'"),
    ],
)
def test_a_script_that_does_not_exist_is_told(argv: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-sc", *argv]) == 2
    assert said in capsys.readouterr().err


def in_shell(shell: str, text: str, *flags: str) -> list[str]:
    """The lines that `text` prints in a shell without anybody's settings; the test is skipped without that shell."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([program, *flags, "-c", text], env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.splitlines()


BASH = """
before() { COMPREPLY=(of_before); }
complete -o default -F before python
eval "$(python -m pare_runner -sc install=bash)"
eval "$(python -m pare_runner -sc install=bash)"
asked() { COMP_LINE=$1 COMP_POINT=${3:-${#1}}; COMPREPLY=(); _pare_runner python "$2" x; echo "${COMPREPLY[*]}"; }
complete -p python python3
asked 'python -m pare_runner model=pas' pas
asked 'python -m pare_runner model@user=always_a' always_a
asked 'python -m  pare_runner -m model=scripted,pas' scripted,pas
asked 'python -m pare_runner --fore' --fore
asked 'python -m pare_runner model=pas seed=1' pas 31
asked 'python -m pare_runner none_such' none_such
asked 'python -m json.tool fi' fi
eval "$(python -m pare_runner -sc uninstall=bash)"
complete -p
declare -F | grep -c pare_runner
"""


def test_bash_completes_our_lines_and_leaves_others_to_what_was_there() -> None:
    assert in_shell("bash", BASH, "--norc") == [
        "complete -o bashdefault -o default -F _pare_runner python",
        "complete -o bashdefault -o default -F _pare_runner python3",
        "passive",  # bash takes what follows = for the word
        "always_accept",
        "scripted,passive",
        "--forecast",
        "passive",
        "",
        "of_before",
        "complete -o default -F before python",
        "0",
    ]


ZSH = """
compdef() { [[ $1 == -d ]] && unset "_comps[python]" || _comps[python]=$1 }
compadd() { shift 3; print -r -- $@ }
compset() { print files }
_default() { }
before() { print of_before }
typeset -A _comps=(python before)
eval "$(python -m pare_runner -sc install=zsh)"
eval "$(python -m pare_runner -sc install=zsh)"
asked() { words=($@); CURRENT=$#; PREFIX=$@[-1]; _pare_runner }
asked python -m pare_runner model=pas
asked python -m pare_runner -m seed=1 model@user=always_a
asked python -m pare_runner output_dir=
asked python -m json.tool fi
eval "$(python -m pare_runner -sc uninstall=zsh)"
print $_comps[python] $+functions[_pare_runner]
"""


def test_zsh_completes_our_lines_and_leaves_others_to_what_was_there() -> None:
    said = in_shell("zsh", ZSH, "-f")
    assert said == ["model=passive", "model@user=always_accept", "files", "of_before", "before 0"]


FISH = """
python -m pare_runner -sc install=fish | source
complete -C "python -m pare_runner model=pas"
complete -C "python -m pare_runner -m seed=1 model@user=always_a"
complete -C "python -m json.tool model=pas"
python -m pare_runner -sc uninstall=fish | source
complete -C "python -m pare_runner model=pas"
"""


def test_fish_completes_our_lines_alone() -> None:
    assert in_shell("fish", FISH, "-N") == ["model=passive", "model@user=always_accept"]
