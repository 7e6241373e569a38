"""Completion: what a line may end with, and three shells that ask for it."""

import os
import pty
import re
import select
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest
import ravine as package
from ravine.cli import completion
from ravine.cli.commands import WORDS
from ravine.config.hydra_internals import get_args_parser


@pytest.fixture
def complete(ravine_here):
    def ask(line, **environment):
        done = ravine_here("-sc", "query=bash", COMP_LINE=line, **environment)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return ask


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("place")
    words = ["problem=ravine", "optimizer=sgd,adam", "seed=0,1", "training.steps=2", "figures=[]", "study=cmp"]
    package.sweep(words, root=folder / "runs")
    (folder / "mine" / "experiment").mkdir(parents=True)
    (folder / "mine" / "experiment" / "threshold.yaml").write_text("# @package _global_\nquestion: Why?\n")
    (folder / "mine" / "optimizer").mkdir()
    (folder / "mine" / "optimizer" / "heavy.yaml").write_text("defaults: [momentum, _self_]\nmomentum: 0.99\n")
    return folder


@pytest.fixture
def study(place, monkeypatch):
    monkeypatch.chdir(place)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ravine tab", ["table"]),
        ("ravine optimiz", ["optimizer.", "optimizer="]),
        ("ravine optimizer=adagr", ["optimizer=adagrad"]),
        ("FOO=1 /usr/bin/ravine optimizer=adagr", ["optimizer=adagrad"]),
        ("ravine -m optimizer=sgd,adagr", ["optimizer=sgd,adagrad"]),
        ("ravine -m 'optimizer=sgd,adagr", ["optimizer=sgd,adagrad"]),
        ("ravine optimizer=adam optimizer.", ["optimizer.beta1=", "optimizer.beta2=", "optimizer.eps=", "optimizer.lr="]),
        ("ravine optimizer.", ["optimizer.lr="]),
        ("ravine optimizer=adam optimizer.beta1=", ["optimizer.beta1=0.9"]),
        ("ravine problem=ravine training.st", ["training.steps="]),
        ("ravine training.dtype=", ["training.dtype=float32", "training.dtype=float64"]),
        ("ravine on_error=", ["on_error=continue", "on_error=stop"]),
        ("ravine network.activation=sigm", ["network.activation=sigmoid"]),
        ("ravine -m 'fit=zip(optimizer=choice(sgd,adagr", ["fit=zip(optimizer=choice(sgd,adagrad"]),
        ("ravine -m 'fit=zip(optimizer=[sgd,adam],network.activation=[sigm", ["fit=zip(optimizer=[sgd,adam],network.activation=[sigmoid"]),
        ("ravine 'figures=[loss_curves,accuracy_c", ["figures=[loss_curves,accuracy_curves"]),
        ("ravine experiment=optimizer_", ["experiment=optimizer_paths"]),
        ("ravine --config-dir m", ["mine/"]),
        ("ravine --config-dir mine experiment=thr", ["experiment=threshold"]),
        ("ravine --config-dir mine optimizer=hea", ["optimizer=heavy"]),
        ("ravine --config-dir=mine optimizer=heavy optimizer.m", ["optimizer.momentum="]),
        ("ravine -m --dry-run seed=0,1 optimizer=adagr", ["optimizer=adagrad"]),
        ("ravine problem=ros", ["problem=rosenbrock"]),
        ("ravine hydra/sweeper=", ["hydra/sweeper=search", "hydra/sweeper=study", "hydra/sweeper=tune"]),
        ("ravine hydra/sweeper=search search.tr", ["search.trials="]),
        ("ravine --cfg ", ["all", "hydra", "job"]),
        ("ravine --dry", ["--dry-run"]),
        ("ravine list opt", ["optimizer"]),
        ("ravine list optimizer adag", ["adagrad"]),
        ("ravine list experiment esc", ["escape"]),
        ("ravine check adam b", ["beta1=", "beta2="]),
        ("ravine new-plugin mine --kind la", ["layer"]),
        ("ravine reproduce --profile ", ["full", "quick"]),
        ("ravine table ", ["runs/cmp"]),
        ("ravine status runs/", ["runs/cmp"]),
        ("ravine table runs/cmp op", ["optimizer="]),
        ("ravine table runs/cmp optimizer=sgd,", ["optimizer=sgd,adam", "optimizer=sgd,sgd"]),
        ("ravine table runs/cmp --better ", ["higher", "lower"]),
        ("ravine table runs/cmp --sort ", ["optimizer", "seed"]),
        ("ravine figures runs/cmp accuracy_g", ["accuracy_grid"]),
        ("ravine again runs/cmp optimizer=mom", ["optimizer=momentum"]),
        ("ravine study=", ["study=cmp"]),
        ("ravine play ", ["runs/cmp"]),
        ("ravine play runs/cmp op", ["optimizer="]),
        ("ravine report ", ["runs/cmp"]),
        ("ravine export runs/cmp --to li", ["lines"]),
    ],
)  # fmt: skip
def test_what_a_line_may_end_with(complete, study, line, expected):
    assert complete(line) == expected


