"""What each optimizer is compared with: the call, ravine's fields, and where conventions part, why."""

M = "MASK"  # which arrays decay, for Optax
MATRICES = ("W", "V")
DOUBLE = {"only": MATRICES, "turned": True, "in_float64": True}
MILD = ("quadratic", "rosenbrock")  # without numbers from 1e-8 to 1e6 in one matrix

BOTH = {"lr": 0.0625, "momentum": 0.875}


def adam_like(lr=0.0625, b1=0.9, b2=0.99, eps=1e-8):
    return {"lr": lr, "beta1": b1, "beta2": b2, "eps": eps}


AB = "betas=(0.9, 0.99)"
OB = "b1=0.9, b2=0.99"
KB = "beta_1=0.9, beta_2=0.99"
INSIDE = "ε is added to v before the root"
HAT = "ε is added to the root of v before its correction: the paper's ε̂, which is larger at first"

SOURCES = {
    "sgd": [
        ("torch.optim.SGD(lr=0.0625)", {"lr": 0.0625}),
        ("optax.sgd(learning_rate=0.0625)", {"lr": 0.0625}),
        ("keras.optimizers.SGD(learning_rate=0.0625)", {"lr": 0.0625}),
    ],
    "momentum": [
        ("torch.optim.SGD(lr=0.0625, momentum=0.875)", BOTH),
        ("optax.sgd(learning_rate=0.0625, momentum=0.875)", BOTH),
        ("keras.optimizers.SGD(learning_rate=0.0625, momentum=0.875)", BOTH),
        (
            "torch.optim.SGD(lr=0.0625, momentum=0.875, dampening=0.875)",
            BOTH,
            "dampening: v takes a part of g, but the first all of it",
        ),
    ],
    "nesterov": [
        ("torch.optim.SGD(lr=0.0625, momentum=0.875, nesterov=True)", BOTH),
        ("optax.sgd(learning_rate=0.0625, momentum=0.875, nesterov=True)", BOTH),
        ("keras.optimizers.SGD(learning_rate=0.0625, momentum=0.875, nesterov=True)", BOTH),
    ],
    "adagrad": [
        ("torch.optim.Adagrad(lr=0.125, eps=1e-7)", {"lr": 0.125, "eps": 1e-7}),
        (
            "optax.adagrad(learning_rate=0.125, initial_accumulator_value=0.0, eps=NO_EPS)",
            {"lr": 0.125, "eps": 1e-300},
        ),
        (
            "keras.optimizers.Adagrad(learning_rate=0.125, initial_accumulator_value=0.0, epsilon=NO_EPS)",
            {"lr": 0.125, "eps": 1e-300},
        ),
        (
            "optax.adagrad(learning_rate=0.125)",
            {"lr": 0.125, "eps": 1e-7},
            "the sum of squares starts at 0.1, and ε is inside the root",
        ),
        (
            "keras.optimizers.Adagrad(learning_rate=0.125)",
            {"lr": 0.125, "eps": 1e-7},
            "the sum of squares starts at 0.1, and ε is inside the root",
        ),
    ],
    "rmsprop": [
        ("torch.optim.RMSprop(lr=0.0625, alpha=0.9, eps=1e-7)", {"lr": 0.0625, "decay": 0.9, "eps": 1e-7}),
        (
            "optax.rmsprop(learning_rate=0.0625, decay=0.9, eps=1e-7, eps_in_sqrt=False)",
            {"lr": 0.0625, "decay": 0.9, "eps": 1e-7},
        ),
        (
            "keras.optimizers.RMSprop(learning_rate=0.0625, rho=0.9, epsilon=NO_EPS)",
            {"lr": 0.0625, "decay": 0.9, "eps": 1e-300},
        ),
        (
            "keras.optimizers.RMSprop(learning_rate=0.0625, rho=0.9, epsilon=1e-7)",
            {"lr": 0.0625, "decay": 0.9, "eps": 1e-7},
            INSIDE,
        ),
        (
            "optax.rmsprop(learning_rate=0.0625, decay=0.9, eps=1e-7)",
            {"lr": 0.0625, "decay": 0.9, "eps": 1e-7},
            INSIDE,
        ),
        (
            "torch.optim.RMSprop(lr=0.0625, alpha=0.9, eps=1e-7, centered=True)",
            {"lr": 0.0625, "decay": 0.9, "eps": 1e-7},
            "centred: the square of the mean is taken from the mean square",
        ),
    ],
    "adam": [
        (f"torch.optim.Adam(lr=0.0625, {AB})", adam_like()),
        (f"optax.adam(learning_rate=0.0625, {OB})", adam_like()),
        (f"keras.optimizers.Adam(learning_rate=0.0625, {KB}, epsilon=NO_EPS)", adam_like(eps=1e-300)),
        (f"keras.optimizers.Adam(learning_rate=0.0625, {KB}, epsilon=1e-8)", adam_like(), HAT),
    ],
    "adamw": [
        (
            f"torch.optim.AdamW(lr=0.0625, {AB})",
            adam_like() | {"weight_decay": 0.25},
            "",
            {"weight_decay": 0.25},
        ),
        (
            f"optax.adamw(learning_rate=0.0625, {OB}, weight_decay=0.25, mask={M!r})",
            adam_like() | {"weight_decay": 0.25},
        ),
        (
            f"keras.optimizers.AdamW(learning_rate=0.0625, {KB}, weight_decay=0.25, epsilon=NO_EPS)",
            adam_like(eps=1e-300) | {"weight_decay": 0.25},
        ),
        (
            f"keras.optimizers.AdamW(learning_rate=0.0625, {KB}, weight_decay=0.25, epsilon=1e-8)",
            adam_like() | {"weight_decay": 0.25},
            HAT,
        ),
        (
            f"torch.optim.Adam(lr=0.0625, {AB})",
            adam_like() | {"weight_decay": 0.25},
            "decay is part of the gradient, as with regularizer=l2",
            {"weight_decay": 0.25},
        ),
    ],
    "nadam": [
        (f"torch.optim.NAdam(lr=0.0625, {AB})", adam_like() | {"momentum_decay": 0.004}),
        (
            f"keras.optimizers.Nadam(learning_rate=0.0625, {KB}, epsilon=1e-8)",
            adam_like() | {"momentum_decay": 1.0},
        ),
        (
            f"keras.optimizers.Nadam(learning_rate=0.0625, {KB}, epsilon=1e-8)",
            adam_like() | {"momentum_decay": 0.004},
            "the momentum grows 250 times as fast: momentum_decay=1",
        ),
        (
            f"optax.nadam(learning_rate=0.0625, {OB})",
            adam_like() | {"momentum_decay": 0.004},
            "the momentum is constant, as in nadamw",
        ),
    ],
    "nadamw": [
        (
            f"optax.nadamw(learning_rate=0.0625, {OB}, weight_decay=0.25, mask={M!r})",
            adam_like() | {"weight_decay": 0.25},
        ),
        (
            f"timm.optim.nadamw.NAdamW(lr=0.0625, {AB}, foreach=False)",
            adam_like() | {"weight_decay": 0.25},
            "both parts of m̂ have one correction, 1 / (1 - β₁^t)",
            {"weight_decay": 0.25},
        ),
        (
            "papers.nadamw(lr=0.0625, beta1=0.9, beta2=0.99, eps=1e-8, weight_decay=0.25)",
            adam_like() | {"weight_decay": 0.25},
        ),
        (
            f"torch.optim.NAdam(lr=0.0625, {AB}, decoupled_weight_decay=True)",
            adam_like() | {"weight_decay": 0.25},
            "the momentum grows, as in nadam",
            {"weight_decay": 0.25},
        ),
    ],
    "adamax": [
        (f"torch.optim.Adamax(lr=0.0625, {AB}, eps=1e-8)", adam_like()),
        (f"optax.adamax(learning_rate=0.0625, {OB}, eps=1e-8)", adam_like()),
        ("papers.adamax(lr=0.0625, beta1=0.9, beta2=0.99, eps=1e-8)", adam_like()),
        (
            f"keras.optimizers.Adamax(learning_rate=0.0625, {KB}, epsilon=1e-8)",
            adam_like(),
            "ε is added to u, not in the maximum",
        ),
    ],
    "amsgrad": [
        (f"torch.optim.Adam(lr=0.0625, {AB}, amsgrad=True)", adam_like()),
        ("papers.amsgrad(lr=0.0625, beta1=0.9, beta2=0.99, eps=1e-8)", adam_like()),
        (
            f"keras.optimizers.Adam(learning_rate=0.0625, {KB}, epsilon=NO_EPS, amsgrad=True)",
            adam_like(eps=1e-300),
        ),
        (f"optax.amsgrad(learning_rate=0.0625, {OB})", adam_like(), "the maximum is of the corrected v"),
    ],
    "adadelta": [
        ("torch.optim.Adadelta(lr=1.0, rho=0.9, eps=1e-3)", {"rho": 0.9, "eps": 1e-3}),
        ("optax.adadelta(learning_rate=1.0, rho=0.9, eps=1e-3)", {"rho": 0.9, "eps": 1e-3}),
        ("keras.optimizers.Adadelta(learning_rate=1.0, rho=0.9, epsilon=1e-3)", {"rho": 0.9, "eps": 1e-3}),
    ],
    "radam": [
        (f"optax.radam(learning_rate=0.0625, {OB})", adam_like() | {"threshold": 5.0}),
        (
            "papers.radam(lr=0.0625, beta1=0.9, beta2=0.99, eps=1e-8, threshold=5.0)",
            adam_like() | {"threshold": 5.0},
        ),
        (f"torch.optim.RAdam(lr=0.0625, {AB}, eps=NO_EPS)", adam_like(eps=1e-300) | {"threshold": 5.0}),
        (f"torch.optim.RAdam(lr=0.0625, {AB}, eps=1e-8)", adam_like() | {"threshold": 5.0}, HAT),
        (
            "papers.radam(lr=0.0625, beta1=0.9, beta2=0.99, eps=1e-8, threshold=4.0)",
            adam_like() | {"threshold": 5.0},
            "the threshold is 4",
        ),
    ],
    "rprop": [
        ("torch.optim.Rprop(lr=0.0625, step_sizes=(0.0625 * 1e-4, 0.0625 * 5000))", {"lr": 0.0625}),
        (
            "optax.rprop(learning_rate=0.0625, min_step_size=0.0625 * 1e-4, max_step_size=0.0625 * 5000)",
            {"lr": 0.0625},
            "a step is made one update late: what is returned is the update before",
        ),
        ("papers.rprop(lr=0.0625)", {"lr": 0.0625}),
    ],
    "lion": [
        ("optax.lion(learning_rate=0.0625, b1=0.9, b2=0.99, weight_decay=0.0)", {"lr": 0.0625}),
        ("lion_pytorch.Lion(lr=0.0625, betas=(0.9, 0.99))", {"lr": 0.0625}),
        ("keras.optimizers.Lion(learning_rate=0.0625, beta_1=0.9, beta_2=0.99)", {"lr": 0.0625}),
        (
            f"optax.lion(learning_rate=0.0625, b1=0.9, b2=0.99, weight_decay=0.25, mask={M!r})",
            {"lr": 0.0625},
            "a decay of its own; here it is regularizer=decoupled_l2",
        ),
    ],
    "signum": [
        ("optax.signum(learning_rate=0.0625, beta=0.9)", {"lr": 0.0625, "beta": 0.9}),
        ("papers.signum(lr=0.0625, beta=0.9)", {"lr": 0.0625, "beta": 0.9}),
        ("pytorch_optimizer.SignSGD(lr=0.0625, momentum=0.9)", {"lr": 0.0625, "beta": 0.9}),
    ],
    "adabelief": [
        (f"optax.adabelief(learning_rate=0.0625, {OB}, eps=1e-8, eps_root=1e-8)", adam_like()),
        (
            f"adabelief_pytorch.AdaBelief(lr=0.0625, {AB}, eps=1e-8, rectify=False, weight_decouple=False, print_change_log=False)",
            adam_like(),
        ),
        (
            f"adabelief_pytorch.AdaBelief(lr=0.0625, {AB}, eps=1e-8, weight_decouple=False, print_change_log=False)",
            adam_like(),
            "rectified as RAdam is: the package's default",
        ),
        (f"optax.adabelief(learning_rate=0.0625, {OB}, eps=1e-8, eps_root=0.0)", adam_like(), "ε is not in s"),
    ],
    "yogi": [
        (f"torch_optimizer.Yogi(lr=0.0625, {AB}, initial_accumulator=0.0)", adam_like(eps=1e-3) | {"v0": 0.0}),
        (
            f"pytorch_optimizer.Yogi(lr=0.0625, {AB}, initial_accumulator=0.0)",
            adam_like(eps=1e-3) | {"v0": 0.0},
        ),
        ("papers.yogi(lr=0.0625, beta1=0.9, beta2=0.99, eps=1e-3, v0=1e-6)", adam_like(eps=1e-3)),
        (f"optax.yogi(learning_rate=0.0625, {OB})", adam_like(eps=1e-3), "m starts at 1e-6, as v does"),
        (f"torch_optimizer.Yogi(lr=0.0625, {AB})", adam_like(eps=1e-3), "m starts at 1e-6, as v does"),
    ],
    "adan": [
        (
            "timm.optim.adan.Adan(lr=0.0625, foreach=False)",
            {"lr": 0.0625, "weight_decay": 0.25},
            "",
            {"weight_decay": 0.25},
        ),
        ("pytorch_optimizer.Adan(lr=0.0625)", {"lr": 0.0625, "weight_decay": 0.25}, "", {"weight_decay": 0.25}),
        (
            "optax.adan(learning_rate=0.0625, eps_root=0.0)",
            {"lr": 0.0625},
            "changes of the gradient are weighed by 1 - β₂, which is 0.08: the paper's β₂ is the weight of the new",
        ),
        (
            f"optax.adan(learning_rate=0.0625, weight_decay=0.25, mask={M!r})",
            {"lr": 0.0625, "weight_decay": 0.25},
            "as above; weights are multiplied by 1 - ηλ, not divided by 1 + ηλ; and 1e-8 is in the root too",
        ),
    ],
    "adopt": [
        ("papers.adopt(lr=0.0625, beta1=0.9, beta2=0.99, eps=1e-6)", adam_like(eps=1e-6)),
        (
            "timm.optim.adopt.Adopt(lr=0.0625, betas=(0.9, 0.99), clip_exp=0.25, foreach=False)",
            adam_like(eps=1e-6),
        ),
        ("optax.contrib.adopt(learning_rate=0.0625, b1=0.9, b2=0.99)", adam_like(eps=1e-6)),
        (
            "timm.optim.adopt.Adopt(lr=0.0625, betas=(0.9, 0.99), foreach=False)",
            adam_like(eps=1e-6),
            "the limit is t to the power 1/3",
        ),
    ],
    "ademamix": [
        (
            "optax.contrib.ademamix(learning_rate=0.0625, b1=0.9, b2=0.99, b3=0.999, alpha=5.0)",
            adam_like() | {"beta3": 0.999},
        ),
        (
            "papers.ademamix(lr=0.0625, beta1=0.9, beta2=0.99, beta3=0.999, alpha=5.0, eps=1e-8, warm_up=0)",
            adam_like() | {"beta3": 0.999},
        ),
        (
            "papers.ademamix(lr=0.0625, beta1=0.9, beta2=0.99, beta3=0.999, alpha=5.0, eps=1e-8, warm_up=30)",
            adam_like() | {"beta3": 0.999, "warm_up": 30},
        ),
        (
            "pytorch_optimizer.AdEMAMix(lr=0.0625, betas=(0.9, 0.99, 0.999), alpha=5.0, t_alpha_beta3=30)",
            adam_like() | {"beta3": 0.999, "warm_up": 30},
        ),
    ],
    "adafactor": [
        ("papers.adafactor(lr=0.0625, decay=0.8, eps1=1e-30, eps2=1e-3, d=1.0)", {"lr": 0.0625}),
        (
            "optax.adafactor(learning_rate=0.0625, min_dim_size_to_factor=1)",
            {"lr": 0.0625},
            "t^-0.8 is computed in float32",
        ),
        ("torch.optim.Adafactor(lr=0.0625, eps=(1e-30, 1e-3))", {"lr": 0.0625}),
    ],
    "lamb": [
        (
            f"optax.lamb(learning_rate=0.0625, {OB}, weight_decay=0.25, mask={M!r})",
            adam_like(eps=1e-6) | {"weight_decay": 0.25},
        ),
        (
            "papers.lamb(lr=0.0625, beta1=0.9, beta2=0.99, eps=1e-6, weight_decay=0.25)",
            adam_like(eps=1e-6) | {"weight_decay": 0.25},
        ),
        (
            f"timm.optim.lamb.Lamb(lr=0.0625, {AB}, max_grad_norm=None, always_adapt=True, foreach=False)",
            adam_like(eps=1e-6) | {"weight_decay": 0.25},
            "",
            {"weight_decay": 0.25},
        ),
        (
            f"timm.optim.lamb.Lamb(lr=0.0625, {AB}, foreach=False)",
            adam_like(eps=1e-6) | {"weight_decay": 0.25},
            "the norm of all gradients is clipped to 1, and what does not decay is not adapted",
            {"weight_decay": 0.25},
        ),
    ],
    "lars": [
        (
            "papers.lars(lr=1.0, momentum=0.9, trust=0.01, weight_decay=0.25)",
            {"trust": 0.01, "weight_decay": 0.25},
        ),
        ("optax.lars(learning_rate=1.0, trust_coefficient=0.01)", {"trust": 0.01, "weight_decay": 0.0}),
        (
            "timm.optim.lars.Lars(momentum=0.9, trust_coeff=0.01, eps=0.0, always_adapt=True, foreach=False)",
            {"trust": 0.01, "weight_decay": 0.25},
            "",
            {"weight_decay": 0.25},
        ),
        (
            f"optax.lars(learning_rate=1.0, trust_coefficient=0.01, weight_decay=0.25, weight_decay_mask={M!r})",
            {"trust": 0.01, "weight_decay": 0.25},
            "the norm is of g + βθ, not the sum of both norms",
        ),
    ],
    "novograd": [
        ("optax.novograd(learning_rate=0.0625, b1=0.95, b2=0.98, eps=1e-8)", {"lr": 0.0625}),
        (
            "papers.novograd(lr=0.0625, beta1=0.95, beta2=0.98, eps=1e-8, weight_decay=0.25)",
            {"lr": 0.0625, "weight_decay": 0.25},
        ),
        (
            "timm.optim.nvnovograd.NvNovoGrad(lr=0.0625)",
            {"lr": 0.0625, "weight_decay": 0.25},
            "",
            {"weight_decay": 0.25},
        ),
        ("optax.novograd(learning_rate=0.0625)", {"lr": 0.0625}, "β₁ and β₂ are 0.9 and 0.25"),
    ],
    "muon": [
        ("papers.muon(lr=0.0625, momentum=0.95, added=0.0)", {"lr": 0.0625}, "", {"only": MATRICES}),
        ("torch.optim.Muon(lr=0.0625, weight_decay=0.0)", {"lr": 0.0625}, "", DOUBLE),
        (
            "torch.optim.Muon(lr=0.0625, weight_decay=0.0, adjust_lr_fn='match_rms_adamw')",
            {"lr": 0.0625, "scale": "match_rms_adamw"},
            "",
            DOUBLE,
        ),
        (
            "torch.optim.Muon(lr=0.0625, weight_decay=0.0)",
            {"lr": 0.0625},
            "the iteration is in bfloat16, which has three digits",
            {"only": MATRICES, "turned": True},
        ),
        (
            "papers.muon(lr=0.0625, momentum=0.95, added=1e-7)",
            {"lr": 0.0625},
            "1e-7 is added to the norm, as in the author's code",
            {"only": MATRICES},
        ),
        (
            "keras.optimizers.Muon(learning_rate=0.0625, weight_decay=None)",
            {"lr": 0.0625, "scale": "match_rms_adamw"},
            "1e-7 is added to the norm of a velocity that is 20 times as long",
            {"only": MATRICES},
        ),
        (
            "optax.contrib.muon(learning_rate=0.0625, eps=1e-7)",
            {"lr": 0.0625},
            "gradient and average are corrected for their start, each by its own factor",
            {"only": MATRICES},
        ),
    ],
    "shampoo": [
        ("papers.shampoo(lr=0.0625, eps=1e-4)", {"lr": 0.0625, "eps": 1e-4}, "", {"problems": MILD}),
        (
            "pytorch_optimizer.Shampoo(lr=0.0625, matrix_eps=1e-4)",
            {"lr": 0.0625, "eps": 1e-4},
            "",
            {"problems": MILD},
        ),
        (
            "papers.shampoo(lr=0.0625, eps=1e-4)",
            {"lr": 0.0625, "eps": 1e-4},
            "eigenvalues are 1e-4 to 1e13, farther apart than float64 has digits",
            {"problems": ("extremes",)},
        ),
        (
            "torch_optimizer.Shampoo(lr=0.0625, epsilon=1e-4)",
            {"lr": 0.0625, "eps": 1e-4},
            "the powers are -1/2, not -1/4, of matrices; -1 of vectors",
        ),
    ],
    "soap": [
        (
            "papers.soap(lr=0.0625, beta1=0.95, beta2=0.95, eps=1e-8, every=4)",
            {"lr": 0.0625, "every": 4},
            "",
            {"only": ("V",), "problems": MILD},
        ),
        (
            "pytorch_optimizer.SOAP(lr=0.0625, weight_decay=0.0, precondition_frequency=100)",
            {"lr": 0.0625, "every": 100},
            "",
            {"only": ("V",), "problems": MILD},
        ),
        (
            "papers.soap(lr=0.0625, beta1=0.95, beta2=0.95, eps=1e-8, every=4)",
            {"lr": 0.0625, "every": 4},
            "the first gradient of a 2 × 4 matrix has two directions that are 0: any basis of them is right",
            {"only": ("W",), "problems": MILD},
        ),
        (
            "pytorch_optimizer.SOAP(lr=0.0625, weight_decay=0.0, precondition_frequency=4)",
            {"lr": 0.0625, "every": 4},
            "the basis is sorted by size before each QR, and vectors wait for one gradient too",
        ),
    ],
    "schedule_free_sgd": [
        (
            "schedulefree.SGDScheduleFree(lr=0.0625, momentum=0.9, foreach=False)",
            {"lr": 0.0625, "weight_decay": 0.25},
            "",
            {"weight_decay": 0.25},
        ),
        (
            "pytorch_optimizer.ScheduleFreeSGD(lr=0.0625, momentum=0.9)",
            {"lr": 0.0625, "weight_decay": 0.25},
            "",
            {"weight_decay": 0.25},
        ),
    ],
    "schedule_free_adamw": [
        (
            "schedulefree.AdamWScheduleFree(lr=0.0625, betas=(0.9, 0.99), foreach=False)",
            adam_like() | {"weight_decay": 0.25},
            "",
            {"weight_decay": 0.25},
        ),
        (
            "pytorch_optimizer.ScheduleFreeAdamW(lr=0.0625, betas=(0.9, 0.99))",
            adam_like() | {"weight_decay": 0.25},
            HAT,
            {"weight_decay": 0.25},
        ),
        (
            "pytorch_optimizer.ScheduleFreeAdamW(lr=0.0625, betas=(0.9, 0.99), eps=NO_EPS)",
            adam_like(eps=1e-300) | {"weight_decay": 0.25},
            "",
            {"weight_decay": 0.25, "problems": MILD},
        ),
    ],
    "prodigy": [
        (
            "prodigyopt.Prodigy(betas=(0.9, 0.99), d0=1e-3, eps=NO_EPS)",
            {"beta2": 0.99, "d0": 1e-3, "eps": 1e-300},
        ),
        (
            "optax.contrib.prodigy(betas=(0.9, 0.99), estim_lr0=1e-3, eps=NO_EPS)",
            {"beta2": 0.99, "d0": 1e-3, "eps": 1e-300},
            "the rate has Adam's corrections for the start: the package's use_bias_correction",
        ),
        (
            "pytorch_optimizer.Prodigy(betas=(0.9, 0.99), d0=1e-3, eps=NO_EPS)",
            {"beta2": 0.99, "d0": 1e-3, "eps": 1e-300},
        ),
        (
            "prodigyopt.Prodigy(betas=(0.9, 0.99), d0=1e-3, eps=1e-8)",
            {"beta2": 0.99, "d0": 1e-3},
            "the new d is beside ε",
        ),
    ],
}
