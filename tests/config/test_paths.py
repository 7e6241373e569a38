"""A path that leads to nothing is told where it stops leading, and what is possible there."""

from pathlib import Path

import pytest
import ravine

MLP = "there are: activation, dropout, dropout_form, hidden, input_dropout, normalization, placement; network=layers has it"

PATHS = {
    "optimizer.inner.name=adam": "optimizer has no field 'inner'; there are: lr",
    "optimizer.inner.a.b=1": "optimizer has no field 'inner'; there are: lr",
    "optimizer={inner:{name:adam}}": "optimizer has no field 'inner'; there are: lr",
    "optimizer={foo:1}": "optimizer has no field 'foo'; there are: lr",
    "training={stpes:1}": "training has no field 'stpes'; did you mean steps or dtype or threads?",
    "training.stpes.a=1": "training has no field 'stpes'; did you mean steps or dtype or threads?",
    "network.layers=[flatten]": f"network has no field 'layers'; {MLP}",
    "network.layers.1.foo=3": f"network has no field 'layers'; {MLP}",
    "network={layers:[flatten]}": f"network has no field 'layers'; {MLP}",
    "optimizer.momentum=0.5": "optimizer has no field 'momentum'; there are: lr; optimizer=lars,momentum,muon and 1 more have it",
    "optimizer.lr.x=1": "optimizer.lr has no field 'x': it is a number",
    "optimizer.lr.x.y=1": "optimizer.lr has no field 'x': it is a number",
    "optimizer.lr={x:1}": "optimizer.lr is a number, not a mapping",
    "optimizer={lr:{x:1}}": "optimizer.lr is a number, not a mapping",
    "training.steps.x=1": "training.steps has no field 'x': it is a whole number",
    "seed.x.y=1": "seed has no field 'x': it is a whole number",
    "study.x=1": "study has no field 'x': it is text",
    "study={x:1}": "study is text, not a mapping",
    "training.sampling.x=1": "training.sampling has no field 'x': it is one of shuffled, replacement",
    "training.sampling={x:1}": "training.sampling is one of shuffled, replacement, not a mapping",
    "network.hidden.x=3": "network.hidden.x=3: a list's items have numbers, from 0 on; network.hidden=[a,b] sets all",
    "network.hidden.7=3": "network.hidden.7=3: there is no item 7; network.hidden=[a,b] sets the whole list",
    "claims.0.x=1": "claims.0.x=1: there is no item 0; claims=[a,b] sets the whole list",
    "values.x=1": "values has no field 'x'; +values.x=VALUE adds it",
    "values.x.y=1": "values has no field 'x'; +values.x=VALUE adds it",
    "a.b.c.d=1": "there is no setting 'a'; there are: ",
}


@pytest.mark.parametrize("word", PATHS)
@pytest.mark.parametrize("mode", [[], ["-m"]], ids=["one run", "a grid"])
def test_a_path_is_told_where_it_stops(ravine_here, word, mode):
    done = ravine_here(*mode, word, "--dry-run")
    assert done.returncode == 2
    assert done.stderr.startswith(f"ravine: {PATHS[word]}")
    says = done.stderr.splitlines()[0].removeprefix("ravine: ")
    assert says == PATHS[word] or PATHS[word].endswith(" ")
    with pytest.raises(ravine.ConfigError) as caught:
        ravine.build(ravine.compose([word]))
    assert str(caught.value) == says


def test_a_path_of_a_surface(ravine_here):
    done = ravine_here("problem=ravine", "problem.start.x=1")
    assert (
        done.stderr
        == "ravine: problem.start.x=1: a list's items have numbers, from 0 on; problem.start=[a,b] sets all\n"
    )
    done = ravine_here("problem=ravine", "network.hidden.3=1")
    assert done.stderr.startswith("ravine: network makes no sense with this problem, a surface")


def test_a_path_in_a_file_of_the_users(ravine_here):
    file = Path("mine/experiment/odd.yaml")
    file.parent.mkdir(parents=True)
    for text, says in {
        "optimizer: {inner: {name: adam}}": "optimizer has no field 'inner'; there are: lr",
        "network: {layers: [flatten]}": f"network has no field 'layers'; {MLP}",
        "optimizer: {lr: {x: 1}}": "optimizer.lr is a number, not a mapping",
    }.items():
        file.write_text(f"# @package _global_\n{text}\n")
        done = ravine_here("--config-dir", "mine", "experiment=odd", "--dry-run")
        assert done.returncode == 2
        assert done.stderr == f"ravine: experiment/odd.yaml: {says}\n"
