"""Labels: what runs are called in tables, legends and claims."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
import ravine
from factories import run, signed, study
from ravine.config.command import planned
from ravine.records.ledger import Ledger

PRESETS = {
    "adam_t": "defaults: [adam, _self_]\nbeta1: 0.8\n",
    "heavy": "defaults: [momentum, _self_]\nmomentum: 0.99\n",
    "same": "defaults: [adam, _self_]\nbeta1: 0.8\n",
    "mine/slow": "defaults: [/optimizer/sgd@_here_, _self_]\nlr: 0.001\n",
}


@pytest.fixture
def own():
    """The folder of one's own presets of optimizers."""
    for name, text in PRESETS.items():
        file = Path(f"own/optimizer/{name}.yaml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return "own"


def sweep(own, *words):
    return ravine.sweep(["problem=ravine", "training.steps=5", "figures=[]", "study=s", *words], config_dir=own)


def labels(*runs):
    return list(study(*runs).groups())


# ---- presets --------------------------------------------------------------------------------------------------


def test_a_preset_keeps_its_name_beside_its_component(own):
    made = sweep(own, "optimizer=adam,adam_t,heavy,mine/slow,momentum")
    assert list(made.groups()) == ["adam", "adam_t", "heavy", "mine/slow", "momentum"]
    assert made.axes == ["optimizer"]
    with Path("runs/s/table.csv").open() as file:
        assert [row["optimizer"] for row in csv.DictReader(file)] == list(made.groups())
    assert list(made.table()["optimizer"]) == list(made.groups())
    assert [row["group"] for row in made.statistics("value")] == list(made.groups())
    assert list(ravine.load_study("runs/s").groups()) == list(made.groups())


def test_a_preset_of_one_component_only_keeps_its_name(own):
    assert list(sweep(own, "optimizer=heavy,mine/slow").groups()) == ["heavy", "mine/slow"]


def test_what_is_swept_within_a_preset_is_named_beside_it(own):
    made = sweep(own, "optimizer=adam,adam_t", "optimizer.lr=0.1,0.2")
    assert list(made.groups()) == ["adam lr=0.1", "adam lr=0.2", "adam_t lr=0.1", "adam_t lr=0.2"]


def test_commands_after_each_other_keep_the_names_that_each_of_them_gave(own):
    ravine.run(
        ["problem=ravine", "training.steps=5", "figures=[]", "study=s", "optimizer=heavy"], config_dir=own
    )
    assert list(sweep(own, "optimizer=momentum").groups()) == ["heavy", "momentum"]
    assert list(sweep(own, "optimizer=adam_t").groups()) == ["heavy", "momentum", "adam_t"]
    # The same run by another name keeps the first.
    assert list(sweep(own, "optimizer=same").groups()) == ["heavy", "momentum", "adam_t"]


def test_of_two_presets_that_are_one_run_the_first_names_it(own):
    assert list(sweep(own, "optimizer=same,adam_t,adam").groups()) == ["same", "adam"]


def test_names_go_through_workers_and_leave_ids_as_they_were(own):
    made = sweep(own, "optimizer=adam_t,heavy", "workers=2")
    assert list(made.groups()) == ["adam_t", "heavy"]
    plain = ravine.sweep(
        ["problem=ravine", "training.steps=5", "figures=[]", "optimizer=adam", "optimizer.beta1=0.8"]
    )
    assert plain.ledger.runs[0] == made.ledger.runs[0]


def test_a_claim_and_a_table_know_the_name_of_a_preset(own, ravine_here):
    claim = "{says: Less., metric: final, where: {optimizer: heavy}, is: lower, than: {optimizer: momentum}, exact: true}"
    Path("own/experiment").mkdir()
    Path("own/experiment/e.yaml").write_text(
        "# @package _global_\ndefaults: [{override /problem: ravine}]\nquestion: Which?\nstudy: e\n"
        "figures: []\ntraining: {steps: 5}\nhydra: {sweeper: {params: {optimizer: 'heavy,momentum'}}}\n"
        f"claims: [{claim.replace('metric: final', 'metric: {name: final, of: value}')}]\n"
    )
    done = ravine_here("--config-dir", own, "-m", "experiment=e")
    assert done.returncode == 0, done.stderr
    (verdict,) = json.loads(Path("runs/e/claims.json").read_text())
    assert verdict["n"] == 1
    assert "is not judged" not in done.stderr
    shown = ravine_here("table", "runs/e", "optimizer=heavy").stdout
    assert "heavy" in shown or "value" in shown
    assert "momentum" not in shown


def test_a_claim_by_the_name_of_the_component_is_about_its_preset_where_that_is_alone(own):
    from ravine.evidence.claim import make_claim
    from ravine.evidence.judge import judge

    claim = {"says": "Low.", "metric": {"name": "final", "of": "value"}, "where": {"optimizer": "momentum"}, "is": "lower", "than": 1e9, "exact": True}  # fmt: skip
    assert judge(make_claim(claim, "claim"), sweep(own, "optimizer=heavy,adam")).n == 1


def test_the_names_of_presets_are_told_of_runs_that_have_not_ended_too(own, ravine_here):
    made = sweep(own, "optimizer=adam_t,heavy")
    for name in made.runs:
        (made.folder / name / "run.json").unlink()
    said = ravine_here("status", "runs/s").stdout.splitlines()
    assert [line.split()[-1] for line in said[2:4]] == ["adam_t", "heavy"]


def test_a_study_of_before_that_has_no_names_of_presets_is_read(own):
    made = sweep(own, "optimizer=adam,adam_t")
    ledger = made.folder / "study.json"
    content = json.loads(ledger.read_text())
    assert content.pop("chosen")
    ledger.write_text(signed(content))
    assert list(ravine.load_study(made.folder).groups()) == ["beta1=0.9", "beta1=0.8"]
    assert list(sweep(own, "optimizer=adam,adam_t").groups()) == ["adam", "adam_t"]


def test_a_file_that_sets_several_sections_gives_its_runs_its_name(own):
    for name, text in {
        "short": "optimizer: {lr: 0.1}\ntraining: {steps: 3}",
        "long": "optimizer: {lr: 0.2}",
    }.items():
        file = Path(f"own/recipe/{name}.yaml")
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"# @package _global_\n{text}\n")
    made = sweep(own, "+recipe=short,long")
    assert list(made.groups()) == ["short", "long"]
    both = sweep(own, "+recipe=short,long", "optimizer=sgd,adam", "study=b")
    assert sorted(both.groups()) == ["adam long", "adam short", "sgd long", "sgd short"]


