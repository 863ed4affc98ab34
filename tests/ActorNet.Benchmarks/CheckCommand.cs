namespace ActorNet.Benchmarks;

/// <summary>Does the network over OpenBLAS compute what the definition says? Compared with plain loops in double precision.</summary>
internal static class CheckCommand
{
    private const int Steps = 5;
    private const int Batch = 7;
    private const float LearningRate = 0.5f;
    private const double Tolerance = 1e-6;

    private static readonly int[] _sizes = [37, 19, 11, 5];

    /// <returns>Whether weights and gradient agree after some steps.</returns>
    public static bool Run()
    {
        Console.WriteLine(OpenBlas.Load());
        var network = new OpenBlasNetwork(_sizes, Batch, LearningRate);
        double[] parameters = [.. network.Parameters];
        double[] gradient = [];
        var samples = new RandomSamples(new Workload("check", _sizes, Batch));
        for (var step = 0; step < Steps; step++)
        {
            var first = samples.NextMinibatch();
            var inputs = samples.Inputs.AsSpan(first * _sizes[0], Batch * _sizes[0]);
            var targets = samples.Targets.AsSpan(first * _sizes[^1], Batch * _sizes[^1]);
            network.Step(inputs, targets);
            gradient = NaiveGradient(parameters, inputs, targets);
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i] -= LearningRate * gradient[i];
            }
        }
        var worst = Math.Max(Difference(network.Parameters, parameters), Difference(network.Gradient, gradient));
        Console.WriteLine($"after {Steps} steps the largest difference from plain loops in double is {worst:E1}, allowed {Tolerance:E0}");
        return worst < Tolerance;
    }

    private static double Difference(float[] actual, double[] expected) => actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max();

    /// <summary>The mean gradient of half the squared error, sample by sample and neuron by neuron.</summary>
    private static double[] NaiveGradient(double[] parameters, ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        var gradient = new double[parameters.Length];
        for (var sample = 0; sample < Batch; sample++)
        {
            var activations = NaiveForward(parameters, inputs.Slice(sample * _sizes[0], _sizes[0]));
            var error = new double[_sizes[^1]];
            for (var j = 0; j < error.Length; j++)
            {
                error[j] = activations[^1][j] - targets[sample * error.Length + j];
            }
            NaiveBackward(parameters, activations, error, gradient);
        }
        return gradient;
    }

    private static List<double[]> NaiveForward(double[] parameters, ReadOnlySpan<float> input)
    {
        var activations = new List<double[]> { Array.ConvertAll(input.ToArray(), value => (double)value) };
        var start = 0;
        for (var layer = 1; layer < _sizes.Length; layer++)
        {
            var (before, activation) = (activations[^1], new double[_sizes[layer]]);
            for (var j = 0; j < activation.Length; j++)
            {
                var z = parameters[start + before.Length * activation.Length + j];
                for (var i = 0; i < before.Length; i++)
                {
                    z += before[i] * parameters[start + j * before.Length + i];
                }
                activation[j] = 1 / (1 + Math.Exp(-z));
            }
            activations.Add(activation);
            start += (before.Length + 1) * activation.Length;
        }
        return activations;
    }

    private static void NaiveBackward(double[] parameters, List<double[]> activations, double[] error, double[] gradient)
    {
        var start = parameters.Length;
        for (var layer = _sizes.Length - 1; layer > 0; layer--)
        {
            var (before, activation) = (activations[layer - 1], activations[layer]);
            start -= (before.Length + 1) * activation.Length;
            var errorBefore = new double[before.Length];
            for (var j = 0; j < activation.Length; j++)
            {
                var delta = error[j] * activation[j] * (1 - activation[j]);
                for (var i = 0; i < before.Length; i++)
                {
                    gradient[start + j * before.Length + i] += before[i] * delta / Batch;
                    errorBefore[i] += parameters[start + j * before.Length + i] * delta;
                }
                gradient[start + before.Length * activation.Length + j] += delta / Batch;
            }
            error = errorBefore;
        }
    }
}
