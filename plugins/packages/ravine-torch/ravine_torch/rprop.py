"""Rprop, as PyTorch has it."""

from dataclasses import dataclass

from ravine_torch._torch import TorchOptimizer


@dataclass(frozen=True)
class Rprop(TorchOptimizer, slots=("prev", "step_size")):
    r"""Rprop by PyTorch: every coordinate steps by the gradient's sign, as far as it has kept that sign.

    .. math:: s \leftarrow \min(\eta_+ s, s_{\max}) \ \text{ where } g' g > 0, \qquad
              s \leftarrow \max(\eta_- s, s_{\min}), \ g \leftarrow 0 \ \text{ where } g' g < 0, \qquad
              \theta \leftarrow \theta - s \odot \mathrm{sign}(g), \quad g' \leftarrow g

    Parameters
    ----------
    lr : float
        First length of every step s; nothing after that.
    etas : tuple of 2 floats
        η₋ below 1 and η₊ above 1, by which a length falls and rises.
    step_sizes : tuple of 2 floats
        Least and greatest length.

    References
    ----------
    Riedmiller and Braun 1993, A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP
    Algorithm; in the form of Igel and Hüsken 2003, Empirical evaluation of the improved Rprop learning
    algorithms, iRprop⁻.

    Notes
    -----
    A schedule changes nothing after the first update, and at lr 0 steps have the least length. Where the sign
    changes, a coordinate waits for one update; the paper of 1993 takes its last step back. It is meant for full
    gradients: the signs of batches contradict each other.
    """

    rule = "Rprop"

    lr: float = 0.01
    etas: tuple[float, float] = (0.5, 1.2)
    step_sizes: tuple[float, float] = (1e-6, 50.0)

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", step_sizes="[0, inf)")
        if not 0 < self.etas[0] < 1 < self.etas[1]:
            raise ValueError(f"Rprop: etas = {self.etas!r} do not lie on both sides of 1, above 0")
