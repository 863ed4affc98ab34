using ActorNet.Core.Models;
using ActorNet.Core.Optimization;

namespace ActorNet.Core.Training;

/// <summary>
/// The networks of M. Nielsen's «Neural Networks and Deep Learning» and of 3Blue1Brown's series, each with the settings that it was shown with. All hold out
/// the last 10,000 training samples, as the book does.
/// </summary>
internal static class KnownJobs
{
    private const int HeldOut = 10_000;

    /// <summary>Those of the book in its order, and the series' before them.</summary>
    public static IReadOnlyList<KnownJob> All { get; } =
    [
        new("3blue1brown", "the series' 784-16-16-10 of 13,002 parameters", Plain(3.0, [16, 16])),
        new("book", "chapter 1's first network", Plain(3.0, [30], "normal"), new(1, 95.42)),
        new("book100", "the same with 100 hidden neurons", Plain(3.0, [100], "normal"), new(1, 96.59)),
        new("entropy", "chapter 3's first with the cross-entropy", Entropy(0.5, [30], "normal"), new(3, 95.49)),
        new("entropy100", "the same with 100 hidden neurons", Entropy(0.5, [100], "normal"), new(3, 96.82)),
        new("few", "overfitting to 1,000 samples, 400 epochs", First1000(Entropy(0.5, [30], "normal")), new(3, 82.27)),
        new("few-l2", "the same with weight decay", First1000(Entropy(0.5, [30], "normal", l2: 0.1)), new(3, 87.1)),
        new("l2", "weight decay on all samples", Entropy(0.5, [30], "normal", l2: 5), new(3, 96.49)),
        new("l2-100", "the same with 100 hidden neurons", Entropy(0.5, [100], "normal", l2: 5), new(3, 97.92, BookSet.HeldOut)),
        new("l2-slow", "the same, more slowly and for longer", Entropy(0.1, [100], "normal", l2: 5) with { Epochs = 60 }, new(3, 98.04, BookSet.HeldOut)),
        new("spread", "first weights N(0, 1), after one epoch", Entropy(0.1, [30], "normal", l2: 5), new(3, 87, BookSet.HeldOutAtFirst)),
        new("scaled", "first weights N(0, 1)/√n, after one epoch", Entropy(0.1, [30], l2: 5), new(3, 93, BookSet.HeldOutAtFirst)),
        new("deep", "the same with scaled first weights: chapter 3's last", Entropy(0.1, [100], l2: 5) with { Epochs = 60 }),
        new("hidden1", "chapter 5's with one hidden layer", Entropy(0.1, [30], l2: 5), new(5, 96.48, BookSet.HeldOut)),
        new("hidden2", "with two", Entropy(0.1, [30, 30], l2: 5), new(5, 96.90, BookSet.HeldOut)),
        new("hidden3", "with three", Entropy(0.1, [30, 30, 30], l2: 5), new(5, 96.57, BookSet.HeldOut)),
        new("hidden4", "with four", Entropy(0.1, [30, 30, 30, 30], l2: 5), new(5, 96.53, BookSet.HeldOut)),
        new("conv", "chapter 6's first convolution", Pictures(0.1, "sigmoid", "conv20x5", "pool2", "100"), new(6, 98.78)),
        new("conv2", "with a second one", Pictures(0.1, "sigmoid", "conv20x5", "pool2", "conv40x5", "pool2", "100"), new(6, 99.06)),
        new("relu", "of rectified linear units", Pictures(0.03, "relu", "conv20x5", "pool2", "conv40x5", "pool2", "100") with { L2 = 0.1 }, new(6, 99.23)),
        new("expanded", "on pictures shifted by a pixel too", Expanded(Pictures(0.03, "relu", "conv20x5", "pool2", "conv40x5", "pool2", "100") with { L2 = 0.1 }), new(6, 99.37)),
        new(
            "dropout",
            "with two layers of 1,000 neurons and dropout",
            Expanded(Pictures(0.03, "relu", "conv20x5", "pool2", "conv40x5", "pool2", "1000", "dropout0.5", "1000", "dropout0.5")) with { Epochs = 40 },
            new(6, 99.60)),
    ];

    /// <summary>Chapter 1: sigmoids, the quadratic cost, minibatches of 10, 30 epochs.</summary>
    private static JobSpec Plain(double rate, int[] hidden, string initialiser = "normal-scaled") => new()
    {
        Model = ModelSpec.Dense([784, .. hidden, 10], initialiser: initialiser),
        Data = new DataSpec("mnist", Validation: HeldOut),
        LearningRate = new LearningRateSpec { Rate = rate },
    };

    private static JobSpec Entropy(double rate, int[] hidden, string initialiser = "normal-scaled", double l2 = 0) =>
        Plain(rate, hidden, initialiser) with { Cost = "cross-entropy", L2 = l2 };

    private static JobSpec First1000(JobSpec job) => job with { Data = job.Data with { Samples = 1000 }, Epochs = 400 };

    /// <summary>
    /// Chapter 6: a softmax layer and the log-likelihood cost, 60 epochs. The book draws first weights with other spreads in each kind of layer; here they are
    /// Glorot's, and He's for rectified linear units.
    /// </summary>
    private static JobSpec Pictures(double rate, string activation, params string[] hidden) => Entropy(rate, []) with
    {
        Model = new ModelSpec(784, [.. hidden.Select(word => LayerSpec.Parse(word, activation)), new LayerSpec("dense", 10, "softmax")], activation == "relu" ? "he" : "glorot"),
        Epochs = 60,
    };

    private static JobSpec Expanded(JobSpec job) => job with { Expand = "shift" };
}
