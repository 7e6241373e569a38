"""What a command imports and composes before it answers; nobody waits for what is not used."""

import subprocess
import sys

import pytest
from hydra._internal.config_repository import CachingConfigRepository, ConfigRepository


@pytest.mark.parametrize(
    ("words", "unused"),
    [
        (["list"], ["hydra", "omegaconf", "ravine.records.run", "ravine.engine"]),
        (
            ["--help"],
            ["ravine.execution.cluster", "ravine.evidence", "ravine.plans.search", "ravine.cli.launch"],
        ),
    ],
)
def test_a_command_that_only_shows_imports_little(words, unused):
    script = (
        "import sys; from ravine.cli.main import main; status = main(sys.argv[1:]); "
        f"sys.exit(status or ', '.join(sorted({set(unused)} & set(sys.modules))) or None)"
    )
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_copies_the_sources_to_compose_and_not_for_every_group(ravine_here, monkeypatch):
    """Hydra copies them for each question about a group; there are thirty groups."""
    made = []
    before = CachingConfigRepository.__init__
    monkeypatch.setattr(
        CachingConfigRepository, "__init__", lambda self, of: made.append(of) or before(self, of)
    )
    done = ravine_here("--help")
    assert "optimizer: " in done.stdout
    assert len(made) == 1


def test_a_sweep_reads_every_file_once(ravine_here, monkeypatch):
    """Each job's optimizer is another, so each is composed; the files are those of all."""
    read = []
    before = ConfigRepository.load_config
    monkeypatch.setattr(
        ConfigRepository,
        "load_config",
        lambda self, config_path: read.append(config_path) or before(self, config_path),
    )
    done = ravine_here("-m", "optimizer=sgd,momentum,adam", "problem=ravine", "training.steps=2", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "config" in read
    assert len(read) == len(set(read))
