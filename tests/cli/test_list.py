"""List: ``ravine list`` has every component and experiment, and shows the card of one."""

import re

import ravine as package
from ravine.config.presets import conf_folder, presets

EXPERIMENTS = conf_folder() / "experiment"


def listed():
    """How many components there are, presets of them, and experiments."""
    loaded = package.registry.load()
    named = [preset for preset in presets(loaded) if preset.of]
    return len(list(loaded)) + len(named) + len(list(EXPERIMENTS.glob("*.yaml")))


def test_list_has_every_component(ravine_here):
    lines = ravine_here("list").stdout.splitlines()
    assert len(lines) == 1 + listed()
    (adam,) = (line for line in lines if line.split()[:2] == ["optimizer", "adam"])
    assert "ravine 0." in adam
    assert "Adam: moving averages" in adam
    surfaces = [entry for entry in package.registry.load() if entry.kind == "surface"]
    assert len(ravine_here("list", "surface").stdout.splitlines()) == 1 + len(surfaces)
    ours = [line.split() for line in lines[1:] if not re.search(" ravine-optuna 0", line)]
    assert [line.split() for line in ravine_here("list", "--from", "ravine").stdout.splitlines()[1:]] == ours
    assert ravine_here("list", "--from", "another").returncode == 2
    found = ravine_here("list", "optimizer", "--search", "MOMENTUM").stdout.splitlines()[1:]
    assert {"momentum", "nesterov"} <= {line.split()[1] for line in found}
    assert "adagrad" not in {line.split()[1] for line in found}
    assert all("momentum" in line.lower() for line in found)


def test_a_narrow_alphabet_costs_letters_not_the_list(ravine):
    done = ravine("list", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1 + listed()


def test_every_kind_has_cards():
    assert package.registry.KINDS.keys() == {entry.kind for entry in package.registry.load()}


def test_list_shows_the_card_of_one(ravine):
    card = ravine("list", "optimizer", "adam").stdout
    assert card == ravine("list", "adam").stdout
    assert card.startswith("optimizer adam, of ravine 0.")
    assert "chosen with  optimizer=adam\n" in card
    assert re.search(r"^  beta2  float  = 0.999$", card, re.MULTILINE)
    assert "slots m, v; sees block\n" in card
    assert "slots average; sees block; is evaluated elsewhere\n" in ravine("list", "ema").stdout
    assert "slots (none); sees all; asks for rng\n" in ravine("list", "gradient_noise").stdout
    assert "Kingma and Ba 2015" in card
    assert card.rstrip().endswith("optimizers/adam.py")
    both = ravine("list", "constant").stdout
    assert "initializer constant, of" in both
    assert "schedule constant, of" in both


def test_list_has_every_experiment_with_its_question(ravine_here):
    rows = ravine_here("list", "experiment").stdout.splitlines()[1:]
    assert [row.split()[1] for row in rows] == sorted(file.stem for file in EXPERIMENTS.glob("*.yaml"))
    (paths,) = (row for row in rows if row.split()[1] == "optimizer_paths")
    assert re.fullmatch(
        r"experiment +optimizer_paths +ravine 0\.\S+ +How do the six optimizers come down a narrow valley\? "
        r"\(Deep Learning from Scratch, section 6\.1\)",
        paths,
    )
    # Its source tells one of the chapter from one of a paper.
    sources = {row.split()[1]: re.search(r"\(([^()]*(?:\([^()]*\))?[^()]*)\)$", row)[1] for row in rows}
    papers = {name for name, source in sources.items() if re.match(r"\S.* (19|20)\d\d, ", source)}
    assert {source.partition(",")[0] for name, source in sources.items() if name not in papers} == {
        "Deep Learning from Scratch"
    }
    assert sources["mnist1d"].startswith("Greydanus and Kobak 2020, ")
    everything = [line.split() for line in ravine_here("list").stdout.splitlines()]
    assert everything[-len(rows) :] == [row.split() for row in rows]
    found = ravine_here("list", "--search", "inertia").stdout.splitlines()[1:]
    assert {"adam_on_ravine", "escape", "momentum_on_ravine"} <= {row.split()[1] for row in found}


def test_list_shows_the_card_of_an_experiment(ravine_here):
    card = ravine_here("list", "experiment", "escape").stdout
    assert card == ravine_here("list", "escape").stdout
    assert card.startswith("experiment escape, of ravine 0.")
    assert "\n\nchosen with  -m experiment=escape\n\n" in card
    file = EXPERIMENTS / "escape.yaml"
    assert file.read_text() in card
    assert card.rstrip().endswith(str(file))
