"""Timed rounds of a peer: alone (prints one JSON line per workload) or served (one request line in, one JSON line out)."""
import argparse
import json
import os
import statistics
import sys
import time

LEARNING_RATE = 0.1

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "workloads.json"), encoding="utf-8") as file:
    _plan = json.load(file)
SAMPLES = _plan["samples"]
WORKLOADS = {workload["name"]: workload for workload in _plan["workloads"]}


def absent(peer, package):
    """Says that the peer cannot run here and which Debian package mends it, and ends."""
    print(json.dumps({"peer": peer, "absent": package}), flush=True)
    sys.exit(0 if "--serve" in sys.argv else 1)


class _Runner:
    def __init__(self, make):
        self._make = make
        self._name = None

    def round(self, name, seconds):
        """Samples per second of this process's CPU time, over successive minibatches, for about the given seconds."""
        if name != self._name:
            self._step = None  # frees the last network before the next is made
            workload = WORKLOADS[name]
            self._batch = workload["batch"]
            self._step = self._make(workload["sizes"], self._batch)
            self._name, self._first = name, 0
        step, batch, first = self._step, self._batch, self._first
        end_of_data = SAMPLES - batch
        samples, start = 0, time.process_time()
        while True:
            step(first)
            samples += batch
            first = first + batch if first + batch <= end_of_data else 0
            elapsed = time.process_time() - start
            if elapsed >= seconds:
                self._first = first
                return samples / elapsed


def main(peer, library, make=None, runner=None):
    """Runs the peer; make(sizes, batch) returns step(first), which trains on the minibatch that starts at that sample. A peer that is not one thread
    has a runner of its own."""
    parser = argparse.ArgumentParser(description=f"Training speed of {peer}")
    parser.add_argument("--serve", action="store_true", help="read 'W1 SECONDS' lines from stdin, answer each with one JSON line")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--workloads", default=",".join(WORKLOADS))
    arguments = parser.parse_args()
    runner = runner or _Runner(make)
    if arguments.serve:
        print(json.dumps({"peer": peer, "library": library}), flush=True)
        for line in sys.stdin:
            name, seconds = line.split()
            rate = runner.round(name, float(seconds))
            print(json.dumps({"peer": peer, "workload": name, "samplesPerSecond": rate}), flush=True)
        return
    for name in arguments.workloads.split(","):
        if name not in WORKLOADS:
            parser.error(f"no workload {name}: there are {', '.join(WORKLOADS)}")
        runner.round(name, arguments.seconds)  # warm-up
        rates = [runner.round(name, arguments.seconds) for _ in range(arguments.rounds)]
        print(json.dumps({"peer": peer, "library": library, "workload": name, "samplesPerSecond": round(statistics.median(rates)),
                          "min": round(min(rates)), "max": round(max(rates)), "rounds": arguments.rounds}), flush=True)
