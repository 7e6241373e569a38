"""glob(…), which chooses names of a group by patterns: what is wrong with one is said as glob is written."""

import pytest

SWEEP = ["-m", "--dry-run", "problem=ravine", "training.steps=1"]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ('optimizer=glob(["a*"])', "glob takes names without quotes, glob([a*])"),
        ("optimizer=glob([sgd,'a*'])", "glob takes names without quotes, glob([sgd,a*])"),
        ("optimizer=glob(include=['a*'])", "glob takes names without quotes, glob([a*])"),
        (
            "optimizer=glob([a*],exclude=['adam'])",
            "glob takes names without quotes, glob([a*],exclude=[adam])",
        ),
        ("schedule=glob(['c*'])", "glob takes names without quotes, glob([c*])"),
        ("optimizer=sgd,glob(a*)", "glob stands alone, optimizer=glob([sgd,a*])"),
        ("optimizer=glob([a*,s*]),momentum", "glob stands alone, optimizer=glob([a*,s*,momentum])"),
        ("optimizer=glob(a*,exclude=adam),sgd", "glob stands alone, optimizer=glob([a*,sgd],exclude=[adam])"),
        ("optimizer=sgd,glob(['a*'])", "glob stands alone, optimizer=glob([sgd,a*])"),
        ("optimizer=[sgd,glob(a*)]", "glob stands alone, optimizer=glob([sgd,a*])"),
        ("optimizer=choice(glob(a*),sgd)", "glob stands alone, optimizer=glob([NAME,PATTERN])"),
        ("optimizer=shuffle(glob(a*))", "glob stands alone, optimizer=glob([NAME,PATTERN])"),
        ("optimizer=glob(1)", "glob takes names, optimizer=glob([NAME,PATTERN])"),
        ("optimizer=glob()", "glob takes names, optimizer=glob([NAME,PATTERN])"),
        ("optimizer.lr=glob(a*)", "glob chooses names of a group, optimizer=glob([NAME,PATTERN])"),
        ("optimizer.lr=0.1,glob(a*)", "glob chooses names of a group, optimizer=glob([NAME,PATTERN])"),
        ("figures=glob([a*])", "glob chooses names of a group, optimizer=glob([NAME,PATTERN])"),
    ],
)
@pytest.mark.parametrize("more", [[], ["hydra/sweeper=search"]], ids=["a grid", "a search"])
def test_what_glob_cannot_do_is_told(ravine_here, word, said, more):
    done = ravine_here(*SWEEP, *more, word)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"ravine: {word}: {said}\n")


@pytest.mark.parametrize("word", ["glob(n*)", "glob([n*])", "glob('n*')", "glob([n*,sgd],exclude=sgd)"])
def test_glob_chooses_what_its_patterns_match(ravine_here, word):
    done = ravine_here(*SWEEP, f"optimizer={word}")
    assert done.returncode == 0, done.stderr
    assert "4 runs" in done.stdout


def test_other_lists_of_a_group_are_told_as_ever(ravine_here):
    done = ravine_here(*SWEEP, "optimizer=[sgd,adam]")
    assert done.stderr == (
        "ravine: optimizer=[sgd,adam]: a group takes one name, optimizer=NAME; ravine -m optimizer=NAME,NAME "
        "runs several\n"
    )
