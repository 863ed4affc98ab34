using ActorNet.Core.Checkpoints;

namespace ActorNet.Core.Models;

/// <summary>A network's parameters as the named tensors of a file, and back.</summary>
internal static class ModelWeights
{
    /// <summary>The tensors of a parameter vector, in its order; they share its memory.</summary>
    public static IReadOnlyList<NamedTensor> ToTensors(ParameterLayout layout, ReadOnlyMemory<float> parameters) =>
        [.. layout.Views.Select(view => new NamedTensor(view.Name, Dimensions(view.Shape), parameters.Slice(view.Offset, view.Shape.Length)))];

    /// <summary>Writes tensors to their places in the parameter vector.</summary>
    /// <exception cref="ActorNetException">A tensor is missing or has another shape; names it.</exception>
    public static void Load(ParameterLayout layout, IReadOnlyList<NamedTensor> tensors, Span<float> parameters)
    {
        foreach (var view in layout.Views)
        {
            Find(tensors, view).Data.Span.CopyTo(parameters[view.Offset..view.End]);
        }
    }

    /// <summary>Refuses tensors that are not those of a network.</summary>
    /// <exception cref="ActorNetException">As <see cref="Load"/>.</exception>
    public static void Check(ParameterLayout layout, IReadOnlyList<NamedTensor> tensors)
    {
        foreach (var view in layout.Views)
        {
            Find(tensors, view);
        }
    }

    private static NamedTensor Find(IReadOnlyList<NamedTensor> tensors, ParameterView view)
    {
        var tensor = tensors.FirstOrDefault(tensor => tensor.Name == view.Name)
            ?? throw new ActorNetException($"The weights have no tensor '{view.Name}': they belong to another network.");
        return tensor.Shape.SequenceEqual(Dimensions(view.Shape))
            ? tensor
            : throw new ActorNetException(
                $"The tensor '{view.Name}' is {string.Join(" x ", tensor.Shape)}, the network's is {string.Join(" x ", Dimensions(view.Shape))}.");
    }

    private static int[] Dimensions(ParameterShape shape) => shape.Rows == 1 ? [shape.Columns] : [shape.Rows, shape.Columns];
}
