"""Layers: sound ones, and copies of them with one mistake each."""

from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from numpy.random import RandomState
from ravine import Composite, Layer, ParameterSpec

# ---- sound ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dense(Layer):
    """A weighted sum of all inputs for every unit.

    .. math:: y = x W + b

    Parameters
    ----------
    units : int
        Number of outputs.
    """

    units: int = 3

    def __post_init__(self):
        self.require(units="[1, inf)")

    def parameters(self, in_shape):
        (n_in,) = in_shape
        return {
            "W": ParameterSpec((n_in, self.units), fan_in=n_in, fan_out=self.units, decay=True),
            "b": ParameterSpec((self.units,), fill=0.0),
        }

    def out_shape(self, in_shape):
        if len(in_shape) != 1:
            raise ValueError(f"takes vectors, got {in_shape}")
        return (self.units,)

    def forward(self, x, p, *, training, rng):
        def backward(dy, need_dx=True):
            p.grad.W[...] = x.T @ dy
            p.grad.b[...] = dy.sum(axis=0)
            return dy @ p.W.T if need_dx else None

        return x @ p.W + p.b, backward


@dataclass(frozen=True)
class Bend(Layer):
    r"""A smooth step.

    .. math:: y = \tanh x
    """

    def forward(self, x, p, *, training, rng):
        y = np.tanh(x)
        return y, lambda dy, need_dx=True: dy * (1 - y * y)


@dataclass(frozen=True)
class Hiss(Layer):
    """Noise that every number is multiplied by while training.

    References
    ----------
    Srivastava et al. 2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting, section 10.

    Parameters
    ----------
    width : float
        Standard deviation of the noise.
    """

    width: float = 0.1

    def __post_init__(self):
        self.require(width="[0, inf)")

    def forward(self, x, p, *, training, rng):
        if not training:
            return x, lambda dy, need_dx=True: dy
        noise = (1 + self.width * rng.standard_normal(x.shape)).astype(x.dtype)
        return x * noise, lambda dy, need_dx=True: dy * noise


@dataclass(frozen=True)
class Centre(Layer):
    r"""A batch whose mean is taken away, and examples whose running mean is.

    .. math:: y = x - \bar x
    """

    def buffers(self, in_shape):
        return {"mean": ParameterSpec(in_shape, fill=0.0)}

    def forward(self, x, p, *, training, rng):
        if not training:
            return x - p.mean, lambda dy, need_dx=True: dy
        mean = x.mean(axis=0)
        p.mean += 0.1 * (mean - p.mean)
        return x - mean, lambda dy, need_dx=True: dy - dy.mean(axis=0)


@dataclass(frozen=True)
class Standardise(Layer):
    r"""A batch with mean 0 and variance 1, and examples by the running ones.

    .. math:: y = (x - \mu) / \sqrt{\sigma^2 + \epsilon}
    """

    min_batch = 2

    def buffers(self, in_shape):
        return {"mean": ParameterSpec(in_shape, fill=0.0), "var": ParameterSpec(in_shape, fill=1.0)}

    def learn(self, p, mean, var):
        p.mean += 0.01 * (mean - p.mean)
        p.var += 0.01 * (var - p.var)

    def judge(self, x, p):
        s = (p.var + 1e-5) ** 0.5
        return (x - p.mean) / s, lambda dy, need_dx=True: dy / s

    def forward(self, x, p, *, training, rng):
        if not training or len(x) == 1:
            return self.judge(x, p)
        mean, var = x.mean(axis=0), x.var(axis=0)
        self.learn(p, mean, var)
        s = (var + 1e-5) ** 0.5
        y = (x - mean) / s
        return y, lambda dy, need_dx=True: (dy - dy.mean(axis=0) - y * (dy * y).mean(axis=0)) / s


@dataclass(frozen=True)
class Unbiased(Standardise):
    r"""A batch with mean 0 and variance 1, and examples by the running ones, as estimated for all examples.

    .. math:: y = (x - \mu) / \sqrt{\sigma^2 n / (n - 1) + \epsilon}
    """

    def forward(self, x, p, *, training, rng):
        y, back = super().forward(x, p, training=training, rng=rng)
        if training and len(x) > 1:
            p.var += 0.01 * x.var(axis=0) / (len(x) - 1)
        return y, back


@dataclass(frozen=True)
class AverageOfAll(Centre):
    r"""A batch whose mean is taken away, and examples whose mean over all batches so far is.

    .. math:: y = x - \bar x
    """

    def buffers(self, in_shape):
        return super().buffers(in_shape) | {"batches": ParameterSpec((1,), fill=0.0)}

    def forward(self, x, p, *, training, rng):
        if not training:
            return x - p.mean, lambda dy, need_dx=True: dy
        mean = x.mean(axis=0)
        p.batches += 1
        p.mean += (mean - p.mean) / p.batches
        return x - mean, lambda dy, need_dx=True: dy - dy.mean(axis=0)


