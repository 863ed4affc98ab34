"""The algorithm of Nielsen's book, chapter 1, in numpy float64: what accuracy does it really reach, seed by seed?

784-30-10, sigmoid, N(0,1) weights and biases, quadratic cost, plain stochastic gradient descent: each epoch a new random
order, minibatches of 10, w -= eta / 10 * (sum of the samples' gradients). Trains on MNIST's first 50,000 training images
(pixel / 255) and counts right answers on the 10,000 test images after each epoch. A minibatch is one matrix.
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

SIZES = (784, 30, 10)
BATCH = 10
ETA = 3.0
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


def train_minibatch(weights, biases, inputs, targets):
    activations = [inputs]
    for w, b in zip(weights, biases):
        activations.append(sigmoid(activations[-1] @ w + b))
    delta = (activations[-1] - targets) * activations[-1] * (1.0 - activations[-1])
    rate = ETA / len(inputs)
    for layer in range(len(weights) - 1, -1, -1):
        before, w = activations[layer], weights[layer]
        weight_step, bias_step = rate * (before.T @ delta), rate * delta.sum(axis=0)
        if layer > 0:
            delta = (delta @ w.T) * before * (1.0 - before)
        w -= weight_step
        biases[layer] -= bias_step


def accuracy(weights, biases, inputs, labels):
    for w, b in zip(weights, biases):
        inputs = sigmoid(inputs @ w + b)
    return float(np.mean(inputs.argmax(axis=1) == labels))


def run(seed, epochs, images, labels, test_inputs, test_labels):
    """Trains one network; returns the test accuracy after each epoch."""
    random = np.random.default_rng(seed)
    weights = [random.standard_normal(shape) for shape in zip(SIZES, SIZES[1:])]
    biases = [random.standard_normal(size) for size in SIZES[1:]]
    one_hot = np.eye(SIZES[-1])
    history = []
    for _ in range(epochs):
        order = random.permutation(len(images))
        for first in range(0, len(order), BATCH):
            chosen = order[first:first + BATCH]
            train_minibatch(weights, biases, images[chosen] / 255.0, one_hot[labels[chosen]])
        history.append(accuracy(weights, biases, test_inputs, test_labels))
    return history


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def main():
    parser = argparse.ArgumentParser(description="The book's network by the book's algorithm, in numpy")
    parser.add_argument("--data-dir", required=True, help="folder of MNIST's four IDX files, .gz or not")
    parser.add_argument("--seeds", type=int, default=10, help="seeds 1 to N")
    parser.add_argument("--epochs", type=int, default=30)
    arguments = parser.parse_args()

    images = read_images(arguments.data_dir, "train-images-idx3-ubyte")[:TRAINING_IMAGES]
    labels = read_idx(arguments.data_dir, "train-labels-idx1-ubyte")[:TRAINING_IMAGES]
    test_inputs = read_images(arguments.data_dir, "t10k-images-idx3-ubyte") / 255.0
    test_labels = read_idx(arguments.data_dir, "t10k-labels-idx1-ubyte")

    best, last = [], []
    for seed in range(1, arguments.seeds + 1):
        start = time.perf_counter()
        history = run(seed, arguments.epochs, images, labels, test_inputs, test_labels)
        best.append(max(history))
        last.append(history[-1])
        print(json.dumps({"seed": seed, "best_epoch": history.index(best[-1]) + 1, "best_accuracy": best[-1],
                          "last_accuracy": last[-1], "seconds": round(time.perf_counter() - start, 1)}), flush=True)
    print(json.dumps({"seeds": arguments.seeds, "epochs": arguments.epochs, "best": spread(best), "last": spread(last)}))


if __name__ == "__main__":
    main()
