"""Write tables of studies into the pages, and note from which settings they are.

A page has them between ``<!-- numbers: STUDY, then options of ravine table -->`` and ``<!-- end -->``. The
studies are made by ``ravine -m experiment=STUDY``; those that are not in the folder are left as they are::

    python docs/make_numbers.py runs
"""

import contextlib
import hashlib
import io
import json
import re
import shlex
import sys
from pathlib import Path

import yaml

DOCS = Path(__file__).parent
NOTED = DOCS / "numbers.json"
TABLE = re.compile(r"(<!-- numbers: (\S+) ?([^\n]*?) ?-->\n)(.*?)(<!-- end -->)", re.DOTALL)

# What an experiment has besides the settings of its runs.
_NO_SETTINGS = ("question", "source", "claims", "figures")


def settings(study: str) -> str:
    """Return a hash of the settings of an experiment's runs."""
    experiment = yaml.safe_load((DOCS.parent / "conf" / "experiment" / f"{study}.yaml").read_text("utf-8"))
    science = {key: value for key, value in experiment.items() if key not in _NO_SETTINGS}
    return _hash(json.dumps(science, sort_keys=True))


def note(study: str, table: str) -> dict[str, str]:
    """Return what is noted of a table."""
    return {"settings": settings(study), "table": _hash(table)}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _made(folder: Path, options: str) -> str:
    from ravine.cli.main import main

    with contextlib.redirect_stdout(io.StringIO()) as printed:
        main(["table", str(folder), "--markdown", *shlex.split(options)])
    return f"\n{printed.getvalue().strip()}\n\n"


def write(folder: Path) -> None:
    """Write the tables of a folder's studies."""
    noted = json.loads(NOTED.read_text("utf-8")) if NOTED.exists() else {}
    for page in sorted(DOCS.glob("*.md")):

        def table(match: re.Match[str]) -> str:
            begin, study, options, before, end = match.groups()
            made = _made(folder / study, options) if (folder / study).exists() else before
            if made is not before:
                noted[f"{study} {options}".strip()] = note(study, made)
            return begin + made + end

        page.write_text(TABLE.sub(table, page.read_text("utf-8")), "utf-8")
    NOTED.write_text(json.dumps(noted, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