@dataclass(frozen=True)
class Largest(Layer):
    r"""Examples divided by the largest number that was ever seen.

    .. math:: y = x / \max |x|
    """

    def buffers(self, in_shape):
        return {"top": ParameterSpec((1,), fill=1.0)}

    def forward(self, x, p, *, training, rng):
        top = p.top.copy()
        if training:
            np.maximum(p.top, abs(x).max(), out=p.top)
        return x / top, lambda dy, need_dx=True: dy / top


@dataclass(frozen=True)
class Spectral(Layer):
    r"""A weight divided by its largest singular value, as far as power iteration knows it.

    .. math:: y = x W / |W u|
    """

    def parameters(self, in_shape):
        (n,) = in_shape
        return {"W": ParameterSpec((n, 3), fan_in=n, fan_out=3, decay=True)}

    def buffers(self, in_shape):
        return {"u": ParameterSpec((3,), fill=1.0)}

    def out_shape(self, in_shape):
        if len(in_shape) != 1:
            raise ValueError(f"takes vectors, got {in_shape}")
        return (3,)

    def forward(self, x, p, *, training, rng):
        u = p.u / (p.u @ p.u) ** 0.5
        v = p.W @ u
        norm = (v @ v) ** 0.5
        v, y = v / norm, x @ p.W / norm
        if training:
            p.u[...] = p.W.T @ v

        def backward(dy, need_dx=True):
            p.grad.W[...] = x.T @ dy / norm - (dy * y).sum() / norm * np.outer(v, u)
            return dy @ p.W.T / norm

        return y, backward


@dataclass(frozen=True)
class Filter(Layer):
    """An image filtered, with zeros round it, so that it stays as large.

    .. math:: y = x * W

    Parameters
    ----------
    size : int
        Height and width of the filter, odd.
    """

    size: int = 3

    def __post_init__(self):
        self.require(size="[1, inf)")

    def parameters(self, in_shape):
        channels, _, _ = in_shape
        shape = (4, channels, self.size, self.size)
        fan_in, fan_out = channels * self.size**2, 4 * self.size**2
        return {"W": ParameterSpec(shape, fan_in=fan_in, fan_out=fan_out, decay=True)}

    def out_shape(self, in_shape):
        if len(in_shape) != 3:
            raise ValueError(f"takes images, channels first, got {in_shape}")
        return (4, *in_shape[1:])

    def forward(self, x, p, *, training, rng):
        r = self.size // 2

        def windows(image):
            padded = np.pad(image, ((0, 0), (0, 0), (r, r), (r, r)))
            return np.lib.stride_tricks.sliding_window_view(padded, (self.size, self.size), axis=(2, 3))

        seen = windows(x)

        def backward(dy, need_dx=True):
            p.grad.W[...] = np.einsum("bohw,bchwij->ocij", dy, seen)
            return np.einsum("bohwij,ocij->bchw", windows(dy), p.W[:, :, ::-1, ::-1])

        return np.einsum("bchwij,ocij->bohw", seen, p.W), backward


@dataclass(frozen=True)
class Bottleneck(Layer):
    """Two weights one after the other, the first with few units.

    .. math:: y = x A B
    """

    def parameters(self, in_shape):
        (n,) = in_shape
        return {
            "A": ParameterSpec((n, 2), fan_in=n, fan_out=2, decay=True),
            "B": ParameterSpec((2, n), fan_in=2, fan_out=n, decay=True),
        }

    def out_shape(self, in_shape):
        if len(in_shape) != 1:
            raise ValueError(f"takes vectors, got {in_shape}")
        return in_shape

    def forward(self, x, p, *, training, rng):
        h = x @ p.A

        def backward(dy, need_dx=True):
            dh = dy @ p.B.T
            p.grad.A[...], p.grad.B[...] = x.T @ dh, h.T @ dy
            return dh @ p.A.T

        return h @ p.B, backward


SOUND = [
    Dense(),
    Bend(),
    Hiss(),
    Centre(),
    Standardise(),
    Unbiased(),
    AverageOfAll(),
    Largest(),
    Spectral(),
    Filter(),
    Filter(size=11),
    Bottleneck(),
]

# ---- gradients -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ForgetsTheSquare(Bend):
    """Differentiates the wrong way: 1 - y instead of 1 - y²."""

    def forward(self, x, p, *, training, rng):
        y = np.tanh(x)
        return y, lambda dy, need_dx=True: dy * (1 - y)


@dataclass(frozen=True)
class ForgetsTheMean(Centre):
    """Goes back as if the mean of the batch did not depend on its examples."""

    def forward(self, x, p, *, training, rng):
        y, _ = super().forward(x, p, training=training, rng=rng)
        return y, lambda dy, need_dx=True: dy


@dataclass(frozen=True)
class AveragesOverTheBatch(Dense):
    """Divides gradients by the batch's size, which the loss has done already."""

    def forward(self, x, p, *, training, rng):
        def backward(dy, need_dx=True):
            p.grad.W[...] = x.T @ dy / len(x)
            p.grad.b[...] = dy.mean(axis=0)
            return dy @ p.W.T

        return x @ p.W + p.b, backward


