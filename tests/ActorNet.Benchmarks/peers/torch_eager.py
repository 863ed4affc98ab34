"""PyTorch eager as its users write it: nn.Sequential, backward(), optim.SGD; sigmoid, quadratic cost, float32, one thread."""
import one_thread
import rounds

try:
    import torch
    from torch import nn
except ImportError:
    rounds.absent("torch-eager", "python3-torch")

torch.set_num_threads(1)


class Step:
    def __init__(self, sizes, batch):
        torch.manual_seed(1)
        layers = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            layers += [nn.Linear(inputs, outputs), nn.Sigmoid()]
        self.model = nn.Sequential(*layers)
        self.cost = nn.MSELoss(reduction="sum")
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=rounds.LEARNING_RATE)
        self.inputs = torch.rand(rounds.SAMPLES, sizes[0])
        self.targets = nn.functional.one_hot(torch.randint(sizes[-1], (rounds.SAMPLES,)), sizes[-1]).float()
        self.batch = batch

    def __call__(self, first):
        inputs = self.inputs[first:first + self.batch]
        targets = self.targets[first:first + self.batch]
        self.optimizer.zero_grad()
        loss = 0.5 / self.batch * self.cost(self.model(inputs), targets)
        loss.backward()
        self.optimizer.step()


if __name__ == "__main__":
    blas = one_thread.openblas()
    if blas is None and not torch.backends.mkl.is_available():
        rounds.absent("torch-eager", "libopenblas0-openmp")  # with the reference BLAS it would be no opponent
    rounds.main("torch-eager", f"PyTorch {torch.__version__}, {blas or 'MKL'}", Step)
