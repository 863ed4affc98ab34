namespace ActorNet.Core.Models;

/// <summary>
/// What training makes small: a function of a sample's outputs and targets. A minibatch's cost, and its gradient, is the mean
/// over its samples; the caller takes it. A custom cost is a subclass, made known by <see cref="Register"/> in every process of a cluster;
/// it must give the same bits everywhere, whatever the number of rows it gets at once.
/// </summary>
public abstract class Cost
{
    private static readonly Registry<Cost> _registry = new("cost", new()
    {
        ["quadratic"] = new QuadraticCost(),
        ["cross-entropy"] = new CrossEntropyCost(),
    });

    /// <summary>The name in job files and flags: lower case.</summary>
    public abstract string Name { get; }

    /// <summary>The cost of one sample. NaN where an output is NaN; else finite for finite outputs.</summary>
    /// <param name="output">The output layer's activation.</param>
    /// <param name="outputs">The sample's outputs.</param>
    /// <param name="targets">What they should have been; as many.</param>
    public abstract double Value(Activation output, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets);

    /// <summary>The derivative of each sample's cost by its outputs, dC/da, for any number of samples at once.</summary>
    /// <param name="output">The output layer's activation.</param>
    /// <param name="outputs">The outputs.</param>
    /// <param name="targets">What they should have been; as many.</param>
    /// <param name="gradient">Takes the derivatives; as many, and apart from both.</param>
    public abstract void Gradient(Activation output, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient);

    /// <summary>
    /// The derivative of each sample's cost by the output layer's weighted sums, dC/dz: <see cref="Gradient"/> and then the
    /// activation's way back (Nielsen, chapter 2, eq. BP1), unless the cost knows a shorter way.
    /// </summary>
    /// <param name="output">The output layer's activation.</param>
    /// <param name="z">The weighted sums, if the activation uses them; else not read.</param>
    /// <param name="outputs">The outputs: rows (samples) of <paramref name="width"/> elements.</param>
    /// <param name="targets">What they should have been; the same shape.</param>
    /// <param name="delta">Takes the derivatives; the same shape, apart from the others.</param>
    /// <param name="width">Outputs of the network.</param>
    public virtual void OutputDelta(
        Activation output, ReadOnlySpan<float> z, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> delta, int width)
    {
        Gradient(output, outputs, targets, delta);
        output.Backward(z, outputs, delta, width);
    }

    /// <summary>Refuses an output activation for which this cost makes no sense.</summary>
    /// <exception cref="ActorNetException">It makes none; the message says which do.</exception>
    public virtual void Check(Activation output)
    {
    }

    /// <summary>All names that <see cref="Find"/> knows.</summary>
    public static IReadOnlyList<string> Names => _registry.Names;

    /// <summary>The cost of that name: quadratic, cross-entropy, or one that was registered.</summary>
    /// <exception cref="ActorNetException">There is none of that name.</exception>
    public static Cost Find(string name) => _registry.Find(name);

    /// <summary>Makes a cost of one's own known by its name.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public static void Register(Cost cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        _registry.Register(cost.Name, cost);
    }
}
