"""PyTorch as a benchmark side.

  python torch_peer.py --model cnn --data DIR [--steps-per-call 1] [--variant eager|compiled[+fused][+bf16]|best]

`eager` is what a user gets by default: float32, Adam's default implementation. `best` tries the eager and
compiled, default and fused, float32 and (where the CPU has it) bfloat16 ways in a child process, prints
the winner as the note of its first answer, and then runs as that one.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

import torch

from protocol import resident_mb, serve

IMPORT_MB = resident_mb("VmRSS")


def has_bfloat16():
    try:
        with open("/proc/cpuinfo") as info:
            flags = info.read().split()
        return "avx512_bf16" in flags or "amx_bf16" in flags
    except OSError:
        return False


def load(directory, model_name):
    from safetensors.numpy import load_file
    from torch_models import build

    model = build(model_name, load_file(f"{directory}/weights.safetensors"))
    data = load_file(f"{directory}/batches.safetensors")
    batches = []
    for index in range(sum(key.startswith("x") for key in data)):
        pair = [torch.from_numpy(data[f"{part}{index}"]) for part in "xy"]
        # PyTorch's users hold class and token numbers as int64; converted before any timing.
        batches.append([part.long() if part.dtype == torch.int32 else part for part in pair])
    return model, batches


def make_call(model, batches, variant, steps_per_call):
    ways = variant.split("+")
    run = torch.compile(model) if ways[0] == "compiled" else model
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True if "fused" in ways else None)
    bfloat16 = "bf16" in ways

    def step(number):
        x, y = batches[number % len(batches)]
        optimizer.zero_grad()
        if bfloat16:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = run(x, y)
        else:
            loss = run(x, y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    def call(first_step):
        if steps_per_call == 1:
            return [step(first_step).item()]
        return torch.stack([step(first_step + i) for i in range(steps_per_call)]).tolist()

    return call


def measure(arguments, variant):
    """Median of a second of calls, in ms a step, after the warm-up that compiling needs."""
    torch.compiler.reset()
    model, batches = load(arguments.data, arguments.model)
    call = make_call(model, batches, variant, arguments.steps_per_call)
    for _ in range(2):
        call(0)
    times, begin = [], time.perf_counter()
    while len(times) < 3 or (time.perf_counter() - begin < 1 and len(times) < 200):
        start = time.perf_counter()
        call(0)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3 / arguments.steps_per_call


def trial(arguments):
    """The Adam kernel is chosen in eager float32 (no other choice touches it), the rest by trying all."""
    times = {way: measure(arguments, way) for way in ("eager", "eager+fused")}
    adam = "+fused" if times["eager+fused"] < times["eager"] else ""
    ways = ["compiled" + adam]
    if has_bfloat16():
        ways += ["eager" + adam + "+bf16", "compiled" + adam + "+bf16"]
    for way in ways:
        try:
            times[way] = measure(arguments, way)
        except Exception as error:  # no C++ compiler, or an unsupported operator: the other ways remain
            print(f"{way}: {error}", file=sys.stderr)
    print(json.dumps(times), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True, help="folder with weights.safetensors and batches.safetensors")
    parser.add_argument("--steps-per-call", type=int, default=1)
    parser.add_argument("--variant", default="eager")
    parser.add_argument("--trial", action="store_true", help="print the ms of each variant and stop")
    arguments = parser.parse_args()
    if arguments.trial:
        return trial(arguments)
    variant, note = arguments.variant, ""
    if variant == "best":
        command = [sys.executable, *sys.argv, "--trial"]
        times = json.loads(subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout.splitlines()[-1])
        variant = min(times, key=times.get)
        note = variant
    model, batches = load(arguments.data, arguments.model)
    serve(make_call(model, batches, variant, arguments.steps_per_call), arguments.steps_per_call, IMPORT_MB, note)


main()
