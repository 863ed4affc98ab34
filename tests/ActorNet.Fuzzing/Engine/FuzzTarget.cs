using ActorNet.Core;

namespace ActorNet.Fuzzing.Engine;

/// <summary>A decoder, and what is known of its format.</summary>
/// <param name="Name">Its name on the command line, and its corpus's.</param>
/// <param name="Seeds">Small inputs to begin with, most of them valid.</param>
/// <param name="Decode">Decodes an input. Whatever the input is, it returns or throws one of <see cref="Refusals"/>.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Decode)
{
    /// <summary>The exceptions that the decoder documents.</summary>
    public IReadOnlyList<Type> Refusals { get; init; } = [typeof(ActorNetException)];

    /// <summary>Words of the format, which mutations put in.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];
}
