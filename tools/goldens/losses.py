"""Losses of @noosphere/train against PyTorch in float64, values and gradients.

    cd tools/goldens && python losses.py
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch.distributions import NegativeBinomial, StudentT

from trees import Cases

goldens = Cases("losses/goldens/losses.json")
case = goldens.function
REDUCTIONS = ["mean", "sum", "none"]


def reduce(losses, reduction):
    return {"mean": torch.mean, "sum": torch.sum, "none": lambda x: x}[reduction](losses)


def two(d):
    return d.normal(3, 4), d.normal(3, 4)


for reduction in REDUCTIONS:
    options = {"reduction": reduction}
    case("meanSquaredError", lambda d: [*two(d), options], lambda a, b, o: F.mse_loss(a, b, **o), reduction)
    case("meanAbsoluteError", lambda d: [*two(d), options], lambda a, b, o: F.l1_loss(a, b, **o), reduction)
    case("huber", lambda d: [*two(d), {**options, "delta": 0.7}], lambda a, b, o: F.huber_loss(a, b, **o), reduction)
    case("smoothL1", lambda d: [*two(d), {**options, "beta": 0.7}], lambda a, b, o: F.smooth_l1_loss(a, b, **o), reduction)
    case(
        "binaryCrossEntropyWithLogits",
        lambda d: [d.normal(3, 4, scale=5), d.uniform(0, 1, 3, 4), options],
        lambda x, y, o: F.binary_cross_entropy_with_logits(x, y, **o),
        reduction,
    )
    case(
        "softCrossEntropy",
        lambda d: [d.normal(3, 4, 2), np.round(d.uniform(0, 0.5, 3, 4, 2), 3), options],
        lambda x, y, o: F.cross_entropy(x, y, **o),
        reduction,
    )
    case(
        "gaussianNegativeLogLikelihood",
        lambda d: [*two(d), d.uniform(0.1, 2, 3, 4), options],
        lambda m, y, v, o: F.gaussian_nll_loss(m, y, v, **o),
        reduction,
    )
    case(
        "klDivergence",
        lambda d: [-d.uniform(0.1, 3, 3, 4), d.uniform(0.01, 1, 3, 4), options],
        lambda a, b, o: F.kl_div(a, b, **o),
        reduction,
        fixed=("1",),
    )
    case(
        "cosineEmbeddingLoss",
        lambda d: [*two(d), np.array([1.0, -1, -1]), {**options, "margin": 0.1}],
        lambda a, b, y, o: F.cosine_embedding_loss(a, b, y, **o),
        reduction,
        fixed=("2",),
    )
    case(
        "tripletLoss",
        lambda d: [d.normal(5, 4), d.normal(5, 4), d.normal(5, 4), options],
        lambda a, p, n, o: F.triplet_margin_loss(a, p, n, **o),
        reduction,
    )

case("smoothL1", lambda d: [*two(d), {"beta": 0}], lambda a, b, o: F.smooth_l1_loss(a, b, beta=0.0), "beta 0")
case(
    "binaryCrossEntropyWithLogits",
    lambda d: [
        d.normal(3, 4, scale=5),
        d.uniform(0, 1, 3, 4),
        {"positiveWeight": d.uniform(0.5, 3, 4), "weights": d.uniform(0.5, 2, 3, 1)},
    ],
    lambda x, y, o: F.binary_cross_entropy_with_logits(x, y, o["weights"], pos_weight=o["positiveWeight"]),
    "weights",
    fixed=("2.weights", "2.positiveWeight"),
)
case(
    "binaryCrossEntropyWithLogits",
    lambda d: [np.array([-90.0, -20, 20, 90]), np.array([0.0, 1, 0, 1]), {"reduction": "none"}],
    lambda x, y, o: F.binary_cross_entropy_with_logits(x, y, **o),
    "large logits",
)
case(
    "klDivergence",
    lambda d: [-d.uniform(0.1, 3, 3, 4), np.array([[0, 0.5, 0.5, 0]] * 3), {"reduction": "batchMean"}],
    lambda a, b, o: F.kl_div(a, b, reduction="batchmean"),
    "batch mean, zeros",
    fixed=("1",),
)
case(
    "klDivergence",
    lambda d: [-d.uniform(0.1, 3, 3, 4), -d.uniform(0.1, 3, 3, 4), {"logTarget": True}],
    lambda a, b, o: F.kl_div(a, b, log_target=True),
    "logarithms",
)
case(
    "gaussianNegativeLogLikelihood",
    lambda d: [*two(d), np.array([[0.5], [1e-9], [2.0]]), {"full": True, "epsilon": 1e-3}],
    lambda m, y, v, o: F.gaussian_nll_loss(m, y, v, full=True, eps=1e-3),
    "full, one variance a row, floor",
)
for name, options in {"p 1": {"p": 1}, "p 3": {"p": 3, "margin": 0.3}, "swap": {"swap": True}}.items():
    case(
        "tripletLoss",
        lambda d: [d.normal(5, 4), d.normal(5, 4), d.normal(5, 4), options],
        lambda a, p, n, o: F.triplet_margin_loss(a, p, n, **o),
        name,
    )


def pinball(prediction, target, o):
    quantiles = torch.tensor(o["quantiles"])
    error = (target if quantiles.ndim == 0 else target.unsqueeze(-1)) - prediction
    return reduce(torch.maximum(quantiles * error, (quantiles - 1) * error), o.get("reduction", "mean"))


case("quantileLoss", lambda d: [*two(d), {"quantiles": 0.9}], pinball, "one")
case(
    "quantileLoss",
    lambda d: [d.normal(3, 4, 3), d.normal(3, 4), {"quantiles": [0.1, 0.5, 0.9], "reduction": "none"}],
    pinball,
    "several",
)


def sigmoid_focal(x, y, o):
    """torchvision.ops.sigmoid_focal_loss."""
    alpha, gamma = o.get("alpha", 0.25), o.get("gamma", 2)
    p = torch.sigmoid(x)
    loss = F.binary_cross_entropy_with_logits(x, y, reduction="none") * (1 - (p * y + (1 - p) * (1 - y))) ** gamma
    return reduce(loss * (alpha * y + (1 - alpha) * (1 - y)), o.get("reduction", "mean"))


for name, options in {"defaults": {}, "sum": {"alpha": 0.6, "gamma": 1.5, "reduction": "sum"}}.items():
    case(
        "sigmoidFocalLoss",
        lambda d: [d.normal(3, 4, scale=3), d.bools(3, 4) * 1.0, options],
        sigmoid_focal,
        name,
        fixed=("1",),
    )


def focal(x, labels, o):
    labels, ignored = labels.long(), o.get("ignoreIndex", -100)
    keep = labels != ignored
    ce = F.cross_entropy(x, labels, reduction="none", ignore_index=ignored)
    weights = o["weights"][labels.clamp(min=0)] if "weights" in o else torch.ones_like(ce)
    weights = weights * keep
    losses = weights * (1 - torch.exp(-ce)) ** o.get("gamma", 2) * ce
    reduction = o.get("reduction", "mean")
    return losses.sum() / weights.sum() if reduction == "mean" else reduce(losses, reduction)


def labels(d, *shape):
    return d.whole(0, 3, *shape).astype(np.int32)


case("focalLoss", lambda d: [d.normal(5, 3), labels(d, 5), {}], focal, "defaults")
for reduction in REDUCTIONS:
    case(
        "focalLoss",
        lambda d: [
            d.normal(4, 3, 2),
            np.array([[0, 1], [-1, 2], [2, 1], [0, -1]], np.int32),
            {"gamma": 3, "weights": np.array([0.5, 1.0, 2.0]), "ignoreIndex": -1, "reduction": reduction},
        ],
        focal,
        f"weights, ignored labels, {reduction}",
        fixed=("2.weights",),
    )


def student_t(p, y, o):
    distribution = StudentT(p["degreesOfFreedom"], p["location"], p["scale"])
    return reduce(-distribution.log_prob(y), o.get("reduction", "mean"))


def negative_binomial(p, y, o):
    distribution = NegativeBinomial(p["totalCount"], logits=p["logits"], validate_args=False)
    return reduce(-distribution.log_prob(y), o.get("reduction", "mean"))


for reduction in REDUCTIONS:
    case(
        "studentTNegativeLogLikelihood",
        lambda d: [
            {"degreesOfFreedom": d.uniform(0.5, 8, 3, 4), "location": d.normal(3, 4), "scale": d.uniform(0.2, 2, 3, 4)},
            d.normal(3, 4, scale=3),
            {"reduction": reduction},
        ],
        student_t,
        reduction,
    )
    case(
        "negativeBinomialNegativeLogLikelihood",
        lambda d: [
            {"totalCount": d.uniform(0.2, 9, 3, 4), "logits": d.normal(3, 4)},
            d.whole(0, 12, 3, 4).astype(np.float64),
            {"reduction": reduction},
        ],
        negative_binomial,
        reduction,
        fixed=("1",),
    )
case(
    "studentTNegativeLogLikelihood",
    lambda d: [
        {
            "degreesOfFreedom": np.array([[1e-2], [30.0], [1e5]]),
            "location": d.normal(3, 4),
            "scale": d.uniform(0.2, 2, 3, 1),
        },
        d.normal(3, 4, scale=3),
        {"reduction": "none"},
    ],
    student_t,
    "small and large degrees of freedom",
)
case(
    "negativeBinomialNegativeLogLikelihood",
    lambda d: [
        {"totalCount": np.array([[1e-3], [40.0], [1e5]]), "logits": d.normal(3, 4)},
        d.whole(0, 2000, 3, 4).astype(np.float64),
        {"reduction": "none"},
    ],
    negative_binomial,
    "small and large counts",
    fixed=("1",),
)
SPREAD = [1e-6, 1e-3, 0.1, 0.5, 0.999, 1.001, 1.4616, 1.999, 2.001, 3.5, 10, 171, 1e4, 1e8, 1e30]
case("logGamma", lambda d: [np.array(SPREAD)], lambda x: torch.lgamma(x), "from 1e-6 to 1e30")


def contrastive(q, k, o):
    temperature, normalize = o.get("temperature", 0.1), o.get("normalize", True)
    unit = (lambda x: F.normalize(x, dim=-1)) if normalize else (lambda x: x)
    keys = torch.cat([unit(k), unit(o["negatives"])]) if "negatives" in o else unit(k)
    scores = unit(q) @ keys.T / temperature
    target = torch.arange(len(q))
    reduction = o.get("reduction", "mean")
    loss = F.cross_entropy(scores, target, reduction=reduction)
    return (loss + F.cross_entropy(scores.T, target, reduction=reduction)) / 2 if o.get("symmetric") else loss


case("contrastiveLoss", lambda d: [*two(d), {}], contrastive, "defaults")
case("contrastiveLoss", lambda d: [*two(d), {"symmetric": True, "reduction": "none"}], contrastive, "both ways")
case(
    "contrastiveLoss",
    lambda d: [*two(d), {"negatives": d.normal(2, 4), "normalize": False, "temperature": 2, "reduction": "sum"}],
    contrastive,
    "more negatives, products",
)
goldens.write()

ctc = Cases("losses/goldens/ctc.json")


def ctc_batch(d, repeats, longest):
    """Logits, targets and lengths: some targets are empty, some repeat a label, some are too long for their frames."""
    time, batch, classes, labels = int(d.whole(3, 8)), 4, int(d.whole(2, 5)), int(d.whole(1, 5))
    target = d.whole(1, classes, batch, labels)
    if repeats:
        target[:, 1:] = np.where(d.bools(batch, labels - 1), target[:, :-1], target[:, 1:])
    input_lengths = d.whole(1, time + 1, batch)
    target_lengths = d.whole(0, labels + 1, batch)
    if not longest:
        # Possible ones only: as many frames as labels and repeats.
        for n in range(batch):
            row = target[n, : target_lengths[n]]
            input_lengths[n] = min(time, max(input_lengths[n], len(row) + int((row[1:] == row[:-1]).sum())))
    return (
        d.normal(time, batch, classes, scale=1.5),
        target.astype(np.int32),
        {"input": input_lengths.astype(np.int32), "target": target_lengths.astype(np.int32)},
    )


def ctc_loss(logits, targets, lengths, o):
    return F.ctc_loss(
        F.log_softmax(logits, dim=2),
        targets.long(),
        lengths["input"].long(),
        lengths["target"].long(),
        blank=o.get("blank", 0),
        reduction=o.get("reduction", "mean"),
        zero_infinity=o.get("zeroInfinity", False),
    )


for index in range(36):
    options = {"reduction": REDUCTIONS[index % 3], "zeroInfinity": True}
    ctc.function(
        "ctcOfLogits",
        lambda d: [*ctc_batch(d, index % 2 == 0, index % 4 < 2), options],
        ctc_loss,
        f"random {index}",
    )
ctc.function(
    "ctcOfLogits",
    lambda d: [
        d.normal(5, 2, 4),
        np.array([[0, 3, 3], [1, 0, 9]], np.int32),
        {"input": np.array([5, 4], np.int32), "target": np.array([3, 2], np.int32)},
        {"blank": 2},
    ],
    lambda x, t, n, o: ctc_loss(x, t.clamp(max=3), n, o),
    "another blank, padding that is no class",
)
ctc.function(
    "ctcOfLogits",
    lambda d: [
        d.normal(4, 3, 3),
        np.zeros((3, 0), np.int32),
        {"input": np.array([4, 2, 0], np.int32), "target": np.array([0, 0, 0], np.int32)},
        {"reduction": "none"},
    ],
    ctc_loss,
    "no target has a label",
)
# Logarithms of 0: a class that cannot be, as a mask makes it. Values only, PyTorch's gradient is NaN there.
ctc.function(
    "ctcLoss",
    lambda d: [
        np.log(np.round(d.uniform(0.1, 0.5, 5, 3, 3), 2)),
        np.array([[1, 1], [1, 1], [2, 1]], np.int32),
        {"input": np.array([3, 2, 1], np.int32), "target": np.array([2, 2, 2], np.int32)},
        {"reduction": "none"},
    ],
    lambda x, t, n, o: F.ctc_loss(x, t.long(), n["input"].long(), n["target"].long(), reduction="none"),
    "impossible targets are infinite",
    fixed=("0",),
)
ctc.write()
