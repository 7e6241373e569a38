"""Values of a sweep that go together: NAME=zip(SETTING=choice(A,B),SETTING=choice(C,D))."""

import pytest
import ravine as package

SMALL = ["problem=ravine", "training.steps=3", "figures=[]", "workers=1"]
FIT = "fit=zip(optimizer=choice(sgd,adam),optimizer.lr=choice(0.1,0.01))"


def pairs(study):
    settings = [run.config for run in package.load_study(f"runs/{study}").runs.values()]
    return sorted((of["optimizer"]["name"], of["optimizer"]["lr"], of["seed"]) for of in settings)


def test_settings_have_their_values_together_and_others_in_every_combination(ravine_here):
    done = ravine_here("-m", *SMALL, FIT, "seed=0,1", "study=s")
    assert done.returncode == 0, done.stderr
    assert pairs("s") == [("adam", 0.01, 0), ("adam", 0.01, 1), ("sgd", 0.1, 0), ("sgd", 0.1, 1)]
    assert "4 done before" in ravine_here("-m", *SMALL, FIT, "seed=0,1", "study=s").stderr
    # The runs are those of the settings by themselves.
    done = ravine_here("-m", *SMALL, "optimizer=adam", "optimizer.lr=0.01", "study=s", "--dry-run")
    assert "1 runs: 1 completed" in done.stdout or "1 run: 1 completed" in done.stdout


@pytest.mark.parametrize(
    "word",
    [
        "fit=zip(optimizer=[sgd,adam],optimizer.lr=[0.1,0.01])",
        "fit=zip( optimizer = choice(sgd, adam) , optimizer.lr = [ 0.1, 0.01 ] )",
    ],
)
def test_it_can_be_written_with_lists_and_spaces(ravine_here, word):
    expected = ravine_here("-m", *SMALL, FIT, "--dry-run").stdout.splitlines()[:3]
    assert ravine_here("-m", *SMALL, word, "--dry-run").stdout.splitlines()[:3] == expected


def test_a_dry_run_lists_the_pairs(ravine_here):
    done = ravine_here("-m", *SMALL, FIT, "seed=0,1", "--dry-run")
    assert "optimizer=adam optimizer.lr=0.01 seed=1" in done.stdout
    assert "4 runs: 4 missing" in done.stdout
    assert "runs/problem=ravine" in done.stdout


