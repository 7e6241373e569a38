"""The list of plugins: every package of the repository is in it, and the page is what the last trial printed."""

import importlib.util
import json

from documentation import ROOT

_spec = importlib.util.spec_from_file_location("make_plugins", ROOT / "docs" / "make_plugins.py")
make_plugins = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_plugins)


def test_the_list_has_every_package_of_the_repository():
    listed = {plugin["install"] for plugin in make_plugins.listed()}
    assert {
        f"plugins/packages/{path.name}" for path in (ROOT / "plugins" / "packages").glob("ravine-*")
    } <= listed


def test_the_page_is_made_from_the_results_of_all():
    results = json.loads((ROOT / "docs" / "plugins.json").read_text())
    assert (ROOT / "docs" / "plugins.md").read_text() == make_plugins.page(make_plugins.listed(), results)


def test_a_package_that_is_left_out_is_told_with_its_reason():
    plugin = {"name": "ravine-odd", "install": "ravine-odd", "what": "Odd."}
    of = {"version": "1.0", "hooks": "", "offers": {}, "kept": 0, "promises": 0, "agree": 0, "compared": 0}
    page = make_plugins.page([plugin], {"ravine-odd": {**of, "broken": ["odd: no module odd"]}})
    assert "| `ravine-odd` | 1.0 |  |  | 0 of 0 | - | Odd. |" in page
    assert "- `ravine-odd`: odd: no module odd" in page
