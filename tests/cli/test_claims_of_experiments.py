"""Claims of experiments: they are judged of all runs of a sweep or a search, and of no others."""

import pytest
import ravine as package


def test_a_command_that_asks_for_no_claims_reports_none(ravine_here, tmp_path):
    command = ["-m", "experiment=optimizer_paths", "study=mine", "figures=[]"]
    assert "supported: SGD keeps no state." in ravine_here(*command).stdout
    done = ravine_here(*command, "claims.0.is=higher")
    assert "not supported: Momentum zigzags less than SGD." in done.stdout
    assert "supported" not in ravine_here(*command, "claims=[]").stdout
    assert not (tmp_path / "runs" / "mine" / "claims.json").exists()


@pytest.mark.filterwarnings("always:.* is not judged")
def test_another_variant_in_the_same_study_leaves_the_claims_to_its_own_runs(ravine_here):
    command = ["-m", "experiment=escape", "figures=[]"]
    first = ravine_here(*command)
    other = ravine_here(*command, "optimizer.lr=0.01,0.02")
    assert "escape: claim 1 is not judged: 2 runs of seed 0 have " in other.stderr
    assert (
        "inconclusive: Momentum, which leaves the local minimum, ends lower than SGD, which stays in it."
        in other.stdout
    )
    again = ravine_here(*command)
    verdicts = [text.splitlines()[-5:] for text in (first.stdout, again.stdout)]
    assert (
        "supported: Momentum, which leaves the local minimum, ends lower than SGD, which stays in it."
        in first.stdout
    )
    assert (
        "supported: Momentum, which leaves the local minimum, ends lower than SGD, which stays in it."
        in again.stdout
    )
    assert verdicts[0][:-2] == verdicts[1][:-2]


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        (["experiment=optimizer_paths"], "optimizer_paths is a sweep of 6 runs"),
        (["experiment=optimizer_paths", "optimizer=sgd", "seed=1"], "optimizer_paths is a sweep of 1 run"),
        (["experiment=random_search"], "random_search is a search"),
    ],
)
def test_one_run_of_an_experiment_that_is_a_sweep_is_told_what_it_leaves_out(ravine_here, typed, kind):
    done = ravine_here(*typed, "figures=[]", "claims=[]", "--dry-run")
    assert done.stderr == (
        f"ravine: {kind}: ravine -m {' '.join(typed)} figures=[] claims=[] --dry-run makes it; "
        "this is one run, without the values of hydra.sweeper.params\n"
    ).replace(" figures=[] claims=[] --dry-run", " 'figures=[]' 'claims=[]' --dry-run")
    assert "1 run: 1 missing" in done.stdout


@pytest.mark.parametrize(
    ("name", "kind"),
    [("optimizers_on_mnist", "a sweep of 30 runs"), ("weight_decay_sweep", "a sweep of 168 runs"),
     ("random_search", "a search"), ("bayesian_search", "a search")],
)  # fmt: skip
def test_claims_on_a_sweep_are_not_judged_of_one_run(ravine_here, tmp_path, name, kind):
    done = ravine_here(f"experiment={name}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"ravine: {name} is {kind}: ravine -m experiment={name} makes it; its claims and figures are about all of it, "
        "so one run, without the values of hydra.sweeper.params, needs claims=[] and figures=[]\n"
    )
    assert not (tmp_path / "runs").exists()
    with pytest.raises(package.ConfigError, match=f"^{name} is {kind}: ravine -m experiment={name} makes it; "):
        package.run([f"experiment={name}"])