def test_two_zips_and_lists_and_ranges(ravine_here):
    words = [
        "a=zip(seed=range(3),optimizer.lr=[0.1,0.2,0.3])",
        "b=zip(training.steps=[2,3],problem.start=choice([1,2],[-7,2]))",
    ]
    done = ravine_here("-m", "problem=ravine", "figures=[]", *words, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "6 runs" in done.stdout
    assert "seed=2 optimizer.lr=0.3 training.steps=3 problem.start=[-7,2]" in done.stdout
    lists = "n=zip(network.hidden=choice([5,5],[7]),seed=[0,1])"
    done = ravine_here("-m", "dataset.train=100", "training.steps=1", lists, "--dry-run")
    assert "network.hidden=[5,5] seed=0" in done.stdout, done.stderr
    assert "network.hidden=[7] seed=1" in done.stdout


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "mine" / "experiment"
    folder.mkdir(parents=True)
    (folder / "pairs.yaml").write_text(
        "# @package _global_\ndefaults:\n  - override /problem: ravine\nstudy: pairs\nfigures: []\n"
        "training: {steps: 3}\nhydra:\n  sweeper:\n    params:\n      fit: >-\n"
        "        zip(optimizer=choice(sgd,adam),\n        optimizer.lr=choice(0.1,0.01))\n      seed: 0,1\n"
    )


def test_an_experiment_has_it_in_its_sweep(ravine_here, mine):
    done = ravine_here("--config-dir", "mine", "-m", "experiment=pairs")
    assert done.returncode == 0, done.stderr
    assert pairs("pairs") == [("adam", 0.01, 0), ("adam", 0.01, 1), ("sgd", 0.1, 0), ("sgd", 0.1, 1)]
    done = ravine_here("--config-dir", "mine", "experiment=pairs", "study=one")
    assert "pairs is a sweep of 4 runs" in done.stderr
    words = ["--config-dir", "mine", "-m", "experiment=pairs", "--dry-run"]
    done = ravine_here(*words, "fit=zip(optimizer=[momentum],optimizer.lr=[0.5])")
    assert "2 runs" in done.stdout
    done = ravine_here(*words, "optimizer.lr=1,2")
    assert done.returncode == 2
    assert "optimizer.lr goes together with others in fit=zip(" in done.stderr
    done = ravine_here(*words, "more=zip(seed=[5,6,7],training.steps=[2,3,4])")
    assert "6 runs" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["fit=zip(optimizer=[sgd,adam],optimizer.lr=[1,2,3])"], "optimizer has 2, optimizer.lr has 3 values"),
        (["fit=zip(optimizer=[sgd,adam])"], "it has one setting; two or more go together"),
        (["fit=zip(optimizer=sgd,adam,seed=[0,1])"], "'adam' is not SETTING=VALUES"),
        (["fit=zip(optimizer=sgd,seed=[0,1])"], "optimizer=sgd has one value"),
        (["fit=zip(optimizer.lr=interval(0,1),seed=[0,1])"], "optimizer.lr=interval(0,1): a grid needs values"),
        (["fit=zip(seed=shuffle(range(2)),optimizer.lr=[1,2])"], "would not go together"),
        (["fit=zip(seed=[0,1],seed=[0,1])"], "seed is there twice"),
        (["fit=zip(seed=[],optimizer.lr=choice())"], "seed=[] has no value"),
        (["seed=zip(optimizer=[sgd,adam],optimizer.lr=[1,2])"], "seed is a setting; a zip has a name of its own"),
        (["optimizer=zip(optimizer=[sgd,adam],seed=[1,2])"], "optimizer is a setting"),
        (["a.b=zip(optimizer=[sgd,adam],seed=[1,2])"], "a zip has a name of its own"),
        ([FIT, "optimizer.lr=0.5"], "optimizer.lr goes together with others in fit=zip("),
        (["optimizer.lr=0.5", FIT], "optimizer.lr: it is in fit=zip("),
        ([FIT, "other=zip(optimizer=[sgd,adam],seed=[0,1])"], "optimizer: it is in other=zip("),
        (["fit=zip(optimizer=[sgd,adm],optimizer.lr=[1,2])"], "optimizer=adm: there is no such optimizer"),
        (["fit=zip(hydra.launcher.x=[1,2],seed=[1,2])"], "neither Hydra's nor experiments"),
        (["fit=zip(experiment=[escape,batch_norm],seed=[1,2])"], "neither Hydra's nor experiments"),
        (["fit=zip(seed=[0,1],optimizer.lr=[1,2]"], "a zip stands alone, with its brackets closed"),
        (["fit=shuffle(zip(seed=[0,1],optimizer.lr=[1,2]))"], "a zip stands alone"),
        (["fit=zip(seed=[0,1],optimizer.lr=[1,2]),zip(seed=[2],optimizer.lr=[3])"], "a zip stands alone"),
        (["fit=zip(seed=[0,1],workers=[1,2])"], "workers cannot be swept"),
        (["hydra/sweeper=search", FIT], "a search proposes each setting by itself"),
        (["hydra/sweeper=tune", "optimizer=sgd,adam", "a=zip(seed=[0,1],optimizer.lr=[1,2])"], "a tuned comparison proposes"),
    ],
)  # fmt: skip
def test_what_cannot_go_together_is_one_line_and_nothing_runs(ravine_here, tmp_path, words, says):
    done = ravine_here("-m", "problem=ravine", *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("option", [[], ["--cfg", "job"]])
def test_one_run_says_that_there_are_several(ravine_here, option):
    done = ravine_here(*option, "problem=ravine", FIT)
    assert done.returncode == 2
    assert f"{FIT} has several values: ravine -m runs them" in done.stderr


def test_a_text_about_a_zip_is_text(ravine_here):
    done = ravine_here("-m", *SMALL, "seed=0,1", "question='Is it (a, zip(b)) one?'", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_script_has_it_too():
    study = package.sweep([*SMALL, FIT, "study=s"])
    assert pairs("s") == [("adam", 0.01, 0), ("sgd", 0.1, 0)]
    assert len(study.runs) == 2


def test_again_adds_rows(ravine_here):
    assert ravine_here("-m", *SMALL, FIT, "seed=0", "study=s").returncode == 0
    done = ravine_here("again", "runs/s", "fit=zip(optimizer.lr=[0.5],optimizer=[momentum])", "seed=1")
    assert done.returncode == 0, done.stderr
    new = "fit=zip(optimizer=choice(sgd,adam,momentum),optimizer.lr=choice(0.1,0.01,0.5))"
    assert new in done.stderr
    assert ("momentum", 0.5, 1) in pairs("s")
    assert len(pairs("s")) == 6
    done = ravine_here("again", "runs/s", "optimizer=nesterov")
    assert done.returncode == 2
    assert "fit=zip(optimizer=[VALUE],optimizer.lr=[VALUE]) adds a row" in done.stderr
    done = ravine_here("again", "runs/s", "fit=zip(optimizer=[nesterov,sgd],optimizer.lr=[1])")
    assert (done.returncode, "optimizer has 2, optimizer.lr has 1 values" in done.stderr) == (2, True)
    done = ravine_here("again", "runs/s", "fit=zip(optimizer=[nesterov],seed=[1])")
    assert (done.returncode, "rows are added with the same settings" in done.stderr) == (2, True)


def test_a_zip_without_a_name_is_told_how_one_is_written(ravine_here):
    done = ravine_here("-m", "zip(optimizer=[sgd,adam],optimizer.lr=[0.1,0.001])", "problem=ravine")
    assert done.returncode == 2
    assert "values that go together have a name: NAME=zip(SETTING=choice(A,B),OTHER=choice(C,D))" in done.stderr
    assert "bracket" not in done.stderr