# ---- lists ----------------------------------------------------------------------------------------------------


def network(layers, **more):
    return run(network__name="layers", network__layers=layers, **more)


def affine(units):
    return {"name": "affine", "units": units}


def test_many_layers_of_one_width_are_counted():
    deep = [run(network__name="mlp", network__hidden=[16] * n) for n in (21, 29)]
    assert labels(*deep) == ["hidden=[21×16]", "hidden=[29×16]"]
    mixed = [run(network__name="mlp", network__hidden=[100, *[16] * n, 10, 10]) for n in (21, 29)]
    assert labels(*mixed) == ["hidden=[100, 21×16, 10, 10]", "hidden=[100, 29×16, 10, 10]"]
    assert labels(*(run(network__name="mlp", network__hidden=h) for h in ([16], [16, 16, 16]))) == [
        "hidden=[16]",
        "hidden=[16, 16, 16]",
    ]


def test_of_lists_of_layers_only_what_differs_is_named():
    before, after = ["flatten"], ["relu", affine(10)]
    made = [network([*before, affine(n), *after]) for n in (3, 4)]
    assert labels(*made) == ["layers.1.units=3", "layers.1.units=4"]
    assert study(*made).axes == ["network.layers.1.units"]
    assert replace(study(*made), ledger=Ledger("", [], [], ["0", "1"])).table()[
        "network.layers.1.units"
    ].tolist() == [3, 4]
    presets = [
        run(network__name=name, network__layers=["flatten", affine(n), *["relu"] * more])
        for name, more in (("deep", 9), ("deeper", 12))
        for n in (3, 4)
    ]
    assert labels(*presets)[:2] == ["deep layers.1.units=3", "deep layers.1.units=4"]
    swapped = [network([*before, name, affine(10)]) for name in ("relu", "tanh")]
    assert labels(*swapped) == ["layers.1=relu", "layers.1=tanh"]
    defaults = [network([*before, item]) for item in ("affine", affine(3))]
    assert len(set(labels(*defaults))) == 2


