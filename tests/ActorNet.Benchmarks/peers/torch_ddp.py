"""PyTorch DDP over gloo as its users write it: two processes of one thread, each with half of every minibatch.

The network and its cost are those of torch_eager.py; DistributedDataParallel averages the gradients of the two processes while backward() runs. Rates
are of wall-clock time: what the processes wait for each other counts.

With --pin the main thread of each process stays on a core of its own, which its users seldom do; gloo's threads stay free. On two cores Linux else often
puts a woken thread behind one that computes, for a whole time slice: an all-reduce of 0.4 ms then takes 3.5.
"""
import one_thread
import rounds

import math
import multiprocessing
import os
import sys
import tempfile
import time

try:
    import torch
    from torch import distributed
    from torch.nn.parallel import DistributedDataParallel
except ImportError:
    rounds.absent("torch-ddp", "python3-torch")

import torch_eager

PROCESSES = 2
CALIBRATION_SECONDS = 0.2

torch.set_num_threads(1)


class Step(torch_eager.Step):
    """A step of this process: its half of the minibatch; the mean over both halves is the mean over all."""

    def __init__(self, sizes, batch):
        super().__init__(sizes, batch // PROCESSES)
        self.model = DistributedDataParallel(self.model)
        self.offset = distributed.get_rank() * self.batch

    def __call__(self, first):
        super().__call__(first + self.offset)


class Rank:
    """One of the processes: runs as many steps as it is told, in step with the others."""

    def __init__(self, rank, rendezvous, pinned):
        distributed.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=PROCESSES)
        if pinned:  # after gloo has started its threads: they keep the freedom that this one gives up
            cores = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(0, {cores[rank % len(cores)]})
        self._name = None

    def run(self, name, steps):
        """Seconds that the steps took."""
        workload = rounds.WORKLOADS[name]
        batch = workload["batch"]
        if name != self._name:
            self._step = None
            self._step = Step(workload["sizes"], batch)
            self._name, self._first = name, 0
        distributed.barrier()
        start = time.perf_counter()
        for _ in range(steps):
            self._step(self._first)
            self._first = self._first + batch if self._first + 2 * batch <= rounds.SAMPLES else 0
        distributed.barrier()
        return time.perf_counter() - start


def follow(rank, rendezvous, pinned, orders):
    member = Rank(rank, rendezvous, pinned)
    try:
        while True:
            member.run(*orders.recv())
    except EOFError:
        pass  # the first process has ended


class Runner:
    """The first process, which tells the others what to run."""

    def __init__(self, rendezvous, pinned):
        context = multiprocessing.get_context("spawn")
        self._others = []
        for rank in range(1, PROCESSES):
            end, other_end = context.Pipe()
            context.Process(target=follow, args=(rank, rendezvous, pinned, other_end), daemon=True).start()
            self._others.append(end)
        self._member = Rank(0, rendezvous, pinned)
        self._seconds_a_step = {}

    def round(self, name, seconds):
        """Samples per second of all processes together, for about the given seconds."""
        if name not in self._seconds_a_step:
            self._calibrate(name)
        steps = max(1, math.ceil(seconds / self._seconds_a_step[name]))
        took = self._run(name, steps)
        self._seconds_a_step[name] = took / steps
        return steps * rounds.WORKLOADS[name]["batch"] / took

    def _calibrate(self, name):
        steps, took = 1, 0
        self._run(name, steps)
        while took < CALIBRATION_SECONDS:
            steps *= 2
            took = self._run(name, steps)
        self._seconds_a_step[name] = took / steps

    def _run(self, name, steps):
        for other in self._others:
            other.send((name, steps))
        return self._member.run(name, steps)


if __name__ == "__main__":
    blas = one_thread.openblas()
    if blas is None and not torch.backends.mkl.is_available():
        rounds.absent("torch-ddp", "libopenblas0-openmp")
    pinned = "--pin" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--pin"]
    library = f"PyTorch {torch.__version__} DDP, gloo, {PROCESSES} processes{', each pinned to a core' if pinned else ''}, {blas or 'MKL'}"
    with tempfile.TemporaryDirectory() as folder:
        rounds.main("torch-ddp", library, runner=Runner(os.path.join(folder, "rendezvous"), pinned))
