namespace ActorNet.Core.Models;

/// <summary>
/// The function that turns a layer's weighted sums z into its outputs a. A custom one is a subclass, made known by
/// <see cref="Register"/> in every process of a cluster; it must give the same bits everywhere, whatever the number of rows that
/// it gets at once.
/// </summary>
public abstract class Activation
{
    private static readonly Registry<Activation> _registry = new("activation", new()
    {
        ["sigmoid"] = new SigmoidActivation(),
        ["tanh"] = new TanhActivation(),
        ["relu"] = new ReluActivation(),
        ["identity"] = new IdentityActivation(),
        ["softmax"] = new SoftmaxActivation(),
    });

    /// <summary>The name in job files and flags: lower case.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// True when <see cref="Backward"/> reads z. Otherwise the layer runs <see cref="Forward"/> in place: z and a are the same memory.
    /// </summary>
    public virtual bool UsesInput => false;

    /// <summary>What the outputs can be.</summary>
    public virtual OutputRange Range => OutputRange.Unbounded;

    /// <summary>Computes a from z.</summary>
    /// <param name="z">The weighted sums: rows (samples) of <paramref name="width"/> elements.</param>
    /// <param name="a">Takes the outputs, of the same shape; the same memory as z unless <see cref="UsesInput"/>.</param>
    /// <param name="width">Outputs of the layer.</param>
    public abstract void Forward(ReadOnlySpan<float> z, Span<float> a, int width);

    /// <summary>Turns the derivative of the cost by a into its derivative by z.</summary>
    /// <param name="z">The weighted sums, if <see cref="UsesInput"/>; else not to be read.</param>
    /// <param name="a">The outputs that <see cref="Forward"/> gave: rows (samples) of <paramref name="width"/> elements.</param>
    /// <param name="gradient">dC/da on entry, dC/dz on return; the same shape.</param>
    /// <param name="width">Outputs of the layer.</param>
    public abstract void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width);

    /// <summary>All names that <see cref="Find"/> knows.</summary>
    public static IReadOnlyList<string> Names => _registry.Names;

    /// <summary>The activation of that name: sigmoid, tanh, relu, identity, softmax, or one that was registered.</summary>
    /// <exception cref="ActorNetException">There is none of that name.</exception>
    public static Activation Find(string name) => _registry.Find(name);

    /// <summary>Makes an activation of one's own known by its name.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public static void Register(Activation activation)
    {
        ArgumentNullException.ThrowIfNull(activation);
        _registry.Register(activation.Name, activation);
    }
}
