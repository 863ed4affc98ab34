#!/usr/bin/env python3
"""How far `actornet simulate` is off: two processes on this machine that really compute, with a worker each, against what is said before and after them.

The real step is the median of what the record's progress shows from some seconds on, when .NET has compiled what is used often; what lies beside an epoch's end, with its evaluation, does
not count. Build the program first: dotnet build src/ActorNet.Cli -c Release.

    python3 said_and_real.py --data-dir ~/mnist --networks W3,W4 --rounds 3
"""
import argparse, datetime, json, os, socket, statistics, subprocess, tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
# Hidden layers, samples of a minibatch, epochs.
NETWORKS = {"W3": ("512,512", 128, 9), "W4": ("2048,2048", 256, 2)}
WARM_UP = 6


def said(program, network):
    """The step in ms."""
    command = f"simulate --model {network} --workers 2 --servers 1 --colocated --slices 8 --at-once 2 --link 100Gbit --latency 0.05ms --copy local --json"
    output = subprocess.run(["dotnet", program, *command.split()], check=True, capture_output=True, text=True, timeout=300).stdout
    return 1000 * json.loads(output)["rows"][0]["stepSeconds"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def steps(record):
    """Times of a step in ms, one of each second."""
    points, times = [], []
    for line in map(json.loads, open(record, encoding="utf-8")):
        if line["event"] in ("started", "progress", "epoch"):
            points.append((datetime.datetime.fromisoformat(line["time"][:26].rstrip("Z") + "+00:00").timestamp(), line.get("version"), line["event"]))
    began = next(time for time, _, event in points if event == "started")
    for (time, version, event), (later, newer, next_event) in zip(points, points[1:]):
        if event == next_event == "progress" and time - began > WARM_UP and newer > version:
            times.append(1000 * (later - time) / (newer - version))
    return times


def real(program, data, network, folder):
    hidden, batch, epochs = NETWORKS[network]
    at = f"127.0.0.1:{free_port()}"
    worker = subprocess.Popen(
        ["dotnet", program, "worker", "--join", at, "--workers", "1", "--exit-when-done", "--http", "off", "--data-dir", data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        subprocess.run(
            ["dotnet", program, "train", "--data", "mnist", "--data-dir", data, "--samples", "38400", "--hidden", hidden, "--batch-size", str(batch), "--epochs", str(epochs), "--learning-rate", "0.1",
             "--slices", "8", "--listen", at, "--workers", "1", "--min-workers", "2", "--http", "off", "--quiet", "--out", folder],
            check=True, stdout=subprocess.DEVNULL, timeout=600)
        worker.wait(60)
    finally:
        worker.kill()
    return steps(os.path.join(folder, "record.jsonl"))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data-dir", required=True, help="where MNIST's files are")
    arguments.add_argument("--networks", default="W3,W4")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--program", default=os.path.join(ROOT, "src/ActorNet.Cli/bin/Release/net10.0/actornet.dll"))
    options = arguments.parse_args()
    data = os.path.abspath(options.data_dir)
    print("| network | said before, ms | real, ms | said after, ms | said : real |\n| --- | --- | --- | --- | --- |")
    for network in options.networks.split(","):
        ratios = []
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory() as folder:
                before = said(options.program, network)
                times = real(options.program, data, network, os.path.join(folder, "run"))
                after = said(options.program, network)
            step = statistics.median(times)
            ratios.append((before + after) / 2 / step)
            print(f"| {network} | {before:.2f} | {step:.2f} [{min(times):.2f} .. {max(times):.2f}] | {after:.2f} | {ratios[-1]:.2f} |", flush=True)
        print(f"| {network} | | | | median {statistics.median(ratios):.2f} |", flush=True)


main()
