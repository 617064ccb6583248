"""CTC losses and gradients of PyTorch in float64 for the batches of a JSON file.

Usage: ctc_losses.py BATCHES.json ANSWERS.json
"""

import json
import math
import sys

import torch


def evaluate(batch):
    shape = (batch["frames"], batch["samples"], batch["classes"])
    logits = torch.tensor(batch["logits"], dtype=torch.float64).reshape(shape).requires_grad_()
    scores = torch.log_softmax(logits, dim=-1)
    arguments = (
        torch.tensor(batch["targets"], dtype=torch.int64),
        torch.tensor(batch["inputLengths"], dtype=torch.int64),
        torch.tensor(batch["targetLengths"], dtype=torch.int64),
    )
    loss = torch.nn.functional.ctc_loss(
        scores,
        *arguments,
        blank=batch["blank"],
        reduction=batch["reduction"],
        zero_infinity=batch["zeroInfinity"],
    )
    loss.sum().backward()
    with torch.no_grad():
        plain = torch.nn.functional.ctc_loss(scores, *arguments, blank=batch["blank"], reduction="none")
    losses = [*loss.detach().reshape(-1).tolist(), *plain.tolist()]
    return {
        "losses": ["inf" if math.isinf(value) else value for value in losses],
        "gradient": logits.grad.reshape(-1).tolist(),
    }


def main():
    source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        batches = json.load(file)
    with open(target, "w", encoding="utf-8") as file:
        json.dump([evaluate(batch) for batch in batches], file)


main()