@dataclass(frozen=True)
class TransposesWrongly(Dense):
    """Fills the gradient of W row by row with that of its transpose."""

    def forward(self, x, p, *, training, rng):
        def backward(dy, need_dx=True):
            p.grad.W[...] = (dy.T @ x).reshape(p.W.shape)
            p.grad.b[...] = dy.sum(axis=0)
            return dy @ p.W.T

        return x @ p.W + p.b, backward


@dataclass(frozen=True)
class BacksThroughNoiseOnly(Hiss):
    """Scales when judged, and forgets it on the way back."""

    def forward(self, x, p, *, training, rng):
        if not training:
            return 0.9 * x, lambda dy, need_dx=True: dy
        return super().forward(x, p, training=training, rng=rng)


@dataclass(frozen=True)
class Accumulates(Dense):
    """Adds to the gradients, as if somebody set them to 0."""

    def forward(self, x, p, *, training, rng):
        def backward(dy, need_dx=True):
            p.grad.W[...] += x.T @ dy
            p.grad.b[...] += dy.sum(axis=0)
            return dy @ p.W.T

        return x @ p.W + p.b, backward


@dataclass(frozen=True)
class ForgetsInSomeBatches(Dense):
    """Leaves the gradients as they are in the few batches that it does not use them for."""

    def forward(self, x, p, *, training, rng):
        used = not training or rng.random() > 0.2

        def backward(dy, need_dx=True):
            if used:
                p.grad.W[...] = x.T @ dy
                p.grad.b[...] = dy.sum(axis=0)
            return dy @ p.W.T if used else 0 * x

        y = x @ p.W + p.b
        return (y if used else 0 * y), backward


@dataclass(frozen=True)
class ForgetsTheBias(Dense):
    """Never writes the gradient of b."""

    def forward(self, x, p, *, training, rng):
        def backward(dy, need_dx=True):
            p.grad.W[...] = x.T @ dy
            return dy @ p.W.T

        return x @ p.W + p.b, backward


@dataclass(frozen=True)
class ReturnsTooEarly(Dense):
    """Leaves before the gradients are written where nobody needs that of x."""

    def forward(self, x, p, *, training, rng):
        y, back = super().forward(x, p, training=training, rng=rng)
        return y, lambda dy, need_dx=True: back(dy) if need_dx else None


@dataclass(frozen=True)
class CachesItsInput(Dense):
    """Keeps the last input in p, whichever batch is going back."""

    def forward(self, x, p, *, training, rng):
        p.x = x

        def backward(dy, need_dx=True):
            p.grad.W[...] = p.x.T @ dy
            p.grad.b[...] = dy.sum(axis=0)
            return dy @ p.W.T

        return x @ p.W + p.b, backward


# ---- arrays --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SaysAnotherShape(Dense):
    """Flattens in forward, and has forgotten to say so."""

    def out_shape(self, in_shape):
        return (*super().out_shape(in_shape), 1)


@dataclass(frozen=True)
class FlatBackwards(Bend):
    """Returns the gradient of an image as a vector."""

    def forward(self, x, p, *, training, rng):
        y = np.tanh(x)
        return y, lambda dy, need_dx=True: (dy * (1 - y * y)).reshape(len(x), -1, 1)


@dataclass(frozen=True)
class FirstFive(Bend):
    """Keeps the features that there were where it was written."""

    def forward(self, x, p, *, training, rng):
        y = np.tanh(x[:, :5])
        return y, lambda dy, need_dx=True: dy * (1 - y * y)


@dataclass(frozen=True)
class Turns(Bend):
    """Gives images with rows and columns in each other's place."""

    def out_shape(self, in_shape):
        if len(in_shape) != 3:
            raise ValueError(f"takes images, got {in_shape}")
        return in_shape

    def forward(self, x, p, *, training, rng):
        y = np.tanh(x).swapaxes(2, 3)
        return y, lambda dy, need_dx=True: (dy * (1 - y * y)).swapaxes(2, 3)


@dataclass(frozen=True)
class ForgetsToReturn(Dense):
    """Writes the gradients of its parameters, and returns nothing."""

    def forward(self, x, p, *, training, rng):
        def backward(dy, need_dx=True):
            p.grad.W[...] = x.T @ dy
            p.grad.b[...] = dy.sum(axis=0)

        return x @ p.W + p.b, backward


@dataclass(frozen=True)
class LiftsByANumber(Bend):
    """Divides by a root of NumPy's, which is float64."""

    def forward(self, x, p, *, training, rng):
        scale = 1 / np.sqrt(2.0)
        return scale * x, lambda dy, need_dx=True: scale * dy


@dataclass(frozen=True)
class LiftsByNoise(Hiss):
    """Draws float64 noise for a float32 batch."""

    def forward(self, x, p, *, training, rng):
        if not training:
            return x, lambda dy, need_dx=True: dy
        noise = 1 + self.width * rng.standard_normal(x.shape)
        return x * noise, lambda dy, need_dx=True: dy * noise


