namespace ActorNet.Core.Models;

/// <summary>One tensor of a layer's parameters, row-major.</summary>
/// <param name="Name">The tensor's name within its layer: <c>weights</c>, <c>biases</c>.</param>
/// <param name="Rows">Rows; 1 for a vector.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Decays">Whether weight decay applies: true for weights, false for biases.</param>
public sealed record ParameterShape(string Name, int Rows, int Columns, bool Decays)
{
    /// <summary>Floats in the tensor.</summary>
    public int Length => checked(Rows * Columns);
}

/// <summary>A tensor's place in the flat parameter vector.</summary>
/// <param name="Name">The layer's number and the tensor's name: <c>layer1.weights</c>.</param>
/// <param name="Offset">Floats before it.</param>
/// <param name="Shape">Its shape.</param>
internal sealed record ParameterView(string Name, int Offset, ParameterShape Shape)
{
    /// <summary>The floats after it begin here.</summary>
    public int End => Offset + Shape.Length;
}
