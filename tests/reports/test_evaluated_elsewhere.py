"""Pictures of runs that are evaluated at other parameters than those that learn say so."""

import pytest
from matplotlib.figure import FigureBase

DATA = ["dataset=gaussian", "dataset.samples=50", "network.hidden=[5]", "figures=[loss_curves]"]


@pytest.fixture
def below(monkeypatch):
    """The texts that are written below pictures."""
    texts, write = [], FigureBase.text

    def watched(picture, x, y=None, s=None, **how):
        texts.append(s)
        return write(picture, x, y=y, s=s, **how)

    monkeypatch.setattr(FigureBase, "text", watched)
    return texts


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([*DATA, "transform=[],[swa],[cautious,ema]"], "swa, ema: evaluated at their own "),
        (["problem=sphere", "transform=[],[lookahead]"], "lookahead: evaluated at its own parameters; "),
        ([*DATA, "transform=[],[cautious]"], "ravine figures runs/s"),
    ],
)
def test_a_line_below_says_whose_parameters_are_evaluated(ravine_here, below, words, says):
    done = ravine_here("-m", *words, "training.steps=8", "study=s")
    assert done.returncode == 0, done.stderr
    signed = [text for text in below if "ravine figures" in text]
    assert signed
    for text in signed:
        *more, command = text.splitlines()
        assert text.startswith(says)
        assert command == "ravine figures runs/s"
        said = " parameters; losses and paths by step are those of the parameters that learn"
        assert [line.partition(" own")[2] for line in more] == [said] * (says != command)
