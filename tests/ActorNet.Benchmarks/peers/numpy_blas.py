"""The same step by hand in numpy over OpenBLAS, float32, one thread: no array is made, the gradient is kept, the update follows."""
import one_thread
import rounds

try:
    import numpy as np
except ImportError:
    rounds.absent("numpy", "python3-numpy")


class Step:
    def __init__(self, sizes, batch):
        random = np.random.default_rng(1)
        shapes = list(zip(sizes, sizes[1:]))
        self.parameters = np.zeros(sum((inputs + 1) * outputs for inputs, outputs in shapes), np.float32)
        self.gradient = np.zeros_like(self.parameters)
        self.scratch = np.empty_like(self.parameters)
        self.weights, self.biases = self._views(self.parameters, shapes)
        self.weight_gradients, self.bias_gradients = self._views(self.gradient, shapes)
        for weights in self.weights:
            weights[:] = random.standard_normal(weights.shape) / np.sqrt(weights.shape[1])
        self.activations = [np.empty((batch, outputs), np.float32) for _, outputs in shapes]
        self.deltas = [np.empty((batch, outputs), np.float32) for _, outputs in shapes]
        self.slopes = [np.empty((batch, outputs), np.float32) for _, outputs in shapes]
        self.inputs = random.random((rounds.SAMPLES, sizes[0]), np.float32)
        self.targets = np.eye(sizes[-1], dtype=np.float32)[random.integers(sizes[-1], size=rounds.SAMPLES)]
        self.batch = batch

    @staticmethod
    def _views(flat, shapes):
        weights, biases, start = [], [], 0
        for inputs, outputs in shapes:
            weights.append(flat[start:start + inputs * outputs].reshape(outputs, inputs))
            start += inputs * outputs
            biases.append(flat[start:start + outputs])
            start += outputs
        return weights, biases

    def __call__(self, first):
        self._compute_gradient(self.inputs[first:first + self.batch], self.targets[first:first + self.batch])
        np.multiply(self.gradient, np.float32(rounds.LEARNING_RATE), out=self.scratch)
        self.parameters -= self.scratch

    def _compute_gradient(self, inputs, targets):
        before = inputs
        for weights, biases, activation in zip(self.weights, self.biases, self.activations):
            np.matmul(before, weights.T, out=activation)
            activation += biases
            np.negative(activation, out=activation)
            np.exp(activation, out=activation)
            activation += 1
            np.reciprocal(activation, out=activation)
            before = activation
        last = len(self.weights) - 1
        np.subtract(self.activations[last], targets, out=self.deltas[last])
        self.deltas[last] *= np.float32(1 / self.batch)
        for layer in range(last, -1, -1):
            activation, delta, slope = self.activations[layer], self.deltas[layer], self.slopes[layer]
            if layer < last:
                np.matmul(self.deltas[layer + 1], self.weights[layer + 1], out=delta)
            np.subtract(1, activation, out=slope)
            slope *= activation
            delta *= slope
            before = self.activations[layer - 1] if layer > 0 else inputs
            np.matmul(delta.T, before, out=self.weight_gradients[layer])
            np.sum(delta, axis=0, out=self.bias_gradients[layer])


if __name__ == "__main__":
    blas = one_thread.openblas()
    if blas is None:
        rounds.absent("numpy", "libopenblas0-openmp")
    rounds.main("numpy", f"numpy {np.__version__}, {blas}", Step)
