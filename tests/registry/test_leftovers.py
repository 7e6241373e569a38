"""What an installer leaves behind has no version, and is not what is installed."""

import sys
from importlib import metadata

import pytest
from ravine.cli.main import main
from ravine.registry import provenance


@pytest.fixture
def leftovers(tmp_path, monkeypatch):
    """A folder that is looked into first, with empty metadata."""
    real = {name: metadata.version(name) for name in ("ravine", "numpy")}
    for name in ("ravine-0.0.9", "ravine-0.0.10", "numpy-1.0"):
        (tmp_path / "path" / f"{name}.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "path"), *sys.path])
    provenance.version.cache_clear()
    yield real
    provenance.version.cache_clear()


def test_an_empty_leftover_is_not_a_version(leftovers, capsys):
    assert {name: provenance.version(name) for name in leftovers} == leftovers
    assert provenance.version("not-installed") is None
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"ravine {leftovers['ravine']}\n"
    main(["doctor"])
    assert f"ravine {leftovers['ravine']}, numpy {leftovers['numpy']}, " in capsys.readouterr().out
    assert provenance.requirements("ravine")["numpy"]
