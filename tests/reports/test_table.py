"""Tables: which runs and numbers are shown, how they are written, and what is marked in them."""

import json
from pathlib import Path

import numpy as np
import pytest
from factories import ends, run
from ravine.records.ledger import Ledger
from ravine.records.study import Study
from ravine.reports.table import Look, table


def study(*runs):
    by_id = {run.id: run for run in runs}
    assert len(by_id) == len(runs)
    return Study(Path("runs/here"), Ledger("", [], [], list(by_id)), by_id)


def accuracy(values, optimizer, **fields):
    """Runs of an optimizer with these test accuracies, one a seed."""
    return [
        run(optimizer, seed=seed, final={"test_accuracy": value, "train_accuracy": 1.0}, **fields)
        for seed, value in enumerate(values)
    ]


BEST = [0.90, 0.92, 0.91, 0.93, 0.90, 0.92]
# Its mean is lower, but some seeds are higher.
NEAR = [0.91, 0.90, 0.92, 0.90, 0.91, 0.91]
FAR = [0.50, 0.52, 0.51, 0.53, 0.50, 0.52]


@pytest.fixture
def three():
    return study(*accuracy(BEST, "adam"), *accuracy(NEAR, "momentum"), *accuracy(FAR, "sgd"))


def shown(made, **look):
    form, runs = look.pop("form", "text"), look.pop("runs", False)
    return table(made, Look(**look), runs=runs, form=form)


def test_latex_has_the_rules_of_booktabs_and_marks_the_best_with_what_is_not_told_apart(three):
    assert shown(three, metrics=["test_accuracy"], statistics=["mean", "std"], form="latex") == (
        "% mean (std); 6 runs a row; bold: the best, and what the runs, paired by seed, do not "
        "tell apart from it\n"
        "\\begin{tabular}{lr}\n"
        "  \\toprule\n"
        "  & test accuracy \\\\\n"
        "  \\midrule\n"
        "  adam & \\textbf{0.9133 (0.01211)} \\\\\n"
        "  momentum & \\textbf{0.9083 (0.007528)} \\\\\n"
        "  sgd & 0.5133 (0.01211) \\\\\n"
        "  \\bottomrule\n"
        "\\end{tabular}\n"
    )


def test_markdown_is_the_same_table(three):
    lines = shown(three, metrics=["test_accuracy"], statistics=["mean", "std"], form="markdown").splitlines()
    assert lines[:3] == ["|  | test accuracy |", "| --- | ---: |", "| adam | **0.9133 (0.01211)** |"]
    assert lines[4] == "| sgd | 0.5133 (0.01211) |"


def test_of_a_loss_the_lowest_is_marked():
    made = study(*(run(name, seed=s, final={"test_loss": v + s / 100}) for name, v in (("sgd", 2.0), ("adam", 1.0)) for s in range(3)))  # fmt: skip
    text = shown(made, metrics=["test_loss"], statistics=["mean"], form="markdown")
    assert "| adam | **1.01** |" in text
    assert "| sgd | 2.01 |" in text


def test_which_is_better_can_be_said_and_nothing_is_marked_where_it_is_not_known(three):
    assert "**" not in shown(three, metrics=["gap"], form="markdown")
    text = shown(three, metrics=["gap"], better="lower", statistics=["mean"], form="markdown")
    assert "| adam | **0.08667** |" in text
    text = shown(three, metrics=["test_accuracy"], better="lower", statistics=["mean"], form="markdown")
    assert "| sgd | **0.5133** |" in text
    # Of several it is said of those of which it is not known.
    both = shown(three, metrics=["test_accuracy", "gap"], better="lower", statistics=["mean"], form="markdown")
    assert "| adam | **0.9133** | **0.08667** |" in both


def test_signs_of_the_language_are_text():
    made = study(run("a_b", final={"test_loss": -1.5}), run("50%&", final={"test_loss": 2.0}))
    latex = shown(made, metrics=["test_loss"], statistics=["mean"], form="latex")
    assert r"  a\_b & \(-\)1.5 \\" in latex
    assert r"  50\%\& & 2 \\" in latex
    assert r"| a\_b |" in shown(made, metrics=["test_loss"], form="markdown")


def test_json_has_every_statistic_by_metric_and_group(three):
    content = json.loads(shown(three, metrics=["test_accuracy"], form="json"))
    assert set(content) == {"study", "studies", "tuned", "lost_arms", "metrics"}
    first = content["metrics"]["test_accuracy"][0]
    assert (first["group"], first["n"], first["min"], first["max"]) == ("adam", 6, 0.9, 0.93)
    assert first["median"] == pytest.approx(0.915)
    assert first["q25"] == pytest.approx(0.9025)
    assert first["std"] == pytest.approx(0.0121106)