@dataclass(frozen=True)
class OverwritesItsInput(Bend):
    """Saves an array by computing in that of the layer before."""

    def forward(self, x, p, *, training, rng):
        np.tanh(x, out=x)
        return x, lambda dy, need_dx=True: dy * (1 - x * x)


@dataclass(frozen=True)
class OverwritesDy(Layer):
    r"""Cuts negative numbers off, and dy in place, as the book's code does.

    .. math:: y = \max(0, x)
    """

    def forward(self, x, p, *, training, rng):
        mask = x <= 0

        def backward(dy, need_dx=True):
            dy[mask] = 0
            return dy

        return np.where(mask, x.dtype.type(0), x), backward


@dataclass(frozen=True)
class TrainsItself(Dense):
    """Makes a step of its own on the way back."""

    def forward(self, x, p, *, training, rng):
        y, back = super().forward(x, p, training=training, rng=rng)

        def backward(dy, need_dx=True):
            dx = back(dy, need_dx)
            p.W[...] -= 0.01 * p.grad.W
            return dx

        return y, backward


@dataclass(frozen=True)
class RebindsItsGradient(Dense):
    """Gives p.grad a new array, which no optimizer sees."""

    def forward(self, x, p, *, training, rng):
        def backward(dy, need_dx=True):
            p.grad.W = x.T @ dy
            p.grad.b[...] = dy.sum(axis=0)
            return dy @ p.W.T

        return x @ p.W + p.b, backward


@dataclass(frozen=True)
class RebindsItsMean(Centre):
    """Gives p a new running mean, which no checkpoint holds."""

    def forward(self, x, p, *, training, rng):
        if training:
            p.mean = 0.9 * p.mean + 0.1 * x.mean(axis=0)
        mean = x.mean(axis=0) if training else p.mean
        return x - mean, lambda dy, need_dx=True: dy - dy.mean(axis=0) if training else dy


@dataclass(frozen=True)
class WritesIntoACopy(Bend):
    """Writes into ravel() of an array that is laid out as the input is."""

    def forward(self, x, p, *, training, rng):
        y = np.tanh(x)

        def backward(dy, need_dx=True):
            dx = np.zeros_like(x)
            dx.ravel()[:] = (dy * (1 - y * y)).ravel()
            return dx

        return y, backward


# ---- chance, and being judged --------------------------------------------------------------------------------


@dataclass(frozen=True)
class GlobalHiss(Hiss):
    """Draws from NumPy's global stream."""

    def forward(self, x, p, *, training, rng):
        return super().forward(x, p, training=training, rng=np.random)


@dataclass(frozen=True)
class SeededHiss(Hiss):
    """Draws the same noise for every batch of every run."""

    def forward(self, x, p, *, training, rng):
        return super().forward(x, p, training=training, rng=np.random.default_rng(0))


@dataclass(frozen=True)
class FreshHiss(Hiss):
    """Draws noise that no seed governs."""

    def forward(self, x, p, *, training, rng):
        return super().forward(x, p, training=training, rng=np.random.default_rng())


@dataclass(frozen=True)
class LegacyHiss(Hiss):
    """Draws from a generator of the old kind, imported by its name, that no seed governs."""

    def forward(self, x, p, *, training, rng):
        return super().forward(x, p, training=training, rng=RandomState() if training else rng)


@dataclass(frozen=True)
class PythonsHiss(Hiss):
    """Multiplies the noise by what a generator of Python's standard library draws."""

    def forward(self, x, p, *, training, rng):
        if not training:
            return x, lambda dy, need_dx=True: dy
        noise = np.full(x.shape, 1 + self.width * Random().gauss(0, 1), x.dtype)
        return x * noise, lambda dy, need_dx=True: dy * noise


@dataclass(frozen=True)
class AlwaysHisses(Hiss):
    """Draws noise when judged too."""

    def forward(self, x, p, *, training, rng):
        return super().forward(x, p, training=True, rng=rng)


@dataclass(frozen=True)
class LearnsWhenJudged(Centre):
    """Moves its running mean in every forward pass."""

    def forward(self, x, p, *, training, rng):
        y, back = super().forward(x, p, training=training, rng=rng)
        if not training:
            p.mean += 0.1 * (x.mean(axis=0) - p.mean)
        return y, back


@dataclass(frozen=True)
class CountsItsJudgements(Dense):
    """Warms up: what it gives depends on how often it was asked."""

    asked = []

    def forward(self, x, p, *, training, rng):
        self.asked.append(training)
        y, back = super().forward(x, p, training=training, rng=rng)
        return y * (1 - 0.5 ** len(self.asked)), back


@dataclass(frozen=True)
class AlwaysByTheBatch(Centre):
    """Takes the mean of the batch when judged too."""

    def forward(self, x, p, *, training, rng):
        mean = x.mean(axis=0)
        if training:
            p.mean += 0.1 * (mean - p.mean)
        return x - mean, lambda dy, need_dx=True: dy - dy.mean(axis=0)