def test_a_shell_that_splits_a_word_gets_the_rest_of_it(complete):
    assert complete("ravine optimizer=adagr", COMP_WORD="adagr") == ["adagrad"]
    assert complete("ravine optimizer=", COMP_WORD="")[0] == "adabelief"


@pytest.mark.parametrize(
    "line",
    ["ravine --nothing", "ravine optimizer=nothing optimizer.", "ravine table nowhere/", "ravine 'a=\\", "ravine doctor x",
     "ravine figures=[loss_curves]]]", "ravine seed=$(", "ravine table runs/cmp nothing="],
)  # fmt: skip
def test_nothing_else_is_printed_into_a_prompt(complete, line):
    assert complete(line) == []


def test_a_damaged_study_is_not_told_while_somebody_types(complete):
    Path("runs/cmp").mkdir(parents=True)
    Path("runs/cmp/study.json").write_text("{")
    assert complete("ravine table runs/cmp opt") == []


def test_options_are_hydras_and_one_of_ours():
    theirs = [action for action in get_args_parser()._actions if action.help and action.option_strings]
    names = {next(name for name in action.option_strings if name.startswith("--")): action for action in theirs}
    for name in ("--shell-completion", "--experimental-rerun", "--run"):
        names.pop(name, None)
    assert completion.OPTIONS.keys() - {"--dry-run", "--version"} == names.keys() - {"--version"}
    for name, values in completion.OPTIONS.items():
        if name in names:
            assert set(names[name].choices or ()) >= set(values)


def test_what_is_not_a_shell_is_told(ravine_here):
    done = ravine_here("-sc", "install=csh")
    assert (done.returncode, done.stdout) == (2, "")
    assert "ravine -sc install=SHELL, with bash, zsh or fish" in done.stderr


SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(ravine -sc install=bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'eval "$(ravine -sc install=zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "ravine -sc install=fish | source"),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_in_a_shell(shell, tmp_path):
    """It is typed on a terminal, as by hand; what the shell has made of it is written to a file."""
    command, install = SHELLS[shell]
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(shell, command, {"PATH": path, "TERM": "xterm", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"})
    seen = ""

    def until(pattern):
        nonlocal seen
        end = time.monotonic() + 20
        while not re.search(pattern, seen) and time.monotonic() < end:
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 65536).decode(errors="replace")
        assert re.search(pattern, seen), seen

    try:
        os.write(terminal, f"{install}; echo rea''dy\n".encode())
        until("(?m)^.*ready")
        seen = ""
        os.write(terminal, b"ravine -m 'optimizer=sgd,adagr\t")
        until("adagrad'")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def test_every_command_about_a_study_completes_studies(ravine_here):
    about = {word for word in WORDS if "runs/NAME" in ravine_here(word, "--help").stdout}
    assert about | {"again"} == {*completion._OF_STUDIES}
