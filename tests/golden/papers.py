"""Rules as their papers write them, in fifty digits: a source where there is one library or none.

They are written from the papers, with sums and numbers only, and share nothing with ravine's components. A rule is
called with the name of an array, its shape, its numbers, those of its gradient, and the number of the step.
"""

from mpmath import eigsy, matrix, mp, mpf

mp.dps = 50


def signum(lr, beta):
    """Bernstein et al. 2018, Algorithm 2."""
    m = {}

    def step(name, shape, theta, g, t):
        m[name] = [beta * a + (1 - beta) * b for a, b in zip(m.get(name, [mpf(0)] * len(g)), g, strict=True)]
        return [x - lr * ((a > 0) - (a < 0)) for x, a in zip(theta, m[name], strict=True)]

    return step


def adamax(lr, beta1, beta2, eps):
    """Kingma and Ba 2015, Algorithm 2, with ε in the maximum."""
    m, u = {}, {}

    def step(name, shape, theta, g, t):
        zero = [mpf(0)] * len(g)
        m[name] = [beta1 * a + (1 - beta1) * b for a, b in zip(m.get(name, zero), g, strict=True)]
        u[name] = [max(beta2 * a, abs(b) + eps) for a, b in zip(u.get(name, zero), g, strict=True)]
        rate = lr / (1 - beta1**t)
        return [x - rate * a / b for x, a, b in zip(theta, m[name], u[name], strict=True)]

    return step


def amsgrad(lr, beta1, beta2, eps):
    """Reddi, Kale and Kumar 2018, Algorithm 2, with both averages corrected after the maximum."""
    m, v, top = {}, {}, {}

    def step(name, shape, theta, g, t):
        zero = [mpf(0)] * len(g)
        m[name] = [beta1 * a + (1 - beta1) * b for a, b in zip(m.get(name, zero), g, strict=True)]
        v[name] = [beta2 * a + (1 - beta2) * b**2 for a, b in zip(v.get(name, zero), g, strict=True)]
        top[name] = [max(a, b) for a, b in zip(top.get(name, zero), v[name], strict=True)]
        return [
            x - lr * (a / (1 - beta1**t)) / (mp.sqrt(b / (1 - beta2**t)) + eps)
            for x, a, b in zip(theta, m[name], top[name], strict=True)
        ]

    return step


def radam(lr, beta1, beta2, eps, threshold):
    """Liu et al. 2020, Algorithm 2, with ε beside the root of the corrected v."""
    m, v = {}, {}
    longest = 2 / (1 - mpf(beta2)) - 1

    def step(name, shape, theta, g, t):
        zero = [mpf(0)] * len(g)
        m[name] = [beta1 * a + (1 - mpf(beta1)) * b for a, b in zip(m.get(name, zero), g, strict=True)]
        v[name] = [beta2 * a + (1 - mpf(beta2)) * b**2 for a, b in zip(v.get(name, zero), g, strict=True)]
        m_hat = [a / (1 - mpf(beta1) ** t) for a in m[name]]
        rho = longest - 2 * t * mpf(beta2) ** t / (1 - mpf(beta2) ** t)
        if rho <= threshold:
            return [x - lr * a for x, a in zip(theta, m_hat, strict=True)]
        r = mp.sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))
        return [
            x - lr * r * a / (mp.sqrt(b / (1 - mpf(beta2) ** t)) + eps)
            for x, a, b in zip(theta, m_hat, v[name], strict=True)
        ]

    return step


def adopt(lr, beta1, beta2, eps):
    """Taniguchi et al. 2024, Algorithm 2 of the second version: the limit is t^(1/4)."""
    m, v = {}, {}

    def step(name, shape, theta, g, t):
        if t == 1:
            v[name], m[name] = [b**2 for b in g], [mpf(0)] * len(g)
            return theta
        limit = mpf(t - 1) ** mpf("0.25")
        clipped = [max(-limit, min(limit, b / max(mp.sqrt(a), eps))) for a, b in zip(v[name], g, strict=True)]
        m[name] = [beta1 * a + (1 - mpf(beta1)) * b for a, b in zip(m[name], clipped, strict=True)]
        v[name] = [beta2 * a + (1 - mpf(beta2)) * b**2 for a, b in zip(v[name], g, strict=True)]
        return [x - lr * a for x, a in zip(theta, m[name], strict=True)]

    return step


