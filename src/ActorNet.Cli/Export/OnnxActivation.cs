namespace ActorNet.Cli.Export;

/// <summary>The activations as ONNX operators.</summary>
internal static class OnnxActivation
{
    private static readonly Dictionary<string, string> _operators = new()
    {
        ["sigmoid"] = "Sigmoid",
        ["tanh"] = "Tanh",
        ["relu"] = "Relu",
        ["softmax"] = "Softmax",
    };

    /// <summary>Those that ONNX has.</summary>
    public static IReadOnlyCollection<string> Names { get; } = ["identity", .. _operators.Keys];

    /// <summary>Adds the activation of some sums: samples × outputs, since softmax is over all of a sample's.</summary>
    /// <returns>Its outputs.</returns>
    public static string Apply(OnnxGraph graph, string activation, string sums) => activation switch
    {
        "identity" => sums,
        "softmax" => graph.Add("Softmax", [sums], OnnxGraph.Int("axis", 1)),
        _ => graph.Add(_operators[activation], [sums]),
    };
}
