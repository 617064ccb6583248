"""Reference values for packages/forecast/src/global: losses and gradients of neuralforecast 3.3.0, one batch each.

    NOOSPHERE_PYTHON tools/goldens/global_models.py

Weights and windows follow formulas that the tests repeat, so the file holds only results: each parameter's name here,
the sum of its gradient and the sum weighted by cos(i). `CNN1D` has no counterpart there: its reference is plain PyTorch.
tools/accept/python/neuralforecast_agreement.py uses the same cases at their default sizes.
"""

import json
import logging
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn

warnings.filterwarnings("ignore")
logging.getLogger("lightning").setLevel(logging.ERROR)
logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
from neuralforecast import models as nf  # noqa: E402
from neuralforecast.common._scalers import TemporalNorm  # noqa: E402
from neuralforecast.losses import pytorch as nfl  # noqa: E402

QUIET = dict(max_steps=1, enable_progress_bar=False, logger=False, enable_model_summary=False)


class CNN1D(nn.Module):
    """Convolution, relu and max pooling, some times; then two linear maps."""

    def __init__(self, h, input_size, futr=0, hist=0, stat=0, channels=(64, 64), kernel=3, pooling=2, hidden=128):
        super().__init__()
        widths = [1 + hist + stat + futr, *channels]
        self.convolutions = nn.ModuleList(
            nn.Conv1d(a, b, kernel, padding=kernel // 2) for a, b in zip(widths, widths[1:])
        )
        self.pool = nn.MaxPool1d(pooling, ceil_mode=True)
        length = input_size
        for _ in channels:
            length = -(-length // pooling)
        self.hidden = nn.Linear(length * channels[-1] + h * futr, hidden)
        self.out = nn.Linear(hidden, h)

    def forward(self, batch):
        x = batch["insample_y"]
        length = x.shape[1]
        parts = [x]
        if batch["hist_exog"] is not None:
            parts += [batch["hist_exog"], batch["stat_exog"].unsqueeze(1).repeat(1, length, 1)]
            parts += [batch["futr_exog"][:, :length]]
        x = torch.cat(parts, 2).transpose(1, 2)
        for layer in self.convolutions:
            x = self.pool(torch.relu(layer(x)))
        x = x.flatten(1)
        if batch["futr_exog"] is not None:
            x = torch.cat([x, batch["futr_exog"][:, length:].flatten(1)], 1)
        return self.out(torch.relu(self.hidden(x))).unsqueeze(2)


def block_names(name, order):
    """blocks.0.layers.3.weight -> network.blocks.0.layers.maps.2.weight"""
    found = re.fullmatch(r"blocks\.(\d+)\.layers\.(\d+)\.(\w+)", name)
    return f"network.blocks.{found[1]}.layers.maps.{order[int(found[2])]}.{found[3]}"


def renamed(rules):
    def change(name):
        for old, new in rules:
            name = re.sub(old, new, name)
        return "network." + name if not name.startswith("norm.") else name

    return change


DECODER = (r"^mlp_decoder\.layers\.(\d+)\.", lambda m: f"decoder.layers.{int(m[1]) // 3}.")
PATCH = [
    (r"^model\.backbone\.W_", "W_"),
    (r"^model\.backbone\.encoder\.layers\.", "layers."),
    (r"self_attn\.(W_[QKV])", r"\1"),
    (r"self_attn\.to_out\.0", "to_out"),
    (r"(norm_attn|norm_ffn)\.1\.", r"\1."),
    (r"ff\.0\.", "ff.0."),
    (r"ff\.3\.", "ff.1."),
    (r"^model\.head\.linear\.", "head."),
]
MIXER = [
    (r"^norm\.", "norm."),
    (r"temporal_mixer\.", ""),
    (r"feature_mixer\.", ""),
]

# kind: class, small options, default options, our small options, whether it takes covariates, names
CASES = {
    "mlp": (nf.MLP, dict(hidden_size=16), dict(hiddenSize=16), True, renamed([])),
    "nlinear": (nf.NLinear, {}, {}, False, renamed([])),
    "dlinear": (nf.DLinear, dict(moving_avg_window=5), dict(movingAverage=5), False, renamed([])),
    "nbeats": (nf.NBEATS, dict(mlp_units=3 * [[16, 16]]), dict(hiddenSize=16), False, "blocks"),
    "nhits": (nf.NHITS, dict(mlp_units=3 * [[16, 16]]), dict(hiddenSize=16), True, "blocks"),
    "lstm": (
        nf.LSTM,
        dict(encoder_hidden_size=8, decoder_hidden_size=8),
        dict(hiddenSize=8, decoderSize=8),
        True,
        renamed([(r"^hist_encoder", "encoder"), DECODER]),
    ),
    "gru": (
        nf.GRU,
        dict(encoder_hidden_size=8, decoder_hidden_size=8),
        dict(hiddenSize=8, decoderSize=8),
        True,
        renamed([(r"^hist_encoder", "encoder"), DECODER]),
    ),
    "tcn": (
        nf.TCN,
        dict(encoder_hidden_size=8, decoder_hidden_size=8),
        dict(hiddenSize=8, decoderSize=8),
        True,
        renamed(
            [
                (r"^hist_encoder\.tcn\.(\d+)\.conv\.", r"encoder.\1."),
                (r"^context_adapter", "context"),
                DECODER,
            ]
        ),
    ),
    "cnn1d": (CNN1D, dict(channels=(8, 8), hidden=8), dict(channels=[8, 8], hiddenSize=8), True, renamed([])),
    "patchtst": (
        nf.PatchTST,
        dict(hidden_size=16, n_heads=4, linear_hidden_size=16, patch_len=8, stride=4),
        dict(hiddenSize=16, heads=4, innerSize=16, patch=8, stride=4),
        False,
        renamed(PATCH),
    ),
    "tide": (
        nf.TiDE,
        dict(hidden_size=16, decoder_output_dim=8, temporal_decoder_dim=8),
        dict(hiddenSize=16, decoderOutputs=8, temporalSize=8),
        True,
        renamed([]),
    ),
    "tsmixer": (nf.TSMixer, dict(ff_dim=8), dict(innerSize=8), False, renamed(MIXER)),
}
WITH_DROPOUT = {"patchtst": dict(dropout=0.0), "tide": dict(dropout=0.0), "tsmixer": dict(dropout=0.0)}
PAST, FUTURE, STATIC = ["a", "b"], ["c"], ["d"]
CHANNELS = 3


def wave(size, phase):
    """The tests' numbers: sin of steps that never repeat."""
    return np.sin(np.arange(size, dtype=np.float64) * 0.7391 + phase * 1.37)


def build(kind, small, lookback, horizon):
    """The model with dropout off."""
    model_class, options, _, takes, _ = CASES[kind]
    options = {**(options if small else {}), **WITH_DROPOUT.get(kind, {})}
    if kind == "cnn1d":
        return CNN1D(horizon, lookback, len(FUTURE), len(PAST), len(STATIC), **options)
    if takes:
        options |= dict(hist_exog_list=PAST, futr_exog_list=FUTURE, stat_exog_list=STATIC)
    if kind == "tsmixer":
        options |= dict(n_series=CHANNELS)
    model = model_class(h=horizon, input_size=lookback, **options, **QUIET)
    if kind == "tide":
        # A norm over one output is 0 whatever comes in, which would silence all but the linear way around.
        model.temporal_decoder.layernorm = False
        del model.temporal_decoder.norm
    return model


def our_names(kind, model):
    names = CASES[kind][4]
    if names != "blocks":
        return {name: names(name) for name, each in model.named_parameters() if each.requires_grad and each.numel()}
    found = {}
    for name, each in model.named_parameters():
        if not each.requires_grad or ".basis." in name:
            continue
        layers = model.blocks[int(name.split(".")[1])].layers
        linears = [index for index, layer in enumerate(layers) if isinstance(layer, nn.Linear)]
        found[name] = block_names(name, {index: place for place, index in enumerate(linears)})
    return found


def windows(kind, batch, lookback, horizon):
    """Windows of `batch` rows; of CHANNELS series each for a multivariate model."""
    takes = CASES[kind][3]
    shape = (lambda *sizes: [batch, *sizes])
    rows = batch * CHANNELS if kind == "tsmixer" else batch

    def tensor(phase, *sizes):
        return torch.tensor(wave(int(np.prod(sizes)), phase), dtype=torch.float32).reshape(sizes)

    y = tensor(101, rows, lookback) * 2 + 0.5
    target = tensor(102, rows, horizon) * 2 + 0.5
    past = tensor(103, rows, lookback, len(PAST)) if takes else None
    future = tensor(104, rows, lookback + horizon, len(FUTURE)) if takes else None
    static = tensor(105, rows, len(STATIC)) if takes else None
    if kind == "tsmixer":  # [G N, L] -> [G, L, N]
        y = y.reshape(batch, CHANNELS, lookback).transpose(1, 2)
        target = target.reshape(batch, CHANNELS, horizon).transpose(1, 2)
    else:
        y, target = y.unsqueeze(2), target.unsqueeze(2)
    batch_ = dict(insample_y=y, insample_mask=torch.ones_like(y), hist_exog=past, futr_exog=future, stat_exog=static)
    return batch_, target


def run(kind, small, batch, lookback, horizon):
    """Weights, loss and gradients by our names."""
    torch.manual_seed(1)
    model = build(kind, small, lookback, horizon)
    names = our_names(kind, model)
    parameters = dict(model.named_parameters())
    if small:
        with torch.no_grad():
            for place, (theirs, ours) in enumerate(names.items()):
                each = parameters[theirs]
                fan = each.shape[-1] if each.ndim > 1 else each.numel()
                values = wave(each.numel(), place) / np.sqrt(fan)
                if "affine_weight" in ours or re.search(r"norm\w*\.weight$", ours):
                    values = 1 + values / 4
                each.copy_(torch.tensor(values, dtype=torch.float32).reshape(each.shape))
    given, target = windows(kind, batch, lookback, horizon)
    model.train()
    output = model(given)
    loss = nfl.MAE()(y=target, y_hat=output, mask=torch.ones_like(target))
    loss.backward()
    weights = {ours: parameters[theirs].detach().numpy() for theirs, ours in names.items()}
    gradients = {ours: parameters[theirs].grad.numpy() for theirs, ours in names.items()}
    shapes = {name: list(each.shape) for name, each in weights.items()}
    flat = lambda each: each.reshape(CHANNELS) if "affine" in each[0] else each[1]  # noqa: E731
    weights = {name: each.reshape(-1) if "affine" in name else each for name, each in weights.items()}
    gradients = {name: each.reshape(-1) if "affine" in name else each for name, each in gradients.items()}
    shapes = {name: list(each.shape) for name, each in weights.items()}
    return dict(loss=float(loss), weights=weights, gradients=gradients, shapes=shapes)


def summary(gradient):
    flat = gradient.astype(np.float64).reshape(-1)
    return [float(flat.sum()), float((flat * np.cos(np.arange(flat.size))).sum()), float(np.sqrt((flat**2).sum()))]


def losses():
    """Every loss on one output, a part of it masked."""
    rows, horizon = 4, 5

    def tensor(phase, *sizes):
        return torch.tensor(wave(int(np.prod(sizes)), phase), dtype=torch.float32).reshape(sizes)

    y, history = tensor(1, rows, horizon, 1) * 3 + 4, tensor(2, rows, 8, 1)
    counts = torch.round(y.abs())
    mask = torch.ones_like(y)
    mask[1, 3:] = 0
    found = {}
    points = dict(
        mae=nfl.MAE(), mse=nfl.MSE(), huber=nfl.HuberLoss(delta=0.7), smape=nfl.SMAPE(), mase=nfl.MASE(seasonality=2)
    )
    for name, loss in points.items():
        output = tensor(3, rows, horizon, 1).requires_grad_()
        # Of [B, L, 1] theirs makes [B, B, H, 1]: every row by every row's scale. The history goes in as [B, L].
        value = loss(y=y, y_hat=output, y_insample=history.squeeze(-1), mask=mask)
        value.backward()
        found[name] = dict(loss=float(value), gradient=output.grad.reshape(-1).tolist())
    output = tensor(3, rows, horizon, 5).requires_grad_()
    value = nfl.MQLoss(level=[80, 90])(y=y, y_hat=output.unsqueeze(2), mask=mask)
    value.backward()
    # Theirs lists the median first, ours rises; theirs divides by the length of an axis of 1, so it is the sum.
    found["quantiles"] = dict(loss=float(value), quantiles=nfl.MQLoss(level=[80, 90]).quantiles.tolist())
    shift, scale = tensor(4, rows, 1, 1), tensor(5, rows, 1, 1).abs() + 0.5
    for name, theirs, width in [("gaussian", "Normal", 2), ("studentT", "StudentT", 3), ("negativeBinomial", "NegativeBinomial", 2)]:
        loss = nfl.DistributionLoss(distribution=theirs)
        output = tensor(3, rows, horizon, width).requires_grad_()
        of_counts = name == "negativeBinomial"
        loc, spread = (torch.zeros_like(shift), torch.ones_like(scale)) if of_counts else (shift, scale)
        args = loss.scale_decouple(output=loss.domain_map(output), loc=loc, scale=spread)
        value = loss(y=counts if of_counts else y, distr_args=args, mask=mask)
        value.backward()
        found[name] = dict(loss=float(value), gradient=output.grad.reshape(-1).tolist())
    return found


def scalers():
    """Shift, scale and scaled values of windows with missing parts."""
    rows, length = 4, 9
    x = torch.tensor(wave(rows * length, 6), dtype=torch.float64).reshape(rows, length, 1, 1) * 5 + 2
    x[3] = 7.0
    mask = torch.ones_like(x)
    mask[1, :4] = 0
    mask[2, 5] = 0
    x = x * mask
    found = {}
    for name in ["standard", "robust", "minmax"]:
        norm = TemporalNorm(scaler_type=name, dim=1, num_features=1)
        scaled = norm.transform(x.float(), mask.float())
        found[name] = dict(
            shift=norm.x_shift.reshape(-1).tolist(),
            scale=norm.x_scale.reshape(-1).tolist(),
            scaled=(scaled * mask).reshape(-1).tolist(),
        )
    return dict(y=x.reshape(-1).tolist(), mask=mask.reshape(-1).tolist(), kinds=found)


def quantiles():
    from scipy import stats

    t = [[p, df, float(stats.t.ppf(p, df))] for p in [0.025, 0.1, 0.5, 0.9, 0.975, 0.9995] for df in [3.01, 4.5, 30, 2000]]
    nb = [
        [p, mean, alpha, int(stats.nbinom.ppf(p, 1 / alpha, 1 / (1 + mean * alpha)))]
        for p in [0.05, 0.5, 0.95]
        for mean in [0.3, 4, 250]
        for alpha in [0.05, 1.5]
    ]
    return dict(studentT=t, negativeBinomial=nb)


def main():
    lookback, horizon, batch = 24, 12, 6
    cases = {}
    for kind in CASES:
        found = run(kind, True, batch, lookback, horizon)
        cases[kind] = dict(
            options=CASES[kind][2],
            covariates=CASES[kind][3],
            loss=found["loss"],
            gradients={
                name: dict(shape=found["shapes"][name], sums=summary(each)) for name, each in found["gradients"].items()
            },
        )
    golden = dict(
        lookback=lookback, horizon=horizon, batch=batch, channels=CHANNELS,
        models=cases, losses=losses(), scalers=scalers(), quantiles=quantiles(),
    )
    path = Path(__file__).parents[2] / "packages/forecast/src/goldens/global-models.json"
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    sys.exit(main())