def ademamix(lr, beta1, beta2, beta3, alpha, eps, warm_up):
    """Pagliardini, Ablin and Grangier 2024, Algorithm 1; half-lives from the root of β^t = 1/2."""
    fast, slow, v = {}, {}, {}
    b1, b2, b3 = mpf(beta1), mpf(beta2), mpf(beta3)

    def step(name, shape, theta, g, t):
        part = min(mpf(1), mpf(t) / warm_up) if warm_up else mpf(1)
        lives = [mp.log(mpf("0.5")) / mp.log(b) for b in (b1, b3)]
        now = mpf("0.5") ** (1 / ((1 - part) * lives[0] + part * lives[1]))
        zero = [mpf(0)] * len(g)
        fast[name] = [b1 * a + (1 - b1) * b for a, b in zip(fast.get(name, zero), g, strict=True)]
        slow[name] = [now * a + (1 - now) * b for a, b in zip(slow.get(name, zero), g, strict=True)]
        v[name] = [b2 * a + (1 - b2) * b**2 for a, b in zip(v.get(name, zero), g, strict=True)]
        return [
            x - lr * (a / (1 - b1**t) + part * alpha * c) / (mp.sqrt(b / (1 - b2**t)) + eps)
            for x, a, c, b in zip(theta, fast[name], slow[name], v[name], strict=True)
        ]

    return step


def novograd(lr, beta1, beta2, eps, weight_decay):
    """Ginsburg et al. 2019, Algorithm 1; only arrays with two axes decay."""
    m, v = {}, {}

    def step(name, shape, theta, g, t):
        square = sum(b**2 for b in g)
        decay = mpf(weight_decay) if len(shape) > 1 else mpf(0)
        v[name] = square if t == 1 else beta2 * v[name] + (1 - mpf(beta2)) * square
        now = [b / (mp.sqrt(v[name]) + eps) + decay * x for x, b in zip(theta, g, strict=True)]
        m[name] = now if t == 1 else [beta1 * a + b for a, b in zip(m[name], now, strict=True)]
        return [x - lr * a for x, a in zip(theta, m[name], strict=True)]

    return step


def lars(lr, momentum, trust, weight_decay):
    """You, Gitman and Ginsburg 2017, Algorithm 1; only arrays with two axes decay."""
    v = {}

    def step(name, shape, theta, g, t):
        decay = mpf(weight_decay) if len(shape) > 1 else mpf(0)
        size, length = (mp.sqrt(sum(a**2 for a in array)) for array in (theta, g))
        local = trust * size / (length + decay * size) if size and length else mpf(1)
        zero = [mpf(0)] * len(g)
        v[name] = [
            momentum * a + lr * local * (b + decay * x)
            for a, b, x in zip(v.get(name, zero), g, theta, strict=True)
        ]
        return [x - a for x, a in zip(theta, v[name], strict=True)]

    return step


def lamb(lr, beta1, beta2, eps, weight_decay):
    """You et al. 2020, Algorithm 2, with φ the identity; only arrays with two axes decay."""
    m, v = {}, {}
    b1, b2 = mpf(beta1), mpf(beta2)

    def step(name, shape, theta, g, t):
        decay = mpf(weight_decay) if len(shape) > 1 else mpf(0)
        zero = [mpf(0)] * len(g)
        m[name] = [b1 * a + (1 - b1) * b for a, b in zip(m.get(name, zero), g, strict=True)]
        v[name] = [b2 * a + (1 - b2) * b**2 for a, b in zip(v.get(name, zero), g, strict=True)]
        r = [
            a / (1 - b1**t) / (mp.sqrt(b / (1 - b2**t)) + eps) + decay * x
            for x, a, b in zip(theta, m[name], v[name], strict=True)
        ]
        size, length = (mp.sqrt(sum(a**2 for a in array)) for array in (theta, r))
        ratio = size / length if size and length else mpf(1)
        return [x - lr * ratio * a for x, a in zip(theta, r, strict=True)]

    return step