def test_a_metric_of_a_claim_can_be_shown_and_who_lacks_it_is_counted():
    reached = run(
        "sgd",
        seed=0,
        arrays={
            "evaluation.step": np.array([0, 10, 20]),
            "evaluation.train_accuracy": np.array([0.1, 0.5, 0.9]),
        },
    )
    never = run(
        "sgd",
        seed=1,
        arrays={
            "evaluation.step": np.array([0, 10, 20]),
            "evaluation.train_accuracy": np.array([0.1, 0.2, 0.3]),
        },
    )
    item = {"name": "learned_at", "of": "train_accuracy", "level": 0.5}
    head, row = shown(study(reached, never), metrics=[item], statistics=["mean"]).splitlines()
    assert head.startswith("learned at (train accuracy, level 0.5)")
    assert row.split() == ["sgd", "1", "1", "without", "10"]


@pytest.mark.parametrize(
    ("item", "title"),
    [
        (
            {"name": "learned_at", "of": "train_accuracy", "level": 0.5},
            "learned at (train accuracy, level 0.5)",
        ),
        ({"name": "final", "of": "test_accuracy"}, "final (test accuracy)"),
        ({"name": "loss_at", "step": 100, "window": 20}, "loss at (step 100, window 20)"),
        ("test_accuracy", "test accuracy"),
    ],
)
def test_a_metric_has_a_heading_in_words(three, item, title):
    there = {
        "loss": np.ones(200),
        "evaluation.step": np.array([0, 9]),
        "evaluation.train_accuracy": np.array([0.1, 0.9]),
    }
    of = study(
        *(run(name, seed=seed, final={"test_accuracy": 0.5}, arrays=there, step=200) for name in ("sgd", "adam") for seed in (0, 1))
    )  # fmt: skip
    for form, rule in (("latex", f"  & {title} \\\\"), ("markdown", f"|  | {title} |"), ("text", title)):
        head = shown(of, metrics=[item], form=form).splitlines()
        assert any(line.startswith(rule) for line in head), head
    # A program finds it by what was asked for.
    name = item if isinstance(item, str) else " ".join([item["name"], *(f"{k}={v}" for k, v in item.items() if k != "name")])  # fmt: skip
    assert list(json.loads(shown(of, metrics=[item], form="json"))["metrics"]) == [name]


def test_a_table_by_run_for_a_page_has_the_heading_in_words_too(three):
    item = {"name": "loss_at", "step": 3, "window": 2}
    text = shown(
        study(run("sgd", arrays={"loss": np.ones(9)}, step=9)), metrics=[item], runs=True, form="markdown"
    )
    assert text.splitlines()[0].endswith("| loss at (step 3, window 2) |")


def test_the_best_of_each_value_of_a_setting_is_by_the_first_metric():
    made = study(
        *(run("sgd", seed=s, optimizer__lr=lr, final={"validation_accuracy": v + s / 100, "test_accuracy": 1 - v}) for s in range(2) for lr, v in ((0.1, 0.6), (1.0, 0.7))),
        *(run("adam", seed=s, optimizer__lr=lr, final={"validation_accuracy": v + s / 100, "test_accuracy": 1 - v}) for s in range(2) for lr, v in ((0.1, 0.9), (1.0, 0.8))),
    )  # fmt: skip
    text = shown(made, metrics=["validation_accuracy", "test_accuracy"], best_per="optimizer")
    says, first, second = text.split("\n\n")[:3]
    assert says == "the best of each optimizer by validation accuracy"
    assert [line.split()[:2] for line in first.splitlines()[1:]] == [["sgd", "lr=1"], ["adam", "lr=0.1"]]
    assert [line.split()[:2] for line in second.splitlines()[1:]] == [["sgd", "lr=1"], ["adam", "lr=0.1"]]
    with pytest.raises(ValueError, match=r"setting of=optimizer\.lr: is more of it better"):
        shown(made, metrics=[{"name": "setting", "of": "optimizer.lr"}], best_per="optimizer")


