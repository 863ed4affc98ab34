namespace ActorNet.Core.Checkpoints;

/// <summary>A tensor with the name that it has in a file.</summary>
/// <param name="Name">The name, unique in its file.</param>
/// <param name="Shape">The dimensions, outermost first; their product is the length of the data. Empty for a single number.</param>
/// <param name="Data">The elements in row-major order. Writers read them in place: they must not change meanwhile.</param>
public sealed record NamedTensor(string Name, int[] Shape, ReadOnlyMemory<float> Data);
