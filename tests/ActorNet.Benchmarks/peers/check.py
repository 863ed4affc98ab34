"""Do torch_eager.py and numpy_blas.py compute the same? From the same weights, a few steps on the same samples."""
import one_thread  # noqa: F401 (first, before numpy and torch)
import numpy as np
import numpy_blas
import torch_eager

STEPS, SIZES, BATCH = 5, [784, 30, 20, 10], 10

ours, theirs = numpy_blas.Step(SIZES, BATCH), torch_eager.Step(SIZES, BATCH)
linear = theirs.model[::2]
ours.inputs, ours.targets = theirs.inputs.numpy(), theirs.targets.numpy()
for weights, biases, layer in zip(ours.weights, ours.biases, linear):
    weights[:] = layer.weight.detach().numpy()
    biases[:] = layer.bias.detach().numpy()
for step in range(STEPS):
    ours(step * BATCH)
    theirs(step * BATCH)
worst = max(float(np.abs(mine - other).max()) for weights, biases, gradients, layer
            in zip(ours.weights, ours.biases, ours.weight_gradients, linear)
            for mine, other in ((weights, layer.weight.detach().numpy()), (biases, layer.bias.detach().numpy()),
                                (gradients, layer.weight.grad.numpy())))
print(f"largest difference after {STEPS} steps: {worst:.1e}")
raise SystemExit(0 if worst < 1e-6 else "torch_eager.py and numpy_blas.py do not compute the same")