@dataclass(frozen=True)
class ForgetsToScale(Layer):
    r"""Drops a fifth of the numbers, and makes up for it neither while training nor when judged.

    .. math:: y = m \odot x
    """

    def forward(self, x, p, *, training, rng):
        if not training:
            return x, lambda dy, need_dx=True: dy
        mask = rng.random(x.shape) >= 0.2
        return x * mask, lambda dy, need_dx=True: dy * mask


@dataclass(frozen=True)
class ForgetsItsMean(Centre):
    """Computes the running mean, and drops it."""

    def forward(self, x, p, *, training, rng):
        if not training:
            return x - p.mean, lambda dy, need_dx=True: dy
        mean = x.mean(axis=0)
        running = p.mean
        running = 0.9 * running + 0.1 * mean
        return x - mean, lambda dy, need_dx=True: dy - dy.mean(axis=0)


@dataclass(frozen=True)
class ForgetsItsVariance(Standardise):
    """Learns the mean, and leaves the variance as it is."""

    def learn(self, p, mean, var):
        p.mean += 0.01 * (mean - p.mean)


@dataclass(frozen=True)
class NeverLooksAtItsVariance(Standardise):
    """Judges by the running mean, and takes the variance for 1."""

    def judge(self, x, p):
        return x - p.mean, lambda dy, need_dx=True: dy


@dataclass(frozen=True)
class JudgesByTheBatch(Standardise):
    """Learns running statistics, and judges by those of the batch."""

    def judge(self, x, p):
        s = (x.var(axis=0) + 1e-5) ** 0.5
        y = (x - x.mean(axis=0)) / s
        return y, lambda dy, need_dx=True: (dy - dy.mean(axis=0) - y * (dy * y).mean(axis=0)) / s


@dataclass(frozen=True)
class DividesByTheVariance(Standardise):
    """Forgets the root when it judges."""

    def judge(self, x, p):
        s = p.var + 1e-5
        return (x - p.mean) / s, lambda dy, need_dx=True: dy / s


@dataclass(frozen=True)
class KeepsTheDeviation(Standardise):
    """Learns the standard deviation under the name of the variance."""

    def learn(self, p, mean, var):
        super().learn(p, mean, var**0.5)


@dataclass(frozen=True)
class LearnsAway(Standardise):
    """Moves its running statistics away from those of the batch."""

    def learn(self, p, mean, var):
        p.mean -= 0.01 * (mean - p.mean)
        p.var += 0.01 * (var - p.var)


@dataclass(frozen=True)
class AddsUp(Standardise):
    """Adds a share of every batch, and takes none of the past away."""

    def learn(self, p, mean, var):
        p.mean += 0.01 * mean
        p.var += 0.01 * (var - p.var)


@dataclass(frozen=True)
class SwapsItsMomentum(Standardise):
    """Keeps a hundredth of the past instead of taking in a hundredth of the batch."""

    def learn(self, p, mean, var):
        p.mean += 0.99 * (mean - p.mean)
        p.var += 0.99 * (var - p.var)


@dataclass(frozen=True)
class LearnsFromOne(Standardise):
    """Takes the variance of one example, 0, for that of all."""

    def forward(self, x, p, *, training, rng):
        y, back = super().forward(x, p, training=training, rng=rng)
        if training and len(x) == 1:
            self.learn(p, x[0], 0.0)
        return y, back


@dataclass(frozen=True)
class HidesThatItNeedsTwo(Standardise):
    """Learns nothing from one example, and does not say so."""

    min_batch = 1


@dataclass(frozen=True)
class CachesInItself(Bend):
    """Gets round frozen to keep its output."""

    def forward(self, x, p, *, training, rng):
        object.__setattr__(self, "_y", np.tanh(x))
        return self._y, lambda dy, need_dx=True: dy * (1 - self._y * self._y)


# ---- inputs --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NeedsABatch(Layer):
    r"""Divides by a spread over the batch, which one example does not have.

    .. math:: y = x / s
    """

    def buffers(self, in_shape):
        return {"var": ParameterSpec(in_shape, fill=1.0)}

    def forward(self, x, p, *, training, rng):
        if not training:
            return x / np.sqrt(p.var), lambda dy, need_dx=True: dy / np.sqrt(p.var)
        mean = x.mean(axis=0)
        var = np.square(x - mean).sum(axis=0) / (len(x) - 1)
        p.var += 0.1 * (var - p.var)
        s, n = np.sqrt(var), len(x)
        return x / s, lambda dy, need_dx=True: dy / s - (x - mean) * (dy * x).sum(axis=0) / s**3 / (n - 1)


@dataclass(frozen=True)
class Overflows(Layer):
    r"""Is written as in the textbook, with a power that overflows.

    .. math:: y = \log(1 + e^x)
    """

    def forward(self, x, p, *, training, rng):
        e = np.exp(x)
        return np.log(1 + e), lambda dy, need_dx=True: dy * e / (1 + e)


@dataclass(frozen=True)
class Unpacks(Dense):
    """Leaves the refusal to Python, whose text does not help."""

    def out_shape(self, in_shape):
        (_,) = in_shape
        return (self.units,)


@dataclass(frozen=True)
class LooksBeyondTheEnd(Bend):
    """Takes images, and reads an axis that vectors do not have."""

    def out_shape(self, in_shape):
        return (in_shape[0], in_shape[1], in_shape[2])