def adafactor(lr, decay, eps1, eps2, d):
    """Shazeer and Stern 2018, Algorithm 4 with the sums of rows and columns, and Algorithm 5 for vectors."""
    rows, columns, v = {}, {}, {}

    def step(name, shape, theta, g, t):
        new = mpf(t) ** -mpf(decay)
        square = [b**2 + eps1 for b in g]
        if len(shape) == 1:
            zero = [mpf(0)] * len(g)
            v[name] = [(1 - new) * a + new * b for a, b in zip(v.get(name, zero), square, strict=True)]
            u = [b / mp.sqrt(a) for a, b in zip(v[name], g, strict=True)]
        else:
            n, k = shape
            by_row = [sum(square[i * k + j] for j in range(k)) for i in range(n)]
            by_column = [sum(square[i * k + j] for i in range(n)) for j in range(k)]
            R = rows.get(name, [mpf(0)] * n)
            C = columns.get(name, [mpf(0)] * k)
            rows[name] = R = [(1 - new) * a + new * b for a, b in zip(R, by_row, strict=True)]
            columns[name] = C = [(1 - new) * a + new * b for a, b in zip(C, by_column, strict=True)]
            u = [g[i * k + j] / mp.sqrt(R[i] * C[j] / sum(R)) for i in range(n) for j in range(k)]
        rms_u, rms_theta = (mp.sqrt(sum(a**2 for a in array) / len(array)) for array in (u, theta))
        alpha = max(mpf(eps2), rms_theta) * min(mpf(lr), 1 / mp.sqrt(t))
        return [x - alpha * a / max(mpf(1), rms_u / d) for x, a in zip(theta, u, strict=True)]

    return step


def _power(symmetric, exponent):
    values, vectors = eigsy(symmetric)
    diagonal = matrix(len(values), len(values))
    for i, value in enumerate(values):
        diagonal[i, i] = value**exponent
    return vectors * diagonal * vectors.T


def shampoo(lr, eps):
    """Gupta, Koren and Singer 2018, Algorithm 1, and Algorithm 2 for tensors of order one."""
    left, right = {}, {}

    def step(name, shape, theta, g, t):
        n, k = shape if len(shape) > 1 else (*shape, 1)
        G, W = matrix(n, k), matrix(n, k)
        for i in range(n):
            for j in range(k):
                G[i, j], W[i, j] = g[i * k + j], theta[i * k + j]
        left[name] = left.get(name, eps * mp.eye(n)) + G * G.T
        if len(shape) == 1:
            W = W - lr * (_power(left[name], mpf(-1) / 2) * G)
        else:
            right[name] = right.get(name, eps * mp.eye(k)) + G.T * G
            W = W - lr * (_power(left[name], mpf(-1) / 4) * G * _power(right[name], mpf(-1) / 4))
        return [W[i, j] for i in range(n) for j in range(k)]

    return step


def nadamw(lr, beta1, beta2, eps, weight_decay):
    """Dozat 2016, Algorithm 2 with a constant μ, and the decay of Loshchilov and Hutter 2019, Algorithm 2."""
    m, v = {}, {}
    b1, b2 = mpf(beta1), mpf(beta2)

    def step(name, shape, theta, g, t):
        decay = mpf(weight_decay) if len(shape) > 1 else mpf(0)
        zero = [mpf(0)] * len(g)
        m[name] = [b1 * a + (1 - b1) * b for a, b in zip(m.get(name, zero), g, strict=True)]
        v[name] = [b2 * a + (1 - b2) * b**2 for a, b in zip(v.get(name, zero), g, strict=True)]
        return [
            x
            - lr * decay * x
            - lr
            * (b1 * a / (1 - b1 ** (t + 1)) + (1 - b1) * b / (1 - b1**t))
            / (mp.sqrt(c / (1 - b2**t)) + eps)
            for x, a, b, c in zip(theta, m[name], g, v[name], strict=True)
        ]

    return step


def rprop(lr):
    """Igel and Hüsken 2003, iRprop⁻, with the limits 1e-4 lr and 5000 lr."""
    size, before = {}, {}

    def step(name, shape, theta, g, t):
        deltas, old = size.get(name, [mpf(lr)] * len(g)), before.get(name, [mpf(0)] * len(g))
        new, kept, moved = [], [], []
        for x, delta, a, b in zip(theta, deltas, old, g, strict=True):
            if a * b > 0:
                delta = min(delta * mpf("1.2"), mpf(5000) * lr)
            elif a * b < 0:
                delta, b = max(delta / 2, mpf(lr) / 10000), mpf(0)
            new.append(delta)
            kept.append(b)
            moved.append(x - delta * ((b > 0) - (b < 0)))
        size[name], before[name] = new, kept
        return moved

    return step


