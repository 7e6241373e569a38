"""Install every package of plugins.toml in an environment of its own, try it, and write plugins.md.

``python docs/make_plugins.py`` does it for all, ``python docs/make_plugins.py NAME …`` for some, whose rows it
replaces. It needs pip's index, and takes a minute for each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
PAGE = HERE / "plugins.md"
RESULTS = HERE / "plugins.json"

INTRO = """\
# Plugins

Packages of components that others can install. Each was installed in an environment of its own, and all that
it offers was tried with the conformance kit, by `python docs/make_plugins.py`; the table is what that printed.
"Agrees" counts the components whose numbers agree with other libraries, of those that bring such numbers.

| package | version | hooks | offers | promises kept | agrees | what it is |
|---|---|---|---|---|---|---|
"""

OUTRO = """\

A promise that a component cannot keep for a reason that it says is not counted. `ravine check NAME` tries one
here, `ravine list --from PACKAGE` says what a package offers, and `ravine doctor` why something is left out.

To have a package of yours here, add it to `docs/plugins.toml`: [Publish a plugin](publish_a_plugin.md) says
what it needs. Being in the list is not a review of its code, and
[a plugin is code](trust.md#what-is-not-promised).
"""


def tried(plugin: dict[str, Any], place: Path) -> dict[str, Any]:
    """Return what a package is and keeps, installed in a place."""
    venv.create(place, with_pip=True)
    local = ROOT / plugin["install"]
    what = str(local) if local.is_dir() else plugin["install"]
    _run(place / "bin" / "pip", "install", "--quiet", str(ROOT), *plugin.get("before", "").split())
    _run(place / "bin" / "pip", "install", "--quiet", what)
    ravine = place / "bin" / "ravine"
    doctor = json.loads(_run(ravine, "doctor", "--json", check=False))
    own = [one for one in doctor["plugins"] if one["distribution"].partition(" ")[0] == plugin["name"]]
    lost = [f"{one['name']}: {one['reason']}" for one in own if one["status"] != "loaded"]
    listed = json.loads(_run(ravine, "list", "--from", plugin["name"], "--json")) if not lost else []
    offers = [item for item in listed if "chosen_with" in item]
    kept = total = agree = compared = 0
    broken = list(lost)
    for item in offers:
        exempt = [f"--exempt={name}" for name in plugin.get("exempt", {}).get(item["name"], [])]
        checked = _finished(ravine, "check", item["kind"], item["name"], "--json", *exempt)
        if not checked.stdout:
            broken.append(f"{item['name']}: {checked.stderr.strip() or 'its check ended without a word'}")
            continue
        for promise in json.loads(checked.stdout)["promises"]:
            total += 1
            kept += promise["kept"]
            if not promise["kept"]:
                broken.append(f"{item['name']} {promise['name']}: {promise['reason']}")
        done = _finished(ravine, "compare", item["kind"], item["name"])
        if "agrees" in done.stdout or "differs" in done.stdout:
            compared += 1
            agree += done.returncode == 0
    return {
        "version": own[0]["distribution"].partition(" ")[2] if own else "",
        "hooks": doctor["versions"]["hooks"] if own and not lost else "",
        "offers": {kind: sum(item["kind"] == kind for item in offers) for kind in {i["kind"] for i in offers}},
        "kept": kept,
        "promises": total,
        "agree": agree,
        "compared": compared,
        "broken": broken,
    }


def page(plugins: list[dict[str, Any]], results: dict[str, Any]) -> str:
    """Return the page: a row for each package, and what its components break."""
    rows, broken = [], []
    for plugin in plugins:
        of = results[plugin["name"]]
        offers = ", ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in sorted(of["offers"].items()))
        agrees = f"{of['agree']} of {of['compared']}" if of["compared"] else "-"
        cells = [
            f"`{plugin['name']}`",
            of["version"],
            of["hooks"],
            offers,
            f"{of['kept']} of {of['promises']}",
            agrees,
            plugin["what"],
        ]
        rows.append(f"| {' | '.join(cells)} |")
        broken += [f"- `{plugin['name']}`: {text}" for text in of["broken"]]
    text = "\n".join([*rows, *(["", "What is not kept:", "", *broken] if broken else [])])
    return f"{INTRO}{text}\n{OUTRO}"


def listed() -> list[dict[str, Any]]:
    """Return the entries of plugins.toml."""
    found: list[dict[str, Any]] = tomllib.loads((HERE / "plugins.toml").read_text("utf-8"))["plugin"]
    return found


def _run(*words: object, check: bool = True) -> str:
    done = _finished(*words)
    if check and done.returncode:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
    return done.stdout


def _finished(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)  # noqa: S603


def main(names: list[str]) -> None:
    """Try the packages, or those with these names, and write the page."""
    plugins = listed()
    results = json.loads(RESULTS.read_text("utf-8")) if names else {}
    for plugin in plugins:
        if not names or plugin["name"] in names:
            with tempfile.TemporaryDirectory() as folder:
                results[plugin["name"]] = tried(plugin, Path(folder))
            print(plugin["name"], results[plugin["name"]], flush=True)
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", "utf-8")
    PAGE.write_text(page(plugins, results), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
