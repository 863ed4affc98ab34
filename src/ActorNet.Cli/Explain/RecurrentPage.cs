namespace ActorNet.Cli.Explain;

/// <summary>actornet explain recurrent</summary>
internal static class RecurrentPage
{
    /// <summary>The page.</summary>
    public static Page Page { get; } = new(
        "recurrent",
        "Recurrent networks: neurons that fire for a while and set off others, step by step in a small trained network.",
        [],
        (_, seed) => [new FiringNeurons(seed)]);
}
