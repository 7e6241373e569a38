"""Optimizers make the steps of other libraries and papers, and no published mistake would pass for one."""

import inspect
import sys

import pytest
from ravine import Optimizer, registry
from ravine.testing.references import rule
from ravine.testing.references.report import findings
from ravine.testing.references.source import AGREES, sources

OPTIMIZERS = [entry for entry in registry.load() if entry.kind == "optimizer" and entry.built_in]


@pytest.mark.parametrize("entry", OPTIMIZERS, ids=lambda entry: entry.name)
def test_an_optimizer_agrees_with_two_sources_and_differs_only_for_a_reason(entry):
    found = findings(entry)
    assert not [str(finding) for finding in found if not finding.expected]
    assert len({finding.source.version for finding in found if finding.agrees}) >= 2
    # What is told to differ does so in digits that are seen.
    assert all(max(finding.apart.values()) > 1e-9 for finding in found if not finding.agrees)


# Of each rule, mistakes that were published under its name, or that a hand makes: text of its file, and the mistake.
MISTAKES = {
    "sgd": [("-= lr * g", "-= lr * g * (1 + 1e-9)")],
    "momentum": [
        ("v -= lr * g", "v -= (1 - self.momentum) * lr * g"),  # dampened
        ("theta += v", "theta += self.momentum * v - lr * g"),
        ("v *= self.momentum", "v *= self.momentum if t > 1 else 0; v -= lr * g * (t == 1)"),
    ],
    "nesterov": [
        ("theta += self.momentum * v", "theta += v"),
        (
            "v -= lr * g\n        theta += self.momentum * v",
            "theta += self.momentum * v; v -= lr * g",
        ),  # the old v
        ("theta -= lr * g", "theta -= 0 * g"),
    ],
    "adagrad": [
        ("np.sqrt(h) + self.eps", "np.sqrt(h + self.eps)"),
        ("h += g * g", "h += abs(g)"),
        ("h += g * g", "h += g * g + 0.1 * (t == 1)"),
        ("theta -= lr * g / (np.sqrt(h) + self.eps)", "theta -= lr * g / (np.sqrt(h - g * g) + self.eps)"),
    ],
    "rmsprop": [
        ("np.sqrt(h) + self.eps", "np.sqrt(h + self.eps)"),
        ("(1 - self.decay) * g * g", "g * g"),
        ("np.sqrt(h) + self.eps", "np.sqrt(h / (1 - self.decay**t)) + self.eps"),
    ],
    "adam": [
        ("self.eps * root", "self.eps"),
        ("1 - self.beta2**t", "1 - self.beta2 ** (t + 1)"),
        ("(1 - self.beta1**t)", "1"),
        ("v += (1 - self.beta2) * g * g", "v += (1 - self.beta2) * m * m"),
    ],
    "adamw": [
        ("* place.decay", ""),  # biases too
        ("theta -= lr * self.weight_decay", "theta -= self.weight_decay"),
        (
            "theta -= lr * self.weight_decay * place.decay * theta\n",
            "g = g + self.weight_decay * place.decay * theta\n",
        ),
        ("lr * (m / (1 - self.beta1**t))", "lr * m"),
    ],
    "nadam": [
        ("0.96 ** (t * self.momentum_decay)", "0.96 ** t"),
        ("then / (1 - float(product) * then)", "then / (1 - float(product))"),
        ("(1 - now) / (1 - float(product))", "(1 - self.beta1) / (1 - float(product))"),
        ("product *= now", "product[...] = now"),
        ("0.5 * 0.96", "0.96"),
    ],
    "nadamw": [
        ("1 - self.beta1 ** (t + 1)", "1 - self.beta1**t"),  # one correction for both
        ("/ (1 - self.beta1**t) * g", "* g"),
        ("* place.decay", ""),
    ],
    "adamax": [
        ("abs(g) + self.eps, out=u", "abs(g), out=u"),
        ("u *= self.beta2", "u *= self.beta1"),
        ("theta -= lr / (1 - self.beta1**t) * m / u", "theta -= lr / (1 - self.beta1**t) * m / (u + self.eps)"),
        ("theta -= lr / (1 - self.beta1**t)", "theta -= lr * (1 - self.beta2**t) / (1 - self.beta1**t)"),
    ],
    "amsgrad": [
        ("np.maximum(largest, v, out=largest)", "np.maximum(largest, v / (1 - self.beta2**t), out=largest)"),
        ("largest / (1 - self.beta2**t)", "largest"),
        ("np.maximum(largest, v, out=largest)", "largest[...] = v"),
        ("np.maximum(largest, v, out=largest)", "np.maximum(largest, v, out=v)"),
    ],
    "adadelta": [
        (
            "u += (1 - self.rho) * delta * delta\n        theta -= lr * delta",
            "u += (1 - self.rho) * (lr * delta) ** 2\n        theta -= delta * 0.5",
        ),
        ("np.sqrt(u + self.eps) / np.sqrt(v + self.eps)", "(np.sqrt(u) + self.eps) / (np.sqrt(v) + self.eps)"),
        ("np.sqrt(u + self.eps)", "np.sqrt(v + self.eps)"),
        ("delta * delta", "g * g"),
    ],
    "radam": [
        ("length <= self.threshold", "length <= 4"),
        ("2 * t * self.beta2**t", "2 * self.beta2**t"),
        ("theta -= rate * m\n", "pass\n"),  # no step before
        ("theta -= rate * r**0.5 * m", "theta -= lr * r**0.5 * m"),
        ("2 / (1 - self.beta2) - 1", "2 / (1 - self.beta2)"),
    ],
    "rprop": [
        ("previous[...] = np.where(stays < 0, 0 * now, now)", "previous[...] = now"),
        ("theta -= lr * size * previous", "theta -= lr * size * now"),
        ("stays > 0, self.grows", "stays >= 0, self.grows"),
        ("stays = now * previous", "stays = 1.0 * (now == previous)"),
    ],
    "lion": [
        ("self.beta1 * m + (1 - self.beta1) * g", "self.beta2 * m + (1 - self.beta2) * g"),
        (
            "theta -= lr * np.sign(self.beta1 * m + (1 - self.beta1) * g)\n",
            "m_old = m.copy()\n        theta -= lr * np.sign(m + 0 * m_old + g * (t == 1))\n",
        ),
        ("m *= self.beta2", "m *= self.beta1"),
    ],
    "signum": [
        ("np.sign(m)", "np.sign(g)"),
        ("np.sign(m)", "m"),
        (
            "m += (1 - self.beta) * g\n        theta -= lr * np.sign(m)",
            "theta -= lr * np.sign(m)\n        m += (1 - self.beta) * g",
        ),
    ],
    "adabelief": [
        (" + self.eps\n", "\n"),  # not in s
        ("(g - m) ** 2", "g**2"),
        (
            "m *= self.beta1\n        m += (1 - self.beta1) * g\n        s *= self.beta2\n        s += (1 - self.beta2) * (g - m) ** 2 + self.eps",
            "s *= self.beta2\n        s += (1 - self.beta2) * (g - m) ** 2 + self.eps\n        m *= self.beta1\n        m += (1 - self.beta1) * g",
        ),
    ],
    "yogi": [
        ("np.sign(v - g * g)", "np.sign(g * g - v)"),
        ("np.sign(v - g * g) * g * g", "(v - g * g)"),  # Adam
        ('"m": np.zeros_like(theta)', '"m": np.full_like(theta, 1e-6)'),
        ("v / (1 - self.beta2**t)", "v"),
    ],
    "adan": [
        ("+ self.beta2 * v /", "+ (1 - self.beta2) * v /"),
        ("change = g - previous if t > 1 else 0 * g", "change = g - previous"),
        (
            "theta /= 1 + lr * self.weight_decay * place.decay",
            "theta *= 1 - lr * self.weight_decay * place.decay",
        ),
        ("(g + self.beta2 * change) ** 2", "g**2"),
        ("v += (1 - self.beta2) * (change - v)", "v += (1 - self.beta2) * (previous - g - v)"),
    ],
    "adopt": [
        ("v *= self.beta2\n        v += (1 - self.beta2) * g * g", "pass"),
        (
            "limit = (t - 1) ** 0.25\n",
            "v *= self.beta2; v += (1 - self.beta2) * g * g; limit = (t - 1) ** 0.25\n",
        ),  # v before use
        ("(t - 1) ** 0.25", "t**0.25"),
        (
            "np.clip(g / np.maximum(np.sqrt(v), self.eps), -limit, limit)",
            "g / np.maximum(np.sqrt(v), self.eps)",
        ),
        ("np.maximum(np.sqrt(v), self.eps)", "(np.sqrt(v) + self.eps)"),
    ],
    "ademamix": [
        ("alpha * m2", "alpha * m2 / (1 - beta3**t)"),
        ("part * self.alpha, math", "self.alpha, math"),
        (
            "math.exp(fast * slow / ((1 - part) * slow + part * fast))",
            "part * self.beta3 + (1 - part) * self.beta1",
        ),
        ("m1 / (1 - self.beta1**t)", "m1"),
    ],
    "adafactor": [
        ("state[0] / state[0].mean()", "state[0] / state[0].max()"),
        ("max(self.eps2, _rms(theta)) * ", ""),
        ("max(1.0, _rms(u) / self.d)", "1.0"),
        ("t**-self.decay", "(t + 1) ** -self.decay"),
        ("square = g * g + self.eps1", "square = g * g"),  # 0 / 0 where a row and a column are flat
    ],
    "lamb": [
        (
            "r += self.weight_decay * place.decay * theta\n",
            "theta *= 1 - lr * self.weight_decay * place.decay\n",
        ),
        ("size / length if", "min(size / length, 1.0) if"),
        ("m / (1 - self.beta1**t)", "m"),
        ("float(np.linalg.norm(r))", "float(np.linalg.norm(g))"),
    ],
    "lars": [
        ("length + decay * size", "length"),
        (
            "v += lr * local * (g + decay * theta)\n        theta -= v",
            "v += local * (g + decay * theta)\n        theta -= lr * v * 0.5",
        ),
        ("(g + decay * theta)", "g"),
        ("local = self.trust * size", "local = size"),
    ],
    "novograd": [
        ("v[...] = square if t == 1 else", "v[...] ="),
        (
            "m *= self.beta1",
            "m *= self.beta1; m += g / (square**0.5 + self.eps) if t == 1 and square > 0 else 0",
        ),  # twice at the start
        ("m += g /", "m += (1 - self.beta1) * g /"),
        ("square = float((g * g).sum())", "square = float((g * g).mean())"),
    ],
    "muon": [
        ("max(1, units / inputs) ** 0.5", "max(1, inputs / units) ** 0.5"),
        ("(2.0315 * A @ A - 4.775 * A) @ X", "(2.0315 * A - 4.775 * A @ A) @ X"),
        ("range(5)", "range(6)"),
        ("g + self.momentum * (b - g)", "b"),  # without Nesterov
        ("0.2 * max(inputs, units) ** 0.5", "max(1, units / inputs) ** 0.5"),
    ],
    "shampoo": [
        ("self._power(L, -1 / 4) @ G", "self._power(L, -1 / 2) @ G"),
        ("self._power(L, -1 / 2) @ g", "self._power(L, -1) @ g"),
        ("self.eps * np.eye(size)", "np.zeros((size, size))"),
        ("R += G.T @ G", "R[...] = G.T @ G"),
    ],
    "soap": [
        ("t - 1, lr, lambda m: Q_L", "t, lr, lambda m: Q_L"),
        ("Q[...] = np.linalg.qr(side @ Q).Q", "pass"),
        ("[:, ::-1]", ""),
        ("side += (1 - self.beta2) * (product - side)", "side += product"),
        ("(1 - self.beta2**t) ** 0.5 / (1 - self.beta1**t)", "1.0"),
    ],
    "schedule_free_sgd": [
        ("lr * (1 - self.beta * (1 - c)) * u", "lr * u"),
        ("return z + (theta - z) / self.beta", "return theta"),
        ("self.weight_decay * place.decay * theta", "self.weight_decay * place.decay * z"),
        ("float(largest) ** 2 / float(total)", "1 / (t + 1)"),
    ],
    "schedule_free_adamw": [
        ("v / (1 - self.beta2**t)", "v"),
        ("return z + (theta - z) / self.beta1", "return z"),
        ("* place.decay", ""),
        ("float(largest) ** 2 / float(total)", "1 / (t + 1)"),
    ],
    "prodigy": [
        ("d[...] = max(now, float(r) / norm)", "d[...] = float(r) / norm"),
        ("now * self.eps", "now * self.eps + 1e-6"),
        ("fades = float(d), self.beta2**0.5", "fades = float(d), self.beta2"),
        ("(first - theta)", "(theta - first)"),
        ("s += weight * g", "s += weight * abs(g)"),
    ],
}


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        pytest.param(name, *mistake, id=f"{name} {i}")
        for name, mistakes in MISTAKES.items()
        for i, mistake in enumerate(mistakes)
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_mistake_agrees_with_the_sources(name, right, wrong):
    entry = registry.load().entry("optimizer", name)
    module = sys.modules[entry.cls.__module__]
    text = inspect.getsource(module)
    assert text.count(right) == 1, "the text to put the mistake into has changed"
    written = {"__name__": module.__name__}
    exec(compile(text.replace(right, wrong), module.__file__, "exec"), written)
    mistaken = written[entry.cls.__name__]
    assert issubclass(mistaken, Optimizer)
    for source in sources(entry):
        if not source.differs and not _agrees(mistaken, source):
            return
    pytest.fail("every source agrees with it")


def _agrees(mistaken, source):
    apart = rule.differences(mistaken(**source.fields), source.numbers)
    return all(distance <= AGREES for distance in apart.values())


def test_every_rule_has_mistakes():
    assert MISTAKES.keys() == {entry.name for entry in OPTIMIZERS}
    assert sum(map(len, MISTAKES.values())) >= 100
