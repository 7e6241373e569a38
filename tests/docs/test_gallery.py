"""The gallery: a page for every experiment, with its published verdicts."""

import importlib.util

from documentation import ROOT
from ravine.reports.chapter import chapter

_SPEC = importlib.util.spec_from_file_location("gallery", ROOT / "docs" / "site" / "gallery.py")
gallery = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(gallery)


def test_every_experiment_has_a_page_with_its_command_picture_verdicts_and_file():
    pages = gallery.gallery_pages(ROOT, ())
    assert pages.keys() == {"gallery/index", *(f"gallery/{item.name}" for item in chapter())}
    page = pages["gallery/sgd_on_sphere"]
    assert "$ ravine -m experiment=sgd_on_sphere\n" in page
    assert "![sgd_on_sphere, descent](../figures/sgd_on_sphere-descent.png)" in page
    assert "| ✓ supported | On the round bowl SGD comes straight down, without a turn. |" in page
    assert (ROOT / "conf" / "experiment" / "sgd_on_sphere.yaml").read_text().strip() in page
