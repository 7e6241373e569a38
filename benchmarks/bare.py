"""The least that a Hydra app can be: one setting, and a job that does nothing."""

from __future__ import annotations

import sys
from pathlib import Path

_APP = """
import hydra


@hydra.main(version_base="1.3", config_path=".", config_name="config")
def job(cfg):
    pass


job()
"""


def write(folder: Path) -> list[str]:
    """Write the app into a folder; return the command that starts it."""
    (folder / "app.py").write_text(_APP)
    (folder / "config.yaml").write_text("seed: 0\n")
    return [sys.executable, str(folder / "app.py")]