@dataclass(frozen=True)
class AcceptsEverything(Dense):
    """Refuses shapes only when its parameters are declared."""

    def out_shape(self, in_shape):
        return (self.units,)


@dataclass(frozen=True)
class ImagesOnly(Layer):
    r"""Scales channels, and refuses nothing: its parameters fall over vectors.

    .. math:: y_c = s_c x_c
    """

    def parameters(self, in_shape):
        channels, _, _ = in_shape
        return {"scale": ParameterSpec((channels, 1, 1), fill=1.0)}

    def forward(self, x, p, *, training, rng):
        def backward(dy, need_dx=True):
            p.grad.scale[...] = (dy * x).sum(axis=(0, 2, 3))[:, None, None]
            return dy * p.scale

        return x * p.scale, backward


# ---- declarations --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TwoOfOneName(Centre):
    """Has a parameter and a buffer of one name."""

    def parameters(self, in_shape):
        return {"mean": ParameterSpec(in_shape, fill=0.0)}


@dataclass(frozen=True)
class DottedName(Centre):
    """Calls an array by a name that p cannot have."""

    def parameters(self, in_shape):
        return {"scale.0": ParameterSpec(in_shape, fill=1.0)}


@dataclass(frozen=True)
class NeverDecays(Dense):
    """Forgets decay, and regularizers pass it by."""

    def parameters(self, in_shape):
        return super().parameters(in_shape) | {
            "W": ParameterSpec((*in_shape, self.units), *in_shape, self.units)
        }


@dataclass(frozen=True)
class SwapsFans(Dense):
    """Takes the number of units for the number of inputs."""

    def parameters(self, in_shape):
        (n_in,) = in_shape
        W = ParameterSpec((n_in, self.units), fan_in=self.units, fan_out=n_in, decay=True)
        return super().parameters(in_shape) | {"W": W}


@dataclass(frozen=True)
class CountsTheWeight(Dense):
    """Takes all numbers of the weight for the inputs of one unit."""

    def parameters(self, in_shape):
        (n_in,) = in_shape
        W = ParameterSpec((n_in, self.units), fan_in=n_in * self.units, fan_out=self.units, decay=True)
        return super().parameters(in_shape) | {"W": W}


@dataclass(frozen=True)
class CountsChannelsOnly(Filter):
    """Forgets that a unit sees several pixels of a channel."""

    def parameters(self, in_shape):
        W = ParameterSpec((4, in_shape[0], self.size, self.size), fan_in=in_shape[0], fan_out=36, decay=True)
        return {"W": W}


@dataclass(frozen=True)
class FeedsOnePixel(Filter):
    """Forgets that an input feeds several pixels of a channel."""

    def parameters(self, in_shape):
        fan_in = in_shape[0] * self.size**2
        W = ParameterSpec((4, in_shape[0], self.size, self.size), fan_in=fan_in, fan_out=4, decay=True)
        return {"W": W}


@dataclass(frozen=True)
class ForgetsTheWayBack(Bend):
    """Returns its output alone."""

    def forward(self, x, p, *, training, rng):
        return super().forward(x, p, training=training, rng=rng)[0]


@dataclass(frozen=True)
class CountsItsOutputs(Bend):
    """Says how many outputs it has, and not their shape."""

    def out_shape(self, in_shape):
        return in_shape[0]


@dataclass(frozen=True)
class NumbersItsArrays(Bend):
    """Counts its arrays instead of naming them."""

    def buffers(self, in_shape):
        return {1: ParameterSpec(in_shape, fill=0.0)}


# ---- composites, penalties, whole numbers and gradients that are not derivatives -----------------------------


@dataclass(frozen=True)
class Skip(Composite):
    """A branch beside the input.

    .. math:: y = x + F(x)

    Parameters
    ----------
    layers : tuple
        The layers of the branch.
    """

    layers: tuple[Any, ...] = ({"name": "affine", "units": 7}, "tanh")

    def parts(self):
        return {"branch": self.layers}

    def joined(self, in_shape, shapes):
        if shapes["branch"] != in_shape:
            raise ValueError(f"takes {in_shape} and its branch gives {shapes['branch']}")
        return in_shape

    def forward(self, x, p, *, training, rng):
        y, back = p.branch(x)
        return x + y, lambda dy, need_dx=True: dy + back(dy)


@dataclass(frozen=True)
class StochasticDepth(Skip):
    """A branch that some batches do not go through, Huang et al. 2016.

    .. math:: y = x + b F(x), b = 0 or 1
    """

    def forward(self, x, p, *, training, rng):
        if training and rng.random() < 0.4:
            return x, lambda dy, need_dx=True: dy
        y, back = p.branch(x)
        kept = 1.0 if training else 0.6
        return x + kept * y, lambda dy, need_dx=True: dy + back(kept * dy)


