"""Check: ``ravine check`` says which promises a component keeps."""

import re


def test_check_tells_which_promises_are_kept(ravine):
    done = ravine("check", "optimizer", "adam", "beta1=0.5")
    assert done.returncode == 0
    assert done.stdout.startswith("optimizer Adam(lr=0.001, beta1=0.5, ")
    assert "kept  spares_the_gradient " in done.stdout
    assert re.search(r"^\d\d promises, none broken$", done.stdout, re.MULTILINE)
    assert ravine("check", "affine", "units=3", "--in-shape", "7").returncode == 0
    exempt = ravine("check", "relu", "--exempt", "is_frozen", "--exempt", "spares_its_input")
    assert re.search(r"^exempt +is_frozen$", exempt.stdout, re.MULTILINE)
    assert "none broken, 2 exempt\n" in exempt.stdout


def test_check_of_a_preset_is_of_its_component_with_the_fields_that_it_sets(ravine_here):
    done = ravine_here("check", "normal_001")
    assert done.returncode == 0
    assert done.stdout.startswith(
        "normal_001 is a preset of normal: initializer Normal(std=0.01), of ravine 0."
    )
    assert (
        "initializer Normal(std=0.5), of" in ravine_here("check", "initializer", "normal_001", "std=0.5").stdout
    )
    assert ravine_here("check", "normal_001", "sdt=1").returncode == 2
