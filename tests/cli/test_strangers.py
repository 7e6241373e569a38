"""Strangers: an experiment that somebody else has written runs no code, not by an interpolation either."""

import re

import pytest
import ravine as package

EVIL = "{_target_:builtins.open,file:PWNED,mode:w}"
# What a stranger's experiment can write so that an interpolation makes what is refused where it is written.
MADE_BY_INTERPOLATION = {
    "a key": f'hydra: {{sweeper: {{max_batch_size: "${{oc.create:{EVIL}}}"}}}}',
    "a key below params": f'hydra: {{sweeper: {{params: {{optimizer.lr: "${{oc.create:{EVIL}}}"}}}}}}',
    "all params": f'hydra: {{sweeper: {{params: "${{oc.create:{{a:{EVIL}}}}}"}}}}',
    "an item of a list": f'hydra: {{sweeper: {{params: {{optimizer.lr: [1, "${{oc.create:{EVIL}}}"]}}}}}}',
    "text that is read again": f"hydra: {{sweeper: {{max_batch_size: '\\${{oc.create:{EVIL}}}'}}}}",
    "a reference": f'values: {{x: "${{oc.create:{EVIL}}}"}}\nhydra: {{sweeper: {{max_batch_size: "${{values.x}}"}}}}',
    "of the launcher": "defaults: [override /hydra/launcher: slurm]\n"
    f'hydra: {{launcher: {{setup: "${{oc.create:{EVIL}}}"}}}}',
    "the sweeper itself": 'hydra: {sweeper: {_target_: "${oc.decode:builtins.open}"}}',
}  # fmt: skip


@pytest.mark.parametrize("how", [["-m"], ["-m", "--dry-run"]], ids=" ".join)
@pytest.mark.parametrize("evil", MADE_BY_INTERPOLATION)
def test_an_experiment_of_a_strangers_runs_no_code(ravine_here, tmp_path, evil, how):
    file = tmp_path / "mine" / "experiment" / "evil.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(f"# @package _global_\n{MADE_BY_INTERPOLATION[evil]}\n")
    done = ravine_here("--config-dir", "mine", *how, "experiment=evil", "seed=0,1", "training.steps=2")
    assert not (tmp_path / "PWNED").exists()
    assert done.returncode == 2, done.stderr
    assert "hydra." in done.stderr or "there is no ${oc.create:…}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_what_an_experiment_sweeps_may_refer_to_a_value(ravine_here, tmp_path):
    """Hydra 1.4 compares the sweeper of every run with that of the sweep, which was resolved."""
    file = tmp_path / "mine" / "experiment" / "seeds.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(
        '# @package _global_\nvalues: {seeds: "3,4"}\nhydra: {sweeper: {params: {seed: "${values.seeds}"}}}\n'
    )
    done = ravine_here("--config-dir", "mine", "-m", "--dry-run", "experiment=seeds")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"seed=\d", done.stdout) == ["seed=3", "seed=4"]


def test_a_sweep_in_python_runs_no_code_of_a_strangers(tmp_path):
    file = tmp_path / "mine" / "experiment" / "evil.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(f"# @package _global_\n{MADE_BY_INTERPOLATION['a key']}\n")
    with pytest.raises(package.ConfigError, match=r"hydra\.sweeper\.max_batch_size"):
        package.sweep(["experiment=evil", "seed=0,1", "training.steps=2"], config_dir="mine")
    assert not (tmp_path / "PWNED").exists()
