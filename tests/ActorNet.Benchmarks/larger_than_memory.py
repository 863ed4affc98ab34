#!/usr/bin/env python3
"""Trains on a sharded set that is larger than memory, on two worker processes limited by a control group, beside the same networks on samples in memory.

The coordinator's process has the set and serves the parameters; each worker starts with an empty cache and gets its shards from there. Then rounds in turn:
workers limited, their caches on the disk and nothing of them in the system's file cache; and workers without a limit on a part of the same samples as IDX.
Needs root for the control groups. Writes about three times the size of the set to --folder, and removes it with --clean.

    dotnet build -c Release && sudo python3 tests/ActorNet.Benchmarks/larger_than_memory.py --folder /tmp/larger --clean
"""

import argparse, fcntl, json, os, pathlib, shutil, signal, socket, statistics, subprocess, sys, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "src/ActorNet.Cli/bin/Release/net10.0/actornet"
NETWORKS = {"W1": ("30", 10), "W2": ("100", 32), "W3": ("512,512", 128), "W4": ("2048,2048", 256)}
WARM_UP = 10
LOCK_PATIENCE = 60


class Group:
    """A control group for one process, of version 1 or 2."""

    def __init__(self, name, limit):
        old = pathlib.Path("/sys/fs/cgroup/memory")
        self.path = (old if old.is_dir() else old.parent) / f"actornet-{os.getpid()}-{name}"
        self.old = old.is_dir()
        self.path.mkdir()
        (self.path / ("memory.limit_in_bytes" if self.old else "memory.max")).write_text(str(limit))

    def enter(self):
        (self.path / "cgroup.procs").write_text(str(os.getpid()))

    def peak(self):
        return int((self.path / ("memory.max_usage_in_bytes" if self.old else "memory.peak")).read_text())

    def close(self):
        for _ in range(50):
            try:
                return self.path.rmdir()
            except OSError:
                time.sleep(0.1)


def make_set(folder, gigabytes):
    subprocess.run(
        ["dotnet", "run", "--no-build", "-c", "Release", "--project", ROOT / "tests/ActorNet.Benchmarks", "--",
         "make-set", "--gb", str(gigabytes), "--out", folder / "set"], check=True)


def make_idx(folder, shards):
    """The samples of the first shards, as four IDX files."""
    (folder / "idx").mkdir()
    for part, name, count in (("training", "train", shards), ("test", "t10k", None)):
        source = folder / "set" / part
        entries = json.loads((source / "dataset.json").read_text())["shards"][:count]
        rows = sum(entry["count"] for entry in entries)
        for kind, file, head in (("inputs", "images-idx3-ubyte", [0x803, rows, 28, 28]), ("targets", "labels-idx1-ubyte", [0x801, rows])):
            with open(folder / "idx" / f"{name}-{file}", "wb") as target:
                target.write(b"".join(number.to_bytes(4, "big") for number in head))
                for entry in entries:
                    data = (source / entry[kind]["name"]).read_bytes()
                    target.write(data[10 + int.from_bytes(data[8:10], "little"):])


def forget(folder):
    """Takes files out of the system's file cache."""
    os.sync()
    for path in folder.rglob("*.npy"):
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def events(run):
    try:
        lines = (run / "record.jsonl").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines if line.endswith("}")]


def seconds_of(event):
    stamp, fraction = event["time"].rstrip("Z").split(".")
    return time.mktime(time.strptime(stamp, "%Y-%m-%dT%H:%M:%S")) + float("0." + fraction)


def cpu_seconds(processes):
    total = 0
    for process in processes:
        fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


class Turn:
    """The machine to oneself for a measurement, where others lock the same file; without it when it does not come in time."""

    def __init__(self, path):
        self.file = open(path or os.devnull)
        self.wanted = path is not None

    def __enter__(self):
        until = time.time() + LOCK_PATIENCE
        while self.wanted:
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return self
            except BlockingIOError:
                if time.time() > until:
                    print("(a measurement without the lock)", file=sys.stderr)
                    return self
                time.sleep(0.02)
        return self

    def __exit__(self, *_):
        self.file.close()


def wait(condition, what, patience, processes):
    until = time.time() + patience
    while time.time() < until:
        if value := condition():
            return value
        if any(process.poll() not in (None, 0) for process in processes):
            sys.exit(f"a process ended while waiting for {what}")
        time.sleep(0.2)
    sys.exit(f"{what}: not within {patience} s")


