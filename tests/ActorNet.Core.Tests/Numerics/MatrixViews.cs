using ActorNet.Core.Numerics;

namespace ActorNet.Core.Tests.Numerics;

internal static class MatrixViews
{
    /// <summary>The first values of an array as a matrix without gaps.</summary>
    public static Matrix AsMatrix(this float[] values, int rows, int columns) => new(values.AsSpan(0, rows * columns), rows, columns);
}
