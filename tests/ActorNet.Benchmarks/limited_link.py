#!/usr/bin/env python3
"""Training over a slow network: two processes with a worker each, in network namespaces of their own, and between them a link that tbf limits both ways.

Of each case, round by round in turn: samples/s, bytes on the link a step (both ways, with TCP headers, control messages and what TCP sends again), and the share of their
time that workers wait, from the trace. Linux, root, iproute2; build the program first: dotnet build src/ActorNet.Cli -c Release.

    sudo python3 limited_link.py --data-dir ~/mnist --rate 100mbit --compressions none,fp16,bf16,int8 --rounds 3
    sudo python3 limited_link.py --data-dir ~/mnist --rate 1gbit --networks W3 --servers 1,4,8 --rounds 5
"""
import argparse, itertools, json, os, shutil, statistics, subprocess, sys, tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
# Hidden layers, samples of a minibatch, samples trained.
NETWORKS = {"W2": ("100", 32, 38_400), "W3": ("512,512", 128, 19_200), "W4": ("2048,2048", 256, 12_800)}


def shell(command):
    subprocess.run(command, shell=True, check=True)


def open_link(rate):
    shell("ip netns add an-a && ip netns add an-b && ip link add an-va netns an-a type veth peer name an-vb netns an-b")
    for side, last in (("a", 1), ("b", 2)):
        shell(f"ip -n an-{side} addr add 10.77.0.{last}/24 dev an-v{side} && ip -n an-{side} link set lo up && ip -n an-{side} link set an-v{side} up")
        shell(f"ip netns exec an-{side} tc qdisc add dev an-v{side} root tbf rate {rate} burst 128kb latency 400ms")


def close_link():
    subprocess.run("ip netns del an-a; ip netns del an-b", shell=True, stderr=subprocess.DEVNULL)


def bytes_on_link():
    text = subprocess.run("ip netns exec an-a cat /proc/net/dev", shell=True, check=True, capture_output=True, text=True).stdout
    numbers = next(line for line in text.splitlines() if "an-va:" in line).split(":")[1].split()
    return int(numbers[0]) + int(numbers[8])


def waiting(record):
    """The share of the workers' time, in the steps that were looked at closely, in which they did not compute; without the first steps', which .NET compiles in."""
    time = {"wait": 0, "compute": 0}
    for line in map(json.loads, open(record, encoding="utf-8")):
        for span in line.get("spans", []) if line.get("event") == "spans" else []:
            if span["kind"] in time and span["step"] > 20:
                time[span["kind"]] += span["milliseconds"]
    return time["wait"] / max(1, sum(time.values()))


def run(program, data, part, network, compression, servers, out):
    hidden, batch, samples = NETWORKS[network]
    samples = round(samples * part / batch) * batch
    before = bytes_on_link()
    worker = subprocess.Popen(
        f"exec ip netns exec an-b dotnet {program} worker --join 10.77.0.1:4053 --listen 10.77.0.2:0 --workers 1 --exit-when-done --http off --data-dir {data}",
        shell=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    train = subprocess.run(
        f"ip netns exec an-a dotnet {program} train --data mnist --data-dir {data} --validation {60_000 - samples} --hidden {hidden} --batch-size {batch} --epochs 1"
        f" --learning-rate 0.1 --compression {compression} {'' if servers == 'default' else '--servers ' + servers} --listen 10.77.0.1:4053 --workers 1 --min-workers 2 --http off --json --quiet --out {out}",
        shell=True, capture_output=True, text=True)
    if train.returncode != 0:
        worker.kill()
        sys.exit(train.stderr)
    worker.wait(60)
    result = json.loads(train.stdout)
    figures = result["samplesPerSecond"], (bytes_on_link() - before) / result["steps"], waiting(os.path.join(out, "record.jsonl"))
    shutil.rmtree(out)
    return figures


def spread(values, form):
    return f"{statistics.median(values):{form}} [{min(values):{form}} .. {max(values):{form}}]"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--rate", default="1gbit")
    parser.add_argument("--networks", default="W2,W3")
    parser.add_argument("--compressions", default="none")
    parser.add_argument("--servers", default="default")
    parser.add_argument("--programs", default=os.path.join(ROOT, "src/ActorNet.Cli/bin/Release/net10.0/actornet.dll"))
    parser.add_argument("--part", type=float, default=1, help="of the samples, to train on")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    cases = list(itertools.product(*(value.split(",") for value in (arguments.networks, arguments.compressions, arguments.servers, arguments.programs))))
    results = {case: [] for case in cases}
    folder = tempfile.mkdtemp()
    close_link()  # What a run that was killed has left.
    open_link(arguments.rate)
    try:
        for _ in range(arguments.rounds):
            for case in cases:
                network, compression, servers, program = case
                results[case].append(run(program, arguments.data_dir, arguments.part, network, compression, servers, os.path.join(folder, "run")))
    finally:
        close_link()
        shutil.rmtree(folder)
    print(f"{arguments.rate}, {arguments.rounds} rounds: median [least .. greatest]\n")
    print("| network | compression | servers | samples/s | bytes a step | waiting, % |" + (" program |" if "," in arguments.programs else ""))
    print("| --- | --- | --- | --- | --- | --- |" + (" --- |" if "," in arguments.programs else ""))
    for (network, compression, servers, program), figures in results.items():
        rates, sizes, waits = zip(*figures)
        print(f"| {network} | {compression} | {servers} | {spread(rates, ',.0f')} | {spread(sizes, ',.0f')} | {spread([100 * w for w in waits], '.0f')} |"
              + (f" {program} |" if "," in arguments.programs else ""))


main()
