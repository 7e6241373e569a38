"""The page on which runs are played: what is in it, what it may load, and what refuses."""

import base64
import hashlib
import re
import shlex
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import numpy as np
import pytest
import ravine
from player_pages import parts, unpacked
from ravine import registry
from ravine.base.errors import PluginWarning
from ravine.cli.report import report
from ravine.config.command import planned
from ravine.records.ledger import Ledger
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.reports.player.page import play_page


def as_float32(values):
    """Numbers that are beyond its range are its largest."""
    return np.where(np.isfinite(values), np.clip(values, -3.4028e38, 3.4028e38), values)


@pytest.fixture
def descents(ravine_here, tmp_path):
    sweep = (
        "problem=ravine,rosenbrock",
        "optimizer=sgd,momentum",
        "optimizer.lr=0.001,0.1",
        "training.steps=9",
    )
    assert ravine_here("-m", *sweep, "study=pair", "figures=[]").returncode == 0
    return tmp_path / "runs" / "pair"


def test_a_page_has_every_path_gradient_and_slot_to_5_digits(descents):
    study = ravine.load_study(descents)
    about, arrays = parts(play_page(study, "pair"))
    scene = about["descents"]
    assert scene["series"] == ["sgd", "momentum"]
    assert scene["sliders"] == [{"name": "optimizer.lr", "values": ["0.001", "0.1"]}]
    assert [surface["label"] for surface in scene["surfaces"]] == ["ravine", "rosenbrock"]
    assert len(scene["runs"]) == 8
    for shown in scene["runs"]:
        (run,) = [
            run
            for run in study.runs.values()
            if run.config["problem"]["name"] == scene["surfaces"][shown["surface"]]["label"]
            and run.config["optimizer"]["name"] == scene["series"][shown["series"]]
            and str(run.config["optimizer"]["lr"]) == scene["sliders"][0]["values"][shown["at"][0]]
        ]
        near = {"rtol": 1e-5, "atol": 0}
        assert np.allclose(unpacked(arrays, shown["path"]), as_float32(run.path), **near)
        with np.errstate(all="ignore"):
            gradient = np.stack(ravine.surface_of(run).gradient(*run.path.T), axis=1)
        assert np.allclose(unpacked(arrays, shown["gradient"]), as_float32(gradient), rtol=1e-5, atol=1e-38)
        assert [slot["name"] for slot in shown["slots"]] == ["v"] * (
            run.config["optimizer"]["name"] == "momentum"
        )
        for slot in shown["slots"]:
            assert np.allclose(
                unpacked(arrays, slot["values"]), np.clip(run.arrays["state.v"], -3.4028e38, 3.4028e38), **near
            )


def test_the_command_of_a_run_makes_that_run(descents):
    study = ravine.load_study(descents)
    about, _ = parts(play_page(study, "pair"))
    made = []
    for shown in about["descents"]["runs"]:
        program, *words = shlex.split(shown["command"])
        assert program == "ravine"
        (experiment,) = planned(words).first.experiments
        made.append(experiment.id)
    assert sorted(made) == sorted(study.runs)


def test_a_command_of_an_experiment_makes_the_run_too(ravine_here, tmp_path):
    assert (
        ravine_here(
            "-m",
            "experiment=optimizer_paths",
            "optimizer=sgd,momentum,adam",
            "training.steps=3",
            "figures=[]",
            "claims=[]",
            "study=optimizer_paths",
        ).returncode
        == 0
    )
    study = ravine.load_study(tmp_path / "runs" / "optimizer_paths")
    about, _ = parts(play_page(study, "paths"))
    scene = about["descents"]
    # Each optimizer has one rate of its own, so there is nothing to slide.
    assert scene["sliders"] == []
    made = [planned(shlex.split(shown["command"])[1:]).first.experiments[0].id for shown in scene["runs"]]
    assert sorted(made) == sorted(study.runs)
    maps = {scene["series"][run["series"]]: len(run.get("maps", ())) for run in scene["runs"]}
    assert maps == {"sgd": 1, "momentum": 1, "adam": 0}


