using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Models;

/// <summary>
/// The gradient that workers compute against central finite differences of the network's cost in double precision, for every activation of the hidden
/// layers, every one of the output layer and every cost that goes with it.
/// </summary>
public sealed class GradientCheckTests
{
    private const int Samples = 7;
    private static readonly int[] _sizes = [4, 6, 5, 3];
    private static readonly string[] _activations = ["sigmoid", "tanh", "relu", "identity", "softmax"];
    private static readonly string[] _costs = ["quadratic", "cross-entropy"];

    public static TheoryData<string, string, string> Networks
    {
        get
        {
            var networks = new TheoryData<string, string, string>();
            foreach (var cost in _costs)
            {
                foreach (var output in _activations.Where(output => Allows(cost, output)))
                {
                    foreach (var hidden in _activations)
                    {
                        networks.Add(hidden, output, cost);
                    }
                }
            }

            return networks;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_gradient_is_the_derivative_of_the_cost(string hidden, string output, string cost)
    {
        var (setup, parameters, seed) = AwayFromKinks(hidden, output, cost);
        var calculator = new GradientCalculator(setup);
        calculator.SetLease([setup.Tree.Root]);
        var part = calculator.Compute(0, parameters)[0];
        var wide = DoubleReference.ToDouble(parameters);
        var expectedCost = Cost(setup, wide);
        Assert.True(Math.Abs(part.Cost - expectedCost) < 1e-5 * expectedCost, $"seed {seed}: the cost is {part.Cost}, in double {expectedCost}.");
        var expected = DoubleReference.Derivative(at => Cost(setup, at), wide);
        Assert.True(expected.Max(Math.Abs) > 0.01, $"seed {seed}: the cost is flat, so that nothing is checked.");
        // Finite differences are good to 1e-9 here; the float gradient is off by the roundings of a few dozen operations, each 2^-24 of a term.
        DoubleReference.AssertClose($"seed {seed}", expected, part.Gradient.Span, tolerance: 5e-6);
    }

    [Fact]
    public void Every_built_in_activation_and_cost_is_checked()
    {
        Assert.Equal(_activations, Activation.Names.Take(_activations.Length));
        Assert.Equal(_costs, ActorNet.Core.Models.Cost.Names.Take(_costs.Length));
        Assert.Equal(35, Networks.Count);
    }

    /// <summary>A network and data whose weighted sums stay away from relu's kink, so that the cost is smooth for the finite differences.</summary>
    private static (TrainingSetup Setup, float[] Parameters, ulong Seed) AwayFromKinks(string hidden, string output, string cost)
    {
        for (var seed = 1UL; ; seed++)
        {
            var setup = Setup(hidden, output, cost, seed);
            var parameters = new float[setup.Network.Layout.Length];
            setup.Network.Initialise(parameters, seed);
            var closest = double.PositiveInfinity;
            Cost(setup, DoubleReference.ToDouble(parameters), z => closest = Math.Min(closest, z.Min(Math.Abs)));
            if (closest > 1e-3 || (hidden != "relu" && output != "relu"))
            {
                return (setup, parameters, seed);
            }
        }
    }

    private static TrainingSetup Setup(string hidden, string output, string cost, ulong seed)
    {
        var random = new Random((int)seed);
        float[] Row(int length) => [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() + 0.05f)];
        var inputs = Enumerable.Range(0, Samples).Select(_ => Row(_sizes[0])).ToArray();
        // Targets of sum 1 fit every cost: as values, as probabilities and as distributions.
        var targets = Enumerable.Range(0, Samples).Select(_ => Row(_sizes[^1])).Select(row => row.Select(x => x / row.Sum()).ToArray()).ToArray();
        var job = new JobSpec
        {
            Model = ModelSpec.Dense(_sizes, hidden, output),
            Data = new DataSpec("random"),
            Cost = cost,
            BatchSize = Samples,
            Slices = 3,
            Seed = seed,
        };
        return new TrainingSetup(job, ArrayDataSet.Regression(inputs, targets, "random"));
    }

    /// <summary>The summed cost of all samples in double; <paramref name="sums"/> sees the weighted sums of each layer that has a kink.</summary>
    private static double Cost(TrainingSetup setup, double[] parameters, Action<double[]>? sums = null)
    {
        var total = 0.0;
        float[] inputs = new float[_sizes[0]], targets = new float[_sizes[^1]];
        for (var sample = 0; sample < Samples; sample++)
        {
            setup.Data.Read(sample, inputs, targets);
            var a = DoubleReference.ToDouble(inputs);
            var offset = 0;
            foreach (var layer in setup.Network.Layers)
            {
                var z = Enumerable.Range(0, layer.OutputSize).Select(j =>
                    parameters[offset + (layer.InputSize * layer.OutputSize) + j]
                    + a.Select((x, i) => x * parameters[offset + (i * layer.OutputSize) + j]).Sum()).ToArray();
                if (layer.Activation.Name == "relu")
                {
                    sums?.Invoke(z);
                }

                a = DoubleReference.Activate(layer.Activation.Name, z);
                offset += (layer.InputSize + 1) * layer.OutputSize;
            }

            total += DoubleReference.Cost(setup.Job.Cost, setup.Network.OutputActivation.Name, a, DoubleReference.ToDouble(targets));
        }

        return total;
    }

    private static bool Allows(string cost, string output)
    {
        try
        {
            ActorNet.Core.Models.Cost.Find(cost).Check(Activation.Find(output));
            return true;
        }
        catch (ActorNetException)
        {
            return false;
        }
    }
}
