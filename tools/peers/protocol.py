"""The line protocol every benchmark side speaks on stdin and stdout, one JSON object a line.

  {"cmd": "steps", "n": 5}  ->  {"ms": [per step, one entry a call], "losses": [one entry a step]}
  {"cmd": "memory"}         ->  {"peakMb": ..., "importMb": ...}
  {"cmd": "quit"}

A call runs k steps (k = 1 but for the `-k32` rows). `importMb` is the resident memory just after the
library was imported, before any data or model exists. Megabytes are 10^6 bytes.
"""

import json
import resource
import sys
import time


def resident_mb(field):
    """VmRSS (now) or VmHWM (peak) of this process; elsewhere than on Linux the peak stands in for both."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def serve(call, steps_per_call, import_mb, note=""):
    """Answers commands until `quit`. `call(first_step)` runs one call and returns its losses as floats."""
    done = 0
    print(json.dumps({"ready": True, "note": note}), flush=True)
    for line in sys.stdin:
        message = json.loads(line)
        if message["cmd"] == "quit":
            return
        if message["cmd"] == "memory":
            print(json.dumps({"peakMb": resident_mb("VmHWM"), "importMb": import_mb}), flush=True)
            continue
        times, losses = [], []
        for _ in range(message["n"]):
            start = time.perf_counter()
            result = call(done)
            times.append((time.perf_counter() - start) * 1e3 / steps_per_call)
            losses += result
            done += steps_per_call
        print(json.dumps({"ms": times, "losses": losses}), flush=True)