def test_the_page_is_the_same_each_time_and_loads_nothing(descents):
    study = ravine.load_study(descents)
    html = play_page(study, "pair")
    assert html == play_page(ravine.load_study(descents), "pair")
    assert len(html.encode()) < 200 * 1024
    assert not re.search(r"""(?:src|href)=["'](?!https://github\.com/leeoniya/uPlot)""", html)
    policy = unescape(re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1])
    assert policy.startswith("default-src 'none'; ")
    for kind, tag in (("script", "<script>"), ("style", "<style>")):
        (text,) = re.findall(rf"{tag}(.*?)</{kind}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_text_from_outside_is_escaped(descents):
    html = play_page(ravine.load_study(descents), "</title><script>alert(1)</script>")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_seeds_that_change_no_descent_are_one_and_have_no_slider(ravine_here, tmp_path):
    assert (
        ravine_here("-m", "problem=ravine", "seed=0,1", "training.steps=3", "figures=[]", "study=s").returncode
        == 0
    )
    scene = parts(play_page(ravine.load_study(tmp_path / "runs" / "s"), "s"))[0]["descents"]
    assert scene["sliders"] == []
    assert len(scene["runs"]) == 1


def test_a_run_that_diverges_keeps_its_steps_and_its_status(ravine_here, tmp_path):
    words = (
        "problem=rosenbrock",
        "optimizer=sgd",
        "optimizer.lr=0.1",
        "training.steps=20",
        "study=d",
        "figures=[]",
    )
    assert ravine_here(*words).returncode == 0
    (run,) = parts(play_page(ravine.load_study(tmp_path / "runs" / "d"), "d"))[0]["descents"]["runs"]
    assert run["status"] == "diverged"
    assert 2 < run["path"][1] < 20


def test_an_optimizer_unknown_to_the_core_is_there_with_its_own_slots(tmp_path):
    @dataclass(frozen=True)
    class Stranger(ravine.Optimizer, slots=("pull", "doubt")):
        lr: float = 0.1

        def step(self, theta, g, state, *, t, lr):
            pull, doubt = state
            pull += g
            doubt += abs(g)
            theta -= lr * pull / doubt

    ravine.register(Stranger, name="stranger")
    study = ravine.sweep(
        ["problem=ravine", "optimizer=stranger", "training.steps=5", "optimizer.lr=0.1,0.2", "study=s"]
    )
    (first, _) = parts(play_page(study, "s"))[0]["descents"]["runs"]
    assert [slot["name"] for slot in first["slots"]] == ["pull", "doubt"]


def test_networks_have_curves_with_bands_histograms_and_mistakes(ravine_here, tmp_path):
    words = (
        "optimizer=sgd,adam",
        "seed=0,1,2",
        "training.steps=20",
        "training.evaluate_every=10",
        "network.hidden=[10]",
    )
    assert ravine_here("-m", *words, "probes=[distributions]", "study=n", "figures=[]").returncode == 0
    study = ravine.load_study(tmp_path / "runs" / "n")
    about, arrays = parts(play_page(study, "n"))
    scene = about["networks"]
    assert scene["series"] == ["sgd", "adam"]
    adam = scene["runs"][1]
    assert (adam["n"], adam["diverged"]) == (3, 0)
    curve = adam["curves"]["test_accuracy"]
    of = [
        run.arrays["evaluation.test_accuracy"]
        for run in study.runs.values()
        if run.config["optimizer"]["name"] == "adam"
    ]
    for name, expected in (("low", np.min(of, 0)), ("median", np.sort(of, 0)[1]), ("high", np.max(of, 0))):
        assert np.allclose(unpacked(arrays, curve[name])[:, 0], expected, rtol=1e-5)
    assert curve["steps"] == [0, 10, 20]
    assert [layers["name"] for layers in adam["layers"]] == ["activation", "gradient", "weight"]
    of_sgd = next(iter(study.runs.values()))
    wrong = of_sgd.network().mistakes()
    seen = scene["runs"][0]["mistakes"]
    assert (seen["n"], seen["of"], seen["side"]) == (len(wrong.where), 10_000, 28)
    assert len(seen["true"]) == 12
    assert all(true != predicted for true, predicted in zip(seen["true"], seen["predicted"], strict=True))


def test_a_network_without_a_mistake_can_be_played_too(tmp_path):
    x = np.zeros((40, 8, 8), np.uint8)
    x[::2] = 255
    np.savez(tmp_path / "easy.npz", x=x, y=np.arange(40) % 2)
    words = ["dataset=npz", "dataset.file=easy.npz", "training.steps=30", "network.hidden=[4]", "weights=last"]
    study = ravine.sweep([*words, "figures=[]", "study=easy"])
    about, arrays = parts(play_page(study, "easy"))
    (run,) = about["networks"]["runs"]
    assert (run["mistakes"]["n"], run["mistakes"]["images"][1:]) == (0, [0, 0])
    assert unpacked(arrays, run["curves"]["test_accuracy"]["median"])[-1, 0] == 1


def test_a_page_of_a_part_does_not_take_the_place_of_the_whole_one(ravine_here, descents, tmp_path):
    assert ravine_here("play", "runs/pair").returncode == 0
    whole = (tmp_path / "runs" / "pair" / "play.html").read_bytes()
    for words in (["optimizer=momentum"], ["--title", "Mine"]):
        done = ravine_here("play", "runs/pair", *words, "--into", "runs/pair/play.html")
        assert done.returncode == 2
        assert (
            "--into runs/pair/play.html: the report of that study takes this file for the page of all its runs"
            in done.stderr
        )
    assert (tmp_path / "runs" / "pair" / "play.html").read_bytes() == whole


def test_a_folder_in_the_plane_shows_what_is_predicted(ravine_here, tmp_path):
    words = (
        "dataset=two_moons",
        "training.steps=4",
        "probes=[decision_surface]",
        "network.hidden=[4]",
        "study=p",
    )
    assert ravine_here(*words, "figures=[]").returncode == 0
    (run,) = parts(play_page(ravine.load_study(tmp_path / "runs" / "p"), "p"))[0]["networks"]["runs"]
    assert run["plane"]["rows"] == 50
    assert run["plane"]["predicted"][1:] == [3 * 50, 50]
    assert run["mistakes"] is None


def test_the_command_writes_a_file_and_says_where(ravine_here, descents, tmp_path):
    done = ravine_here("play", "runs/pair", "optimizer=momentum", "--into", "m.html")
    assert re.fullmatch(r"m\.html \(\d+ KiB\)\n", done.stdout)
    assert parts((tmp_path / "m.html").read_text())[0]["descents"]["series"] == ["momentum"]
    assert ravine_here("play", "runs/pair").stdout.startswith("runs/pair/play.html (")
    assert "<title>pair</title>" in (descents / "play.html").read_text()
    both = ravine_here("play", "runs/pair", "runs/pair", "--title", "Both")
    assert both.stdout.startswith("play.html (")
    assert "<title>Both</title>" in (tmp_path / "play.html").read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("runs/none",), "runs/none: not a study"),
        (("runs/pair", "optimizer=adam"), "there is no value of optimizer 'adam'; there are: momentum, sgd"),
        (("runs/pair", "--into", "m.txt"), "--into m.txt: the page is a file of HTML, m.html"),
    ],
)
@pytest.mark.usefixtures("descents")
def test_what_cannot_be_played_is_said_in_a_line(ravine_here, words, says):
    done = ravine_here("play", *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_short_steps_and_distances_keep_their_digits(ravine_here, tmp_path):
    words = (
        "problem=ravine",
        "optimizer=momentum",
        "optimizer.lr=0.1",
        "training.steps=600",
        "study=s",
        "figures=[]",
    )
    assert ravine_here(*words).returncode == 0
    study = ravine.load_study(tmp_path / "runs" / "s")
    about, arrays = parts(play_page(study, "s"))
    (shown,) = about["descents"]["runs"]
    (run,) = study.runs.values()
    near = {"rtol": 1e-5, "atol": 0}
    assert np.abs(np.diff(run.path, axis=0)[-1]).max() < 1e-9
    assert np.allclose(unpacked(arrays, shown["update"]), np.diff(run.path, axis=0), **near)
    assert np.allclose(unpacked(arrays, shown["distance"])[:, 0], np.hypot(*run.path.T), **near)


def test_a_seed_that_diverges_costs_the_others_no_step(tmp_path):
    def made(seed, steps, diverged):
        arrays = {
            "evaluation.step": np.arange(0, steps + 1, 10),
            "evaluation.test_loss": np.arange(0, steps + 1, 10) + seed,
            "loss": np.ones(steps),
        }
        settings = {"problem": {"name": "supervised"}, "optimizer": {"name": "sgd", "lr": 0.1}, "seed": seed}
        return Run(settings, "diverged" if diverged else "completed", steps, 1.0, arrays=arrays)

    runs = {
        str(seed): run for seed, run in enumerate([made(0, 20, True), made(1, 60, False), made(2, 60, False)])
    }
    study = Study(tmp_path, Ledger("ravine", [], [], list(runs)), {run.id: run for run in runs.values()})
    about, arrays = parts(play_page(study, "s"))
    (shown,) = about["networks"]["runs"]
    curve = shown["curves"]["test_loss"]
    assert curve["steps"] == shown["steps"] == [0, 10, 20, 30, 40, 50, 60]
    assert unpacked(arrays, curve["median"])[:, 0].tolist() == [1, 11, 21, 31.5, 41.5, 51.5, 61.5]
    assert unpacked(arrays, curve["low"])[:, 0].tolist() == [0, 10, 20, 31, 41, 51, 61]
    assert (shown["n"], shown["diverged"]) == (3, 1)


def test_steps_are_whole_numbers_however_many(tmp_path):
    arrays = {"evaluation.step": np.array([0, 300_001]), "evaluation.test_loss": np.ones(2)}
    settings = {"problem": {"name": "supervised"}, "optimizer": {"name": "sgd", "lr": 0.1}, "seed": 0}
    run = Run(settings, "completed", 300_001, 1.0, arrays=arrays)
    study = Study(tmp_path, Ledger("ravine", [], [], [run.id]), {run.id: run})
    (shown,) = parts(play_page(study, "s"))[0]["networks"]["runs"]
    assert shown["steps"] == [0, 300_001]


@pytest.mark.parametrize(
    "words",
    [
        ("problem=ravine", "rates=zip(optimizer=choice(sgd,momentum),optimizer.lr=choice(0.1,0.01))"),
        (
            "problem=ravine",
            "hydra/sweeper=search",
            "sampler=random",
            "search.trials=2",
            "optimizer.lr=interval(0.1,1)",
        ),
    ],
)
def test_the_command_of_a_run_of_a_zip_or_a_search_makes_that_run(ravine_here, tmp_path, words):
    assert ravine_here("-m", *words, "training.steps=3", "study=s", "figures=[]").returncode == 0
    study = ravine.load_study("runs/s")
    commands = [run["command"] for run in parts(play_page(study, "s"))[0]["descents"]["runs"]]
    for command in commands:
        assert ravine_here(*shlex.split(command)[1:], "study=again").returncode == 0
    made = set(ravine.load_study("runs/again").runs)
    assert made == set(study.runs)


def test_descents_on_a_surface_that_is_gone_are_left_out_of_page_and_report(ravine_here, monkeypatch):
    @dataclass(frozen=True)
    class Bowl(ravine.Surface):
        domain = ((-2.0, 2.0), (-2.0, 2.0))
        start: tuple[float, float] = (1.0, 1.0)

        def value(self, x, y):
            return x**2 + y**2

        def gradient(self, x, y):
            return 2 * x, 2 * y

    ravine.register(Bowl, name="my_bowl")
    ravine.sweep(["problem=my_bowl,sphere", "training.steps=3", "study=two", "figures=[]"])
    ravine.sweep(["problem=my_bowl", "training.steps=3", "optimizer.lr=0.1,0.2", "study=one", "figures=[]"])
    monkeypatch.delitem(registry.load().entries["surface"], "my_bowl")
    with pytest.warns(PluginWarning, match="descents on my_bowl are left out: no surface is named 'my_bowl'"):
        html = play_page(ravine.load_study("runs/two"), "two")
    assert [surface["label"] for surface in parts(html)[0]["descents"]["surfaces"]] == ["sphere"]
    with pytest.warns(PluginWarning) as said:
        report([Path("runs")])
    assert "runs/one: its descents cannot be played here" in str([str(one.message) for one in said])
    page = Path("runs/index.html").read_text()
    assert 'data-src="two/play.html"' in page
    assert 'data-src="one/play.html"' not in page


def test_a_page_of_a_part_is_not_taken_for_that_of_the_study(ravine_here, descents):
    assert ravine_here("play", "runs/pair", "optimizer=sgd").stdout.startswith("play.html (")
    assert not (descents / "play.html").exists()
    assert ravine_here("report", "runs/pair").returncode == 0
    whole = (descents / "play.html").read_text()
    assert parts(whole)[0]["descents"]["series"] == ["sgd", "momentum"]
    assert ravine_here("drop", "runs/pair", "optimizer=sgd").returncode == 0
    assert ravine_here("report", "runs/pair").returncode == 0
    assert parts((descents / "play.html").read_text())[0]["descents"]["series"] == ["momentum"]