LONG = [["flatten", *[affine(n) for n in range(10, 10 + m)], "relu", affine(10)] for m in (21, 22, 29)]


@pytest.mark.parametrize(
    "lists",
    [
        LONG,
        [[*range(100, 100 + n)] for n in (21, 29, 30)],
        [[*range(100, 121), x, *range(200, 221 + x)] for x in range(3)],
        [[{"name": "conv", "channels": c, "kernel": [3, 3]}] * (9 + c) + ["relu"] for c in range(4)],
        [["x" * 300], ["x" * 300, "y"], ["x" * 301, "y"]],
    ],
    ids=["layers", "numbers", "only the middle differs", "repeated", "long names"],
)
def test_long_lists_have_short_labels_that_differ(lists):
    made = labels(*map(network, lists))
    assert len(made) == len(lists)
    assert max(map(len, made)) <= 60


def test_runs_of_long_lists_are_told_apart_while_they_are_made():
    lists = ",".join(f"[{'4,' * n}{last},{'4,' * n}4]" for n, last in ((30, 5), (30, 6), (40, 5)))
    names = planned(["dataset=gaussian", f"network.hidden={lists}"]).first.labels
    assert len(set(names)) == 3
    assert max(map(len, names)) < 60


def test_long_lists_are_short_in_the_table_of_runs(ravine_here):
    words = ["problem=supervised", "dataset=gaussian", "training.steps=1", "training.epochs=null", "figures=[]"]
    hidden = ",".join(f"[{','.join(['4'] * n)}]" for n in (21, 29))
    done = ravine_here("-m", *words, "study=s", f"network.hidden={hidden}")
    assert done.returncode == 0, done.stderr
    assert max(len(line.partition(": ")[0]) for line in done.stderr.splitlines()) < 60
    assert max(map(len, done.stdout.splitlines())) < 160
    for option in ((), ("--runs", "--metric", "train_loss")):
        table = ravine_here("table", "runs/s", *option).stdout
        assert "[29×4]" in table
        assert max(map(len, table.splitlines())) < 160


# ---- fields that a rule has got, or has no more ----------------------------------------------------------------


def test_where_a_rule_has_got_fields_the_new_runs_are_called_as_before():
    rates = (0.1, 0.2)
    old = [run("mine", optimizer__lr=rate) for rate in rates]
    new = [run("mine", optimizer__lr=rate, optimizer__beta1=0.9, optimizer__beta2=0.99) for rate in rates]
    other = [run("sgd", optimizer__lr=rate) for rate in rates]
    assert labels(*old, *other, *new) == [
        "mine lr=0.1 without beta1, beta2",
        "mine lr=0.2 without beta1, beta2",
        "sgd lr=0.1",
        "sgd lr=0.2",
        "mine lr=0.1",
        "mine lr=0.2",
    ]


def test_where_a_rule_has_lost_a_field_the_old_runs_say_so():
    old = [run("mine", optimizer__lr=rate, optimizer__beta1=0.9) for rate in (0.1, 0.2)]
    new = [run("mine", optimizer__lr=rate) for rate in (0.1, 0.2)]
    assert labels(*old, *new) == ["lr=0.1 beta1=0.9", "lr=0.2 beta1=0.9", "lr=0.1", "lr=0.2"]


def test_many_new_fields_are_counted():
    fields = {f"optimizer__field_{i}": i for i in range(12)}
    assert labels(run("mine"), run("mine", **fields)) == [
        "mine without field_0, field_1 and 10 more",
        "mine",
    ]


# ---- several groups --------------------------------------------------------------------------------------------


