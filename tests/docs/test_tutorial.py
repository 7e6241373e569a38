"""The tutorial shows what its cells show now."""

import importlib
import json
import sys

from documentation import ROOT


def test_the_tutorial_shows_what_its_cells_do(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs")
    make_tutorial = importlib.import_module("make_tutorial")
    stored = json.loads(make_tutorial.TUTORIAL.read_text())
    again = make_tutorial.executed(stored)
    for was, now in zip(stored["cells"], again["cells"], strict=True):
        source = "".join(was["source"])
        assert without_pixels(was) == without_pixels(now), (
            f"python docs/make_tutorial.py makes it anew: {source}"
        )
    assert sum(kind == "image/png" for cell in again["cells"] for kind in kinds(cell)) == 3
    assert "ipykernel.iostream" not in sys.modules


def kinds(cell):
    return [kind for output in cell.get("outputs", ()) for kind in output.get("data", ())]


def without_pixels(cell):
    """A cell as it is, but for its pictures, whose letters differ from one version of matplotlib to the next."""
    outputs = [
        {**output, "data": {**output["data"], "image/png": ""}}
        if "image/png" in output.get("data", ())
        else output
        for output in cell.get("outputs", ())
    ]
    return {**cell, "outputs": outputs}