def yogi(lr, beta1, beta2, eps, v0):
    """Zaheer et al. 2018, Algorithm 2, with both averages corrected for their start."""
    m, v = {}, {}
    b1, b2 = mpf(beta1), mpf(beta2)

    def step(name, shape, theta, g, t):
        zero, first = [mpf(0)] * len(g), [mpf(v0)] * len(g)
        m[name] = [b1 * a + (1 - b1) * b for a, b in zip(m.get(name, zero), g, strict=True)]
        v[name] = [
            a - (1 - b2) * ((a > b**2) - (a < b**2)) * b**2 for a, b in zip(v.get(name, first), g, strict=True)
        ]
        return [
            x - lr * (a / (1 - b1**t)) / (mp.sqrt(b / (1 - b2**t)) + eps)
            for x, a, b in zip(theta, m[name], v[name], strict=True)
        ]

    return step


def _matrix(numbers, shape):
    made = matrix(*shape)
    for i in range(shape[0]):
        for j in range(shape[1]):
            made[i, j] = numbers[i * shape[1] + j]
    return made


def _list(made):
    return [made[i, j] for i in range(made.rows) for j in range(made.cols)]


def muon(lr, momentum, added):
    """Jordan et al. 2024, for matrices; their last axis counts the units. Other arrays stay.

    What is added to a norm is 1e-7 in the author's code.
    """
    velocity = {}

    def step(name, shape, theta, g, t):
        if len(shape) == 1:
            return theta
        G, W = _matrix(g, shape), _matrix(theta, shape)
        velocity[name] = V = momentum * velocity.get(name, 0 * G) + (1 - mpf(momentum)) * G
        X = (1 - mpf(momentum)) * G + momentum * V
        X = X / (mp.sqrt(sum(a**2 for a in _list(X))) + mpf(added))
        for _ in range(5):
            A = X * X.T
            X = mpf("3.4445") * X + (mpf("-4.7750") * A + mpf("2.0315") * (A * A)) * X
        return _list(W - lr * mp.sqrt(max(mpf(1), mpf(shape[1]) / shape[0])) * X)

    return step


def soap(lr, beta1, beta2, eps, every):
    """Vyas et al. 2024, Algorithms 3 and 4, for matrices; a first gradient makes the basis. Other arrays stay."""
    held = {}
    b1, b2 = mpf(beta1), mpf(beta2)

    def basis(symmetric):
        values, vectors = eigsy(symmetric)
        order = sorted(range(len(values)), key=lambda i: -values[i])
        made = matrix(vectors.rows, vectors.cols)
        for new, old in enumerate(order):
            for i in range(vectors.rows):
                made[i, new] = vectors[i, old]
        return made

    def step(name, shape, theta, g, t):
        if len(shape) == 1:
            return theta
        G, W = _matrix(g, shape), _matrix(theta, shape)
        if t == 1:
            L, R = (1 - b2) * G * G.T, (1 - b2) * G.T * G
            held[name] = [0 * G, 0 * G, L, R, basis(L), basis(R)]
            return theta
        M, V, L, R, QL, QR = held[name]
        M = b1 * M + (1 - b1) * G
        turned = QL.T * G * QR
        V = b2 * V + (1 - b2) * _matrix([a**2 for a in _list(turned)], shape)
        N = QL.T * M * QR
        N = _matrix([a / (mp.sqrt(b) + eps) for a, b in zip(_list(N), _list(V), strict=True)], shape)
        rate = lr * mp.sqrt(1 - b2 ** (t - 1)) / (1 - b1 ** (t - 1))
        W = W - rate * (QL * N * QR.T)
        L, R = b2 * L + (1 - b2) * G * G.T, b2 * R + (1 - b2) * G.T * G
        if (t - 1) % every == 0:
            QL, QR = mp.qr(L * QL)[0], mp.qr(R * QR)[0]
        held[name] = [M, V, L, R, QL, QR]
        return _list(W)

    return step
