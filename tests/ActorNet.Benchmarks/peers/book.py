"""The algorithm of Nielsen's book, chapters 1 to 5, in numpy float64: what accuracy does it really reach, seed by seed?

Sigmoids, plain stochastic gradient descent: each epoch a new random order, minibatches of 10,
w <- (1 - eta lambda / n) w - eta / 10 * (sum of the samples' gradients). By default chapter 1's first network: 784-30-10,
N(0,1) weights and biases, quadratic cost, eta 3. Trains on MNIST's first 50,000 training images (pixel / 255), and counts right
answers on the 10,000 test images and on the last 10,000 training images, held out, after each epoch. A minibatch is one matrix.
Prints one JSON line per seed and a last one over all seeds; accuracies are fractions of 1.
"""
import argparse
import gzip
import json
import os
import statistics
import struct
import time

import one_thread  # noqa: F401 (first, before numpy)
import numpy as np

BATCH = 10
TRAINING_IMAGES = 50_000


def read_idx(folder, name):
    """An IDX file of bytes, .gz or not, as an array of its own shape."""
    path = os.path.join(folder, name)
    opener = open
    if not os.path.exists(path):
        path, opener = path + ".gz", gzip.open
    with opener(path, "rb") as file:
        content = file.read()
    zeros, kind, dimensions = struct.unpack_from(">HBB", content)
    if zeros != 0 or kind != 8:
        raise SystemExit(f"{path} is not an IDX file of bytes")
    shape = struct.unpack_from(f">{dimensions}I", content, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def read_images(folder, name):
    images = read_idx(folder, name)
    return images.reshape(len(images), -1)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def train_minibatch(weights, biases, inputs, targets, job, decay):
    activations = [inputs]
    for w, b in zip(weights, biases):
        activations.append(sigmoid(activations[-1] @ w + b))
    delta = activations[-1] - targets
    if job.cost == "quadratic":
        delta *= activations[-1] * (1.0 - activations[-1])
    rate = job.eta / len(inputs)
    for layer in range(len(weights) - 1, -1, -1):
        before, w = activations[layer], weights[layer]
        weight_step, bias_step = rate * (before.T @ delta), rate * delta.sum(axis=0)
        if layer > 0:
            delta = (delta @ w.T) * before * (1.0 - before)
        w *= decay
        w -= weight_step
        biases[layer] -= bias_step


def accuracy(weights, biases, inputs, labels):
    for w, b in zip(weights, biases):
        inputs = sigmoid(inputs @ w + b)
    return float(np.mean(inputs.argmax(axis=1) == labels))


def run(seed, job, images, labels, judged):
    """Trains one network; returns the accuracy on each judged set after each epoch."""
    random = np.random.default_rng(seed)
    shapes = list(zip(job.sizes, job.sizes[1:]))
    weights = [random.standard_normal(shape) / (np.sqrt(shape[0]) if job.scaled else 1.0) for shape in shapes]
    biases = [random.standard_normal(outputs) for _, outputs in shapes]
    one_hot = np.eye(job.sizes[-1])
    decay = 1.0 - job.eta * job.l2 / len(images)
    history = []
    for _ in range(job.epochs):
        order = random.permutation(len(images))
        for first in range(0, len(order), BATCH):
            chosen = order[first:first + BATCH]
            train_minibatch(weights, biases, images[chosen] / 255.0, one_hot[labels[chosen]], job, decay)
        history.append([accuracy(weights, biases, *judge) for judge in judged])
    return history


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def main():
    parser = argparse.ArgumentParser(description="The book's networks by the book's algorithm, in numpy")
    parser.add_argument("--data-dir", required=True, help="folder of MNIST's four IDX files, .gz or not")
    parser.add_argument("--seeds", type=int, default=10, help="seeds 1 to N")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--sizes", type=lambda text: [int(size) for size in text.split("-")], default=[784, 30, 10])
    parser.add_argument("--cost", choices=["quadratic", "cross-entropy"], default="quadratic")
    parser.add_argument("--eta", type=float, default=3.0)
    parser.add_argument("--l2", type=float, default=0.0, help="the book's lambda")
    parser.add_argument("--scaled", action="store_true", help="weights N(0,1) / sqrt(inputs)")
    parser.add_argument("--samples", type=int, default=TRAINING_IMAGES, help="learn from the first N alone")
    job = parser.parse_args()

    images = read_images(job.data_dir, "train-images-idx3-ubyte")
    labels = read_idx(job.data_dir, "train-labels-idx1-ubyte")
    judged = [(read_images(job.data_dir, "t10k-images-idx3-ubyte") / 255.0, read_idx(job.data_dir, "t10k-labels-idx1-ubyte")),
              (images[TRAINING_IMAGES:] / 255.0, labels[TRAINING_IMAGES:])]

    best, last, held_out = [], [], []
    for seed in range(1, job.seeds + 1):
        start = time.perf_counter()
        history = run(seed, job, images[:job.samples], labels[:job.samples], judged)
        test = [epoch[0] for epoch in history]
        best.append(max(test))
        last.append(test[-1])
        held_out.append(history[-1][1])
        print(json.dumps({"seed": seed, "best_epoch": test.index(best[-1]) + 1, "best_accuracy": best[-1], "last_accuracy": last[-1],
                          "held_out_last": held_out[-1], "held_out_first": history[0][1], "seconds": round(time.perf_counter() - start, 1)}), flush=True)
    print(json.dumps({"seeds": job.seeds, "epochs": job.epochs, "best": spread(best), "last": spread(last), "held_out_last": spread(held_out)}))


if __name__ == "__main__":
    main()
