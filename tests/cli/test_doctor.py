"""Doctor: ``ravine doctor`` says of every plugin and package whether it can be used, and what is wrong."""

import re
from importlib import metadata

import pytest
from ravine import registry
from ravine.cli import doctor


def test_doctor_has_nothing_to_say_where_all_is_well(ravine):
    done = ravine("doctor")
    assert done.returncode == 0
    assert re.search(
        r"^ravine 0\S+ +\(\d+ built-in\) +loaded +\d+ components of 19 kinds$", done.stdout, re.MULTILINE
    )
    assert done.stdout.endswith("\nnothing is left out\n")
    assert re.search(
        r"^\d+ of \d+ rules and layers are fused in long runs \(llvmlite \S+\); NumPy runs adafactor, ",
        done.stdout,
        re.MULTILINE,
    )
    for name in ("hydra-core", "omegaconf"):
        assert f", {name} {metadata.version(name)}, " in done.stdout.splitlines()[0]


@pytest.mark.parametrize(
    ("package", "says"),
    [
        (
            "raise OSError('libLLVM.so: no such file')",
            "llvmlite cannot be used: OSError: libLLVM.so: no such file",
        ),
        ("__version__ = '0.43.0'", "llvmlite 0.43.0 is older than 0.45"),
        ("", "llvmlite cannot be used: AttributeError: module 'llvmlite' has no attribute '__version__'"),
    ],
)
def test_doctor_says_of_a_compiler_that_cannot_be_used_what_is_wrong(ravine, tmp_path, package, says):
    (tmp_path / "llvmlite").mkdir()
    (tmp_path / "llvmlite" / "__init__.py").write_text(f"{package}\n")
    done = ravine("doctor", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (1, "")
    *_, loops, empty, problem = done.stdout.splitlines()
    assert loops.startswith("NumPy runs all rules and layers; with ")
    assert empty == ""
    cure = "pip install --force-reinstall 'ravine[fast]', or pip uninstall llvmlite"
    assert problem == f"{says}; long runs are slower; {cure}"


def test_doctor_takes_a_compiler_that_is_no_installed_package(monkeypatch):
    monkeypatch.setattr(doctor, "version", lambda name: None)
    assert " in long runs (llvmlite); NumPy runs " in " ".join(str(doctor.report(registry.load())).split())


def test_another_antlr_than_hydras_is_one_line(ravine, tmp_path):
    """It stops the import of OmegaConf 2.3, and every command with it."""
    (tmp_path / "omegaconf.py").write_text(
        "raise Exception('Could not deserialize ATN with version 3 (expected 4).')\n"
    )
    done = ravine("doctor", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        "ravine: Hydra 1.3 needs antlr4-python3-runtime 4.9, and another version is installed: "
    )