@dataclass(frozen=True)
class TwiceInSomeBatches(Skip):
    """Goes through its branch again in a few batches.

    .. math:: y = x + F(x)
    """

    def forward(self, x, p, *, training, rng):
        if training and rng.random() < 0.2:
            p.branch(x)
        y, back = p.branch(x)
        return x + y, lambda dy, need_dx=True: dy + back(dy)


@dataclass(frozen=True)
class LosesTheInput(Skip):
    """Gives only the gradient of the branch back.

    .. math:: y = x + F(x)
    """

    def forward(self, x, p, *, training, rng):
        y, back = p.branch(x)
        return x + y, lambda dy, need_dx=True: back(dy)


@dataclass(frozen=True)
class LeavesTheBranchOut(Skip):
    """Does not use its branch.

    .. math:: y = 2 x
    """

    layers: tuple = ("tanh",)

    def forward(self, x, p, *, training, rng):
        return x + x, lambda dy, need_dx=True: dy + dy


@dataclass(frozen=True)
class TwiceThrough(Skip):
    """Shares its branch between two places, whose gradients overwrite each other.

    .. math:: y = F(F(x))
    """

    def forward(self, x, p, *, training, rng):
        y, back = p.branch(x)
        z, back_again = p.branch(y)
        return z, lambda dy, need_dx=True: back(back_again(dy))


@dataclass(frozen=True)
class StandsBeside(Skip):
    """Puts the branch beside the input, and says that it adds it.

    .. math:: y = (x, F(x))
    """

    def forward(self, x, p, *, training, rng):
        y, back = p.branch(x)
        n = x.shape[-1]
        return np.concatenate([x, y], axis=-1), lambda dy, need_dx=True: dy[..., :n] + back(dy[..., n:])


@dataclass(frozen=True)
class Pays(Layer):
    r"""Pays for large outputs.

    .. math:: L \leftarrow L + \sum x^2 / n
    """

    def forward(self, x, p, *, training, rng):
        n = len(x) if training else np.inf
        return x, lambda dy, need_dx=True: dy + 2 * x / n, float((x * x).sum() / len(x))


@dataclass(frozen=True)
class PaysForEveryone(Pays):
    r"""Sums over the batch, while the gradient is that of the mean.

    .. math:: L \leftarrow L + \sum x^2 / n
    """

    def forward(self, x, p, *, training, rng):
        y, backward, penalty = super().forward(x, p, training=training, rng=rng)
        return y, backward, penalty * len(x)


@dataclass(frozen=True)
class PaysTheSum(Pays):
    r"""Sums over the batch, and its derivative is that of the sum.

    .. math:: L \leftarrow L + \sum x^2
    """

    def forward(self, x, p, *, training, rng):
        n = 1 if training else np.inf
        return x, lambda dy, need_dx=True: dy + 2 * x / n, float((x * x).sum())


@dataclass(frozen=True)
class PaysWhenJudged(Pays):
    r"""Adds the derivative of its penalty in evaluation too, where there is no penalty.

    .. math:: L \leftarrow L + \sum x^2 / n
    """

    def forward(self, x, p, *, training, rng):
        return super().forward(x, p, training=True, rng=rng)


@dataclass(frozen=True)
class Words(Layer):
    """A vector for every whole number.

    .. math:: y = W_x
    """

    @property
    def vocabulary(self):
        return 5

    def parameters(self, in_shape):
        return {"W": ParameterSpec((5, 3), fan_in=1, fan_out=3, decay=True)}

    def out_shape(self, in_shape):
        return (*in_shape, 3)

    def forward(self, x, p, *, training, rng):
        def backward(dy, need_dx=True):
            p.grad.W[...] = 0
            np.add.at(p.grad.W, x, dy)

        return p.W[x], backward


@dataclass(frozen=True)
class CountsAWordOnce(Words):
    """Adds the gradient of a word that occurs twice only once.

    .. math:: y = W_x
    """

    def forward(self, x, p, *, training, rng):
        def backward(dy, need_dx=True):
            p.grad.W[...] = 0
            p.grad.W[x] += dy

        return p.W[x], backward


@dataclass(frozen=True)
class RemembersWords(Words):
    """Leaves the gradients of words that do not occur as they were.

    .. math:: y = W_x
    """

    def forward(self, x, p, *, training, rng):
        def backward(dy, need_dx=True):
            p.grad.W[np.unique(x)] = 0
            np.add.at(p.grad.W, x, dy)

        return p.W[x], backward


@dataclass(frozen=True)
class Signs(Layer):
    r"""The sign, with the gradient of the identity.

    .. math:: y = \operatorname{sign} x
    """

    input_gradient = "straight_through"

    def forward(self, x, p, *, training, rng):
        return np.sign(x), lambda dy, need_dx=True: dy


@dataclass(frozen=True)
class SignsWithin(Signs):
    r"""Cuts the gradient off outside of [-1, 1], and says that it does not.

    .. math:: y = \operatorname{sign} x
    """

    def forward(self, x, p, *, training, rng):
        return np.sign(x), lambda dy, need_dx=True: dy * (abs(x) <= 1)


