namespace ActorNet.Cli.Explain;

/// <summary>actornet explain sigmoid</summary>
internal static class SigmoidPage
{
    /// <summary>The page.</summary>
    public static Page Page { get; } = new(
        "sigmoid",
        "Sigmoid neurons: the smooth step, what a small change of a weight does, and why saturated neurons learn slowly.",
        [],
        (_, seed) => [new SmoothStep(), new SmallChange(seed), new Saturation(), new ScaledWeights()]);
}