def test_what_comes_with_the_problem_is_not_named_beside_it():
    data = {"dataset__name": "mnist", "dataset__limit": 5, "network__name": "mlp", "network__hidden": [3]}
    training = {"training__epochs": 3, "training__batch_size": 64, "training__sampling": "shuffle"}
    learns = [run(name, **data, **training) for name in ("sgd", "adam")]
    falls = [run(name, problem="ravine", training__steps=9) for name in ("sgd", "adam")]
    assert labels(*learns, *falls) == ["supervised sgd", "supervised adam", "ravine sgd", "ravine adam"]


def test_settings_that_follow_from_others_make_no_label_long():
    def one(i):
        return run(
            f"optimizer_{i}", optimizer__lr=i / 8, network__name="mlp", network__hidden=[10 * i, 10],
            training__batch_size=2**i, training__epochs=100 + i, training__evaluation_samples=1000 + i,
            initializer__name=f"start_{i}", regularizer__name=f"penalty_{i}", schedule__name=f"falling_{i}",
        )  # fmt: skip

    made = labels(*map(one, range(5)))
    assert len(made) == 5
    assert all(f"optimizer_{i}" in label for i, label in enumerate(made))
    assert max(map(len, made)) <= 60


def test_two_settings_of_one_name_are_told_apart():
    made = [
        run(optimizer__decay=a, schedule__name="falling", schedule__decay=b) for a in (1, 2) for b in (1, 2)
    ]
    assert labels(*made)[1] == "optimizer.decay=1 schedule.decay=2"


def test_every_group_has_a_label_of_its_own():
    made = labels(
        run(), run(probes=["masks"]), run(probes=["masks"], training__x=1), run("adam", training__x=2)
    )
    assert len(made) == 4
    assert all(made)


# ---- lists that are left out where they are empty ------------------------------------------------------------


def test_an_empty_list_of_components_is_an_empty_list_beside_others(ravine_here):
    words = ["problem=ravine", "training.steps=3", "figures=[]", "study=s"]
    lists = [
        "transform=[],[ema,cautious],[{name:accumulate,batches:3}]",
        "training.groups=[],[{name:point.x,lr:2}]",
    ]
    done = ravine_here("-m", *words, *lists)
    assert done.returncode == 0, done.stderr
    labels = [line.split("  ")[0] for line in done.stdout.splitlines()[1:7]]
    assert labels == [
        f"transform={transform} groups={groups}"
        for transform in ("[]", "[ema beta=0.99, cautious]", "[accumulate batches=3]")
        for groups in ("[]", "[point.x lr=2]")
    ]


@pytest.mark.parametrize(
    "lists",
    [
        "transform=[{name:clip_norm,limit:1}],[{name:clip_norm,limit:0.1}],[{name:ema,beta:0.9}]",
        "transform=[clip_norm,{name:ema,beta:0.5}],[clip_norm,{name:ema,beta:0.9}],[ema,clip_norm]",
        "stop=[{name:gradient_budget,gradients:1}],[{name:gradient_budget,gradients:2}],[{name:time_budget,seconds:9}]",
        "training.groups=[{name:point.x,lr:0.1}],[{name:point.y,lr:0.1}],[{name:point.x,frozen:true}]",
    ],
)
def test_lists_that_differ_are_never_one_group(ravine_here, lists):
    words = ["problem=ravine", "training.steps=3", "training.evaluate_every=1", "figures=[]", "study=s"]
    assert ravine_here("-m", *words, lists, "seed=0,1").returncode == 0
    assert [len(runs) for runs in ravine.load_study("runs/s").groups().values()] == [2, 2, 2]


def test_a_field_in_a_list_of_the_top_has_the_lists_name(ravine_here):
    lists = "transform=[{name:clip_norm,limit:1}],[{name:clip_norm,limit:0.1}]"
    done = ravine_here("-m", "problem=ravine", "training.steps=2", "figures=[]", lists)
    assert [line.split()[0] for line in done.stdout.splitlines()[1:3]] == [
        "transform.0.limit=1", "transform.0.limit=0.1",
    ]  # fmt: skip