@dataclass(frozen=True)
class LeaksBack(Layer):
    """Says that it stops the gradient, and lets it pass.

    .. math:: y = x
    """

    input_gradient = "zero"

    def forward(self, x, p, *, training, rng):
        return x, lambda dy, need_dx=True: dy


SOUND += [Skip(), StochasticDepth(), Pays(), Words(), Signs()]


MUTANTS = [
    (LosesTheInput(), "gradient_of_the_input"),
    (PaysForEveryone(), "gradient_of_the_input"),
    (PaysTheSum(), "asks_for_the_mean_of_its_penalty"),
    (PaysWhenJudged(), "gradients_when_judged"),
    (SignsWithin(), "gradient_of_the_input"),
    (LeaksBack(), "gradient_of_the_input"),
    (CountsAWordOnce(), "gradients_of_parameters"),
    (RemembersWords(), "overwrites_gradients"),
    (StandsBeside(), "gives_the_shape_it_says"),
    (LeavesTheBranchOut(), "goes_through_every_part_once"),
    (TwiceThrough(), "goes_through_every_part_once"),
    (TwiceInSomeBatches(), "goes_through_every_part_once"),
    (ForgetsTheSquare(), "gradient_of_the_input"),
    (ForgetsTheMean(), "gradient_of_the_input"),
    (AveragesOverTheBatch(), "gradients_of_parameters"),
    (TransposesWrongly(), "gradients_of_parameters"),
    (BacksThroughNoiseOnly(), "gradients_when_judged"),
    (Accumulates(), "overwrites_gradients"),
    (ForgetsInSomeBatches(), "overwrites_gradients"),
    (ForgetsTheBias(), "overwrites_gradients"),
    (ReturnsTooEarly(), "goes_back_without_dx"),
    (CachesItsInput(), "keeps_no_batch"),
    (SaysAnotherShape(), "gives_the_shape_it_says"),
    (FlatBackwards(), "gives_the_shape_it_says", (4, 3)),
    (FirstFive(), "gives_the_shape_it_says"),
    (Turns(), "gives_the_shape_it_says"),
    (ForgetsToReturn(), "gives_the_shape_it_says"),
    (ForgetsTheWayBack(), "gives_the_shape_it_says"),
    (CountsItsOutputs(), "gives_the_shape_it_says"),
    (LiftsByANumber(), "keeps_its_type"),
    (LiftsByNoise(), "keeps_its_type"),
    (OverwritesItsInput(), "spares_its_input"),
    (OverwritesDy(), "spares_the_gradient_it_is_given"),
    (TrainsItself(), "leaves_parameters_alone"),
    (RebindsItsGradient(), "keeps_its_names"),
    (RebindsItsMean(), "keeps_its_names"),
    (WritesIntoACopy(), "takes_any_layout"),
    (GlobalHiss(), "draws_from_its_rng_only"),
    (SeededHiss(), "draws_from_its_rng_only"),
    (FreshHiss(), "repeats_itself"),
    (LegacyHiss(), "draws_from_its_rng_only"),
    (PythonsHiss(), "draws_from_its_rng_only"),
    (AlwaysHisses(), "judges_without_chance"),
    (LearnsWhenJudged(), "judging_changes_nothing"),
    (CountsItsJudgements(), "judging_changes_nothing"),
    (AlwaysByTheBatch(), "judges_every_example_alone"),
    (ForgetsToScale(), "judges_by_the_mean_of_its_noise"),
    (ForgetsItsMean(), "writes_every_buffer"),
    (ForgetsItsVariance(), "writes_every_buffer"),
    (NeverLooksAtItsVariance(), "uses_every_buffer"),
    (JudgesByTheBatch(), "uses_every_buffer"),
    (JudgesByTheBatch(), "judges_every_example_alone"),
    (DividesByTheVariance(), "judges_by_what_it_learned"),
    (KeepsTheDeviation(), "judges_by_what_it_learned"),
    (LearnsAway(), "judges_by_what_it_learned"),
    (AddsUp(), "judges_by_what_it_learned"),
    (SwapsItsMomentum(), "remembers_more_than_the_last_batch"),
    (LearnsFromOne(), "is_not_spoiled_by_one_example"),
    (HidesThatItNeedsTwo(), "says_how_many_examples_it_needs"),
    (CachesInItself(), "keeps_nothing_in_itself"),
    (NeedsABatch(), "takes_batches_of_any_size"),
    (Overflows(), "survives_large_inputs"),
    (Unpacks(), "says_which_shapes_it_takes"),
    (LooksBeyondTheEnd(), "says_which_shapes_it_takes"),
    (AcceptsEverything(), "works_on_shapes_it_accepts"),
    (ImagesOnly(), "works_on_shapes_it_accepts"),
    (TwoOfOneName(), "declares_names"),
    (DottedName(), "declares_names"),
    (NumbersItsArrays(), "declares_names"),
    (NeverDecays(), "lets_weights_decay"),
    (SwapsFans(), "declares_fans"),
    (CountsTheWeight(), "declares_fans"),
    (CountsChannelsOnly(), "declares_fans"),
    (FeedsOnePixel(), "declares_fans"),
]
