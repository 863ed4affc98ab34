using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// How a layer's first weights and biases are drawn. A custom one is a subclass, made known by <see cref="Register"/> in every process
/// of a cluster; it must be a pure function of its arguments.
/// </summary>
public abstract class Initialiser
{
    private static readonly Registry<Initialiser> _registry = new("initialiser", new()
    {
        ["normal"] = new NormalInitialiser(),
        ["normal-scaled"] = new ScaledNormalInitialiser(),
        ["glorot"] = new GlorotInitialiser(),
        ["he"] = new HeInitialiser(),
    });

    /// <summary>The name in job files and flags: lower case.</summary>
    public abstract string Name { get; }

    /// <summary>Sets every weight and bias of one layer.</summary>
    /// <param name="weights">The weights: inputs × outputs of them in a dense layer.</param>
    /// <param name="biases">The biases: one an output.</param>
    /// <param name="inputs">Numbers that each neuron sums.</param>
    /// <param name="outputs">Neurons of the layer.</param>
    /// <param name="stream">
    /// The layer's own random stream. The built-in initialisers draw element i for weight i, and the biases after.
    /// </param>
    public abstract void Fill(Span<float> weights, Span<float> biases, int inputs, int outputs, RandomStream stream);

    /// <summary>All names that <see cref="Find"/> knows.</summary>
    public static IReadOnlyList<string> Names => _registry.Names;

    /// <summary>The initialiser of that name: normal, normal-scaled, glorot, he, or one that was registered.</summary>
    /// <exception cref="ActorNetException">There is none of that name.</exception>
    public static Initialiser Find(string name) => _registry.Find(name);

    /// <summary>Makes an initialiser of one's own known by its name.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public static void Register(Initialiser initialiser)
    {
        ArgumentNullException.ThrowIfNull(initialiser);
        _registry.Register(initialiser.Name, initialiser);
    }
}