def train(folder, network, data, limit, duration, until_all=False, lock=None):
    """Runs a coordinator and two workers. Returns samples/s after the warm-up, and what else was seen."""
    hidden, batch = NETWORKS[network]
    run, port = folder / "run", free_port()
    shutil.rmtree(run, ignore_errors=True)
    groups = [Group(i, limit) for i in range(2)] if limit else [None, None]
    log = open(folder / "log", "w")
    start = time.time()
    coordinator = subprocess.Popen(
        [PROGRAM, "train", "--data", data, "--hidden", hidden, "--batch-size", str(batch), "--epochs", "100", "--workers", "0", "--min-workers", "2",
         "--checkpoint-every", "0", "--listen", f"127.0.0.1:{port}", "--link-port", "0", "--out", "run"], cwd=folder, stdout=log, stderr=log)
    workers = []
    for i, group in enumerate(groups):
        (folder / f"worker{i}").mkdir(exist_ok=True)
        workers.append(subprocess.Popen(
            [PROGRAM, "worker", "--join", f"127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--workers", "1", "--exit-when-done", "--shard-cache", "cache"],
            cwd=folder / f"worker{i}", stdout=log, stderr=log, preexec_fn=group.enter if group else None))
    processes = [coordinator, *workers]
    try:
        kinds = lambda kind: [event for event in events(run) if event["event"] == kind]
        started = wait(lambda: kinds("started"), "the first step", 600, processes)[0]
        seen = {"start": time.time() - start}
        if until_all:
            wait(lambda: sum(len(event["slices"]) == 8 for event in kinds("data-held")) >= 2, "all shards", 600, processes)
            seen["all"] = time.time() - start
        time.sleep(WARM_UP)

        def look(after):
            event = wait(lambda: (seen := kinds("progress")) and seen[-1]["version"] > after and seen[-1], "progress", 60, processes)
            return event["version"], seconds_of(event), cpu_seconds(processes)

        # The record has a line a second; the processor's time is looked at when the line is new.
        with Turn(lock):
            first = look(look(0)[0])
            time.sleep(duration)
            last = look(look(0)[0])
        samples = (last[0] - first[0]) * batch
        seen["rate"], seen["per_cpu"] = samples / (last[1] - first[1]), samples / (last[2] - first[2])
        coordinator.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(60)
        seen["peak"] = max(group.peak() for group in groups) if limit else 0
        return seen
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        for group in groups:
            if group:
                group.close()


def spread(values, form):
    return f"{statistics.median(values):{form}} [{min(values):{form}} .. {max(values):{form}}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--gb", type=float, default=4)
    parser.add_argument("--memory-shards", type=int, default=64, help="shards of the set whose samples are trained in memory")
    parser.add_argument("--limit", type=int, default=512 * 1024 * 1024, help="bytes of memory of each worker, file cache included")
    parser.add_argument("--networks", default="W1,W2,W3,W4")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--lock", help="a file that is locked while a rate is measured: for a machine that others use")
    parser.add_argument("--warm", action="store_true", help="use the caches that an earlier call has filled")
    parser.add_argument("--clean", action="store_true", help="remove the folder at the end")
    options = parser.parse_args()
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "set").is_dir():
        make_set(folder, options.gb)
    if not (folder / "idx").is_dir():
        make_idx(folder, options.memory_shards)

    networks = options.networks.split(",")
    if not options.warm:
        for i in range(2):
            shutil.rmtree(folder / f"worker{i}", ignore_errors=True)
        cold = train(folder, networks[-1], "set", options.limit, 1, until_all=True)
        print(f"empty caches: the first step after {cold['start']:.1f} s, both workers had all shards after {cold['all']:.1f} s; "
              f"at most {cold['peak'] / 1048576:.0f} MiB of {options.limit / 1048576:.0f} MiB each, file cache included", flush=True)
    print("| network | in memory | larger than memory | ratio of the rounds | ratio of samples for a second of processor | most memory of a worker |\n| --- | --- | --- | --- | --- | --- |", flush=True)
    for network in networks:
        memory, shards, peaks, cpu = [], [], [], []
        for _ in range(options.rounds):
            free = train(folder, network, str(folder / "idx"), None, options.seconds, lock=options.lock)
            for i in range(2):
                forget(folder / f"worker{i}")
            limited = train(folder, network, "set", options.limit, options.seconds, until_all=True, lock=options.lock)
            memory.append(free["rate"])
            shards.append(limited["rate"])
            peaks.append(limited["peak"])
            cpu.append(limited["per_cpu"] / free["per_cpu"])
        ratios = [b / a for a, b in zip(memory, shards)]
        print(f"| {network} | {spread(memory, ',.0f')} | {spread(shards, ',.0f')} | {spread(ratios, '.3f')} | {spread(cpu, '.3f')} | {max(peaks) / 1048576:.0f} MiB |", flush=True)
    if options.clean:
        shutil.rmtree(folder)


main()
