namespace ActorNet.Core.Data;

/// <summary>How a sample's inputs are a grey picture, row by row.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
internal sealed record ImageShape(int Width, int Height);
