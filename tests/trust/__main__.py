"""The command: ``python tests/trust [NAME ...] [--long] [--seed S] [--number N] [--write]``."""

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
if not __package__:
    # Python has put this folder there, in which no package lies.
    sys.path[0] = str(TESTS)

from trust import BATTERIES  # noqa: E402

PAGE = TESTS.parent / "docs" / "trust.md"
MARKS = "<!-- the last table -->", "<!-- the end of the last table -->"
MOST = 15  # failures of one kind that are printed


@dataclass
class Done:
    """What came of a battery."""

    name: str
    about: dict[str, object]
    number: int
    tried: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    seconds: float = 0.0


def about(name: str) -> dict[str, object]:
    """Return what a battery says of itself, without importing it: WHAT, BOUNDED, LONG."""
    tree = ast.parse((TESTS / "trust" / f"{name}.py").read_text())
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in ("WHAT", "BOUNDED", "LONG")
    }


def run(name: str, seed: int, number: int | None, long: bool, folder: Path) -> Done:
    """Run one battery in a process of its own, so that none can disturb another."""
    said = about(name)
    done = Done(name, said, number or int(said["LONG" if long else "BOUNDED"]))
    place, temporary = folder / name, folder / f"{name}-temporary"
    place.mkdir()
    temporary.mkdir()
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(TESTS), os.environ.get("PYTHONPATH")])),
        "RAVINE_CACHE": str(folder / "cache"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "OMP_NUM_THREADS": "1",
        "TMPDIR": str(temporary),
    }
    for variable in ("RAVINE_DISABLE_PLUGINS", "RAVINE_STRICT_PLUGINS", "PYTHONWARNINGS", "XDG_CACHE_HOME"):
        environment.pop(variable, None)
    begin = time.monotonic()
    words = [sys.executable, "-m", "trust.process", name, str(seed), str(done.number), str(place)]
    with (folder / f"{name}.err").open("w+") as errors:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        for line in process.stdout:
            result = json.loads(line)
            done.tried += 1
            if result["failure"]:
                done.failed.append(result)
        if status := process.wait():
            errors.seek(0)
            last = " ".join(errors.read().split())[-600:]
            failure = f"its process ended with status {status}: {last}"
            done.failed.append(
                {"what": "the battery", "input": f"after {done.tried} tries", "failure": failure}
            )
    done.seconds = time.monotonic() - begin
    return done


def table(batteries: list[Done]) -> str:
    """Return the table, as Markdown."""
    lines = ["| battery | what is tried | tried | failed | seconds |", "|---|---|---:|---:|---:|"]
    for done in batteries:
        cells = (done.name, done.about["WHAT"], done.tried, len(done.failed), f"{done.seconds:.0f}")
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def failures(done: Done, seed: int) -> str:
    """Return the failures of a battery, those of one kind together, with what reproduces them."""
    lines = [f"\n{done.name}: python tests/trust {done.name} --seed {seed} --number {done.number}"]
    kinds: dict[str, list[dict[str, str]]] = {}
    for failed in done.failed:
        # Numbers and paths differ between failures of one kind.
        kind = re.sub(r"/\S+|\d+|'[^']*'", "…", f"{failed['what']}: {failed['failure']}")[:100]
        kinds.setdefault(kind, []).append(failed)
    for group in kinds.values():
        for failed in group[:MOST]:
            lines += [
                f"  {failed['what']}: {failed['input']}",
                f"      {' '.join(failed['failure'].split())[:400]}",
            ]
        if len(group) > MOST:
            lines.append(f"      … and {len(group) - MOST} more of this kind")
    return "\n".join(lines)


def main() -> int:
    """Run the batteries that are named, or all of them."""
    parser = argparse.ArgumentParser("python tests/trust", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of a battery: {', '.join(BATTERIES)}")
    parser.add_argument("--long", action="store_true", help="try many more")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--number", type=int, help="how many to try in each battery")
    parser.add_argument("--write", action="store_true", help=f"write the table into {PAGE.name}")
    args = parser.parse_args()
    if unknown := [name for name in args.names if name not in BATTERIES]:
        parser.error(f"there is no battery {unknown[0]!r}; there are: {', '.join(BATTERIES)}")
    names = args.names or BATTERIES
    folder = Path(tempfile.mkdtemp(prefix="trust-"))
    folder.chmod(0o755)  # for a user who has no home
    try:
        # Those that take longest begin first.
        with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as threads:
            going = [
                threads.submit(run, name, args.seed, args.number, args.long, folder)
                for name in sorted(names, key=BATTERIES.index)
            ]
            batteries = sorted((one.result() for one in going), key=lambda done: names.index(done.name))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table(batteries))
    for done in batteries:
        if done.failed:
            print(failures(done, args.seed))
    if args.write:
        before, _, rest = PAGE.read_text().partition(MARKS[0])
        _, _, after = rest.partition(MARKS[1])
        PAGE.write_text(f"{before}{MARKS[0]}\n\n{table(batteries)}\n\n{MARKS[1]}{after}")
    return int(any(done.failed for done in batteries))


if __name__ == "__main__":
    sys.exit(main())