@pytest.mark.parametrize(
    ("word", "left"),
    [
        ("optimizer=sgd,adam", {"sgd", "adam"}),
        ("optimizer=adam", {"adam"}),
        ("optimizer.lr=1e-1", {"sgd"}),
        ("optimizer.lr=0.5..1", {"adam"}),
        ("optimizer.lr=..0.1", {"sgd"}),
        ("optimizer.lr=0.1,2", {"sgd", "momentum"}),
        ("optimizer.lr=0.1,1..3", {"sgd", "adam", "momentum"}),
    ],
)
def test_runs_are_chosen_by_several_values_and_by_ranges(word, left):
    made = study(
        ends(0.5, "sgd", optimizer__lr=0.1),
        ends(0.5, "adam", optimizer__lr=1.0),
        ends(0.5, "momentum", optimizer__lr=2.0),
    )
    rows = json.loads(table(made, Look([word]), runs=True, form="json"))["runs"]
    assert {made.runs[row["run"]].config["optimizer"]["name"] for row in rows} == left


@pytest.mark.parametrize(
    ("look", "says"),
    [
        ({"only": ["optimizer=sgd,adm"]}, "there is no value of optimizer 'adm'; did you mean adam?"),
        ({"only": ["optimizer.lr=5..9"]}, "no run has optimizer.lr from 5 to 9"),
        ({"only": ["optimizr=sgd"]}, "there is no column 'optimizr'"),
        ({"metrics": ["test_acuracy"]}, "there is no metric 'test_acuracy'; did you mean test_accuracy?"),
        ({"metrics": [{"name": "gapp"}]}, "no metric is named 'gapp'; did you mean gap?"),
        ({"metrics": [{"name": "final", "off": 1}]}, "'off'"),
        ({"statistics": ["men"]}, "there is no statistic 'men'; did you mean mean"),
        ({"metrics": ["test_accuracy"], "best_per": "optimzer"}, "there is no column 'optimzer'"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(three, look, says):
    made = study(*three.runs.values(), ends(0.5, "rmsprop", optimizer__lr=0.3))
    with pytest.raises(ValueError, match=says):
        shown(made, **look)


def test_the_command_reads_metrics_with_fields(ravine_here):
    assert (
        ravine_here(
            "-m", "problem=ravine", "optimizer=sgd,adam", "training.steps=5", "study=p", "figures=[]"
        ).returncode
        == 0
    )
    done = ravine_here(
        "table", "runs/p", "--metric", "{name: steps_to, level: 100}", "--statistics", "mean", "--markdown"
    )
    assert "| sgd | 0 |" in done.stdout
    assert ravine_here("table", "runs/p", "--metric", "{level: 1}").stderr.startswith(
        "ravine: {level: 1}: it is a name, or"
    )
    assert "not allowed with" in ravine_here("table", "runs/p", "--csv", "--latex").stderr


def test_who_has_lost_runs_is_not_the_best_by_those_that_are_left():
    left = accuracy(BEST[:2], "sgd")
    gone = [run("sgd", seed=seed, status="diverged") for seed in range(2, 6)]
    made = study(*left, *gone, *accuracy(FAR, "adam"), *accuracy(FAR, "momentum"))
    text = shown(made, metrics=["test_accuracy"], form="markdown", statistics=["mean"])
    assert "| sgd | 0.91 (4 diverged) |" in text
    assert "| adam | **0.5133** |" in text


def marked(text):
    """The first words of the rows that are bold in Markdown."""
    return {line.split("|")[1].strip() for line in text.splitlines() if "**" in line}


def of_two_datasets():
    runs = []
    for name, easy, hard in (("sgd", 0.90, 0.40), ("adam", 0.95, 0.30), ("rmsprop", 0.85, 0.2)):
        for dataset, mean in (("digits", easy), ("spirals", hard)):
            runs += accuracy([mean + seed / 1000 for seed in range(3)], name, dataset__name=dataset)
    return study(*runs)


def test_rows_of_different_datasets_are_not_compared():
    text = shown(of_two_datasets(), metrics=["test_accuracy"], form="markdown")
    assert marked(text) == {"adam digits", "sgd spirals"}
    assert "bold: the best of each dataset, and what" in text
    bold = table(of_two_datasets(), Look(metrics=["test_accuracy"]), runs=False, form="text", bold=True)
    rows = [line.split()[:2] for line in bold.splitlines() if line.startswith("\x1b[1m")]
    assert rows == [["\x1b[1msgd", "spirals"], ["\x1b[1madam", "digits"]]
    # With the rows of one dataset there is no more to say.
    one = shown(of_two_datasets(), metrics=["test_accuracy"], only=["dataset=digits"], form="markdown")
    assert "bold: the best, and what" in one


def test_the_best_of_each_value_is_chosen_within_a_dataset():
    made = study(
        *(
            run("sgd", seed=seed, dataset__name=dataset, optimizer__lr=lr, final={"validation_accuracy": value})
            for dataset, of in (("digits", {0.1: 0.9, 1.0: 0.8}), ("spirals", {0.1: 0.3, 1.0: 0.4}))
            for lr, value in of.items()
            for seed in (0, 1)
        )
    )
    says, _, _, *rows = shown(made, metrics=["validation_accuracy"], best_per="optimizer").splitlines()[:5]
    assert says == "the best of each optimizer and dataset by validation accuracy"
    assert [row.split()[:2] for row in rows] == [["lr=0.1", "digits"], ["lr=1", "spirals"]]
    # It chooses the best of each already.
    says = shown(made, metrics=["validation_accuracy"], best_per="dataset").splitlines()[0]
    assert says == "the best of each dataset by validation accuracy"


@pytest.mark.parametrize(
    ("settings", "best"),
    [
        # As many examples as are taken of a dataset do not make it another one.
        ([{"dataset__train": 100}, {"dataset__train": 900}], 1),
        ([{"dataset__noise": 0.1}, {"dataset__noise": 0.9}], 2),
        ([{"dataset__file": "a.npz"}, {"dataset__file": "b.npz"}], 2),
        ([{"problem": "bowl"}, {"problem": "valley"}], 2),
        ([{"problem__start": [0, 1]}, {"problem__start": [1, 0]}], 1),
        ([{"problem__condition": 10}, {"problem__condition": 100}], 2),
        ([{"network__name": "deep"}, {"network__name": "wide"}], 1),
        # Of a field that stands elsewhere in the file of an earlier run nothing depends.
        ([{"dataset__a": 1, "dataset__b": 2}, {"dataset__b": 2, "dataset__a": 1}], 1),
        # Accuracies of two losses are of one kind.
        ([{"loss__name": "squares"}, {"loss__name": "entropy"}], 1),
    ],
)
def test_what_can_be_compared_has_the_same_to_learn(settings, best):
    runs = [
        one
        for i, given in enumerate(settings)
        for name, value in (("sgd", 0.5), ("adam", 0.7))
        for one in accuracy([value + i / 10 + seed / 1000 for seed in range(3)], name, **given)
    ]
    assert len(marked(shown(study(*runs), metrics=["test_accuracy"], form="markdown"))) == best


@pytest.mark.parametrize(
    ("item", "best"),
    [("test_loss", 2), ("test_accuracy", 1), ({"name": "final", "of": "test_loss"}, 2)],
)
def test_values_of_two_losses_are_not_compared(item, best):
    made = study(
        *(
            run(
                name,
                seed=seed,
                loss__name=loss,
                final={"test_loss": value + seed / 1000, "test_accuracy": value + seed / 1000},
                arrays={"evaluation.step": np.array([10]), "evaluation.test_loss": np.array([value])},
            )
            for loss, of in (("squares", 0.1), ("entropy", 1.0))
            for name, value in (("sgd", of), ("adam", 2 * of))
            for seed in range(3)
        )
    )
    text = shown(made, metrics=[item], better="lower", form="markdown")
    assert len(marked(text)) == best
    assert ("the best of each loss" in text) == (best == 2)


def test_what_shares_no_seeds_is_no_tie():
    others = [run("sgd", seed=seed + 10, final={"test_accuracy": 0.5}) for seed in range(6)]
    text = shown(study(*accuracy(BEST, "adam"), *others), metrics=["test_accuracy"], form="markdown")
    assert text.count("**") == 2


def test_json_has_null_where_a_number_is_none():
    text = shown(
        study(*accuracy([0.9], "adam"), *accuracy([0.8], "sgd")), metrics=["test_accuracy"], form="json"
    )
    assert "NaN" not in text
    assert json.loads(text)["metrics"]["test_accuracy"][0]["std"] is None


@pytest.mark.parametrize(
    "look",
    [
        {"statistics": ["mean"], "runs": True},
        {"statistics": ["mean"], "form": "json"},
        {"best_per": "optimizer"},
        {"best_per": "optimizer", "metrics": ["test_accuracy"], "runs": True},
    ],
)
def test_what_would_have_no_effect_is_refused(three, look):
    with pytest.raises(ValueError, match=r"^--"):
        shown(three, **look)


def test_every_trial_of_a_search_has_a_row_of_its_own(ravine_here):
    words = [
        "hydra/sweeper=search",
        "problem=ravine",
        "optimizer.lr=interval(0.1,0.9)",
        "search.trials=4",
        "training.steps=5",
    ]
    assert ravine_here("-m", *words, "study=s", "figures=[]").returncode == 0
    rows = ravine_here(
        "table", "runs/s", "--metric", "value", "--markdown", "--statistics", "mean"
    ).stdout.splitlines()[2:6]
    assert len({row.split("|")[2].strip(" *") for row in rows}) == 4
