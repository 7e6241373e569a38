"""The page on composing: its part of a configuration, and each mistake with the words that answer it."""

import re
from pathlib import Path

import pytest
from documentation import ROOT, blocks, named_file

PAGE = ROOT / "docs" / "compose.md"
ROWS = re.findall(r"^\| (file: )?`([^`]+)` \| (.+?) \|$", PAGE.read_text(), re.MULTILINE)


def test_the_table_has_rows():
    assert len(ROWS) == 19
    assert sum(bool(file) for file, *_ in ROWS) == 7


@pytest.mark.parametrize(("file", "typed", "says"), ROWS, ids=[typed for _, typed, _ in ROWS])
def test_a_mistake_is_answered_as_the_page_says(ravine_here, file, typed, says):
    if file:
        folder = Path("mine/experiment")
        folder.mkdir(parents=True)
        has_package = "" if typed.startswith("question") else "# @package _global_\n"
        chooses = (
            "" if "defaults" in typed or "problem:" in typed else "defaults: [override /problem: ravine]\n"
        )
        (folder / "wrong.yaml").write_text(f"{has_package}{chooses}{typed}\n")
        done = ravine_here("-m", "--config-dir", "mine", "experiment=wrong", "optimizer.lr=0.1,0.2")
    elif typed == "experiment=valley":
        for kind, text in blocks(PAGE):
            if kind == "yaml":
                path = named_file(text)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        done = ravine_here("--config-dir", "mine", typed)
    else:
        words = typed.split() if "=" in typed and not typed.startswith("--") else typed.split(" ")
        done = ravine_here("problem=ravine", *words)
    assert done.returncode == 2, done.stdout
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_part_of_the_configuration_is_what_the_command_prints(ravine_here):
    (part,) = [text for kind, text in blocks(PAGE) if kind == "text"]
    assert part in ravine_here("--cfg", "job", "problem=ravine", "optimizer=adam").stdout
