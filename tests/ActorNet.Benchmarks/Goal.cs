namespace ActorNet.Benchmarks;

/// <summary>What ActorNet must reach on a workload, as ratios of samples/s at the default number of slices.</summary>
/// <param name="TorchEager">One thread, beside PyTorch as its users write it.</param>
/// <param name="OpenBlas">One thread, beside the same step over OpenBLAS.</param>
/// <param name="OneWorker">Actors with one worker, beside the same loop without actors.</param>
/// <param name="TwoWorkers">Actors with two workers, beside two independent loops on half the batch each, their rates added.</param>
/// <param name="TorchDdp">Two processes of one worker, beside PyTorch's DistributedDataParallel in two processes of one thread.</param>
internal sealed record Goal(double TorchEager, double OpenBlas, double OneWorker, double TwoWorkers, double TorchDdp)
{
    private static readonly Dictionary<string, Goal> _goals = new()
    {
        ["W1"] = new(5, 1.0, 0.5, 0.35, 5),
        ["W2"] = new(3, 1.0, 0.8, 0.6, 5),
        ["W3"] = new(1.2, 1.0, 0.95, 0.85, 1.6),
        ["W4"] = new(1.0, 1.0, 0.95, 0.8, 1.2),
    };

    /// <summary>Of GFLOP/s at 2048 x 2048 x 2048, beside OpenBLAS.</summary>
    public const double LargeProduct = 0.85;

    /// <summary>A step of two processes, over computing alone and moving its bytes alone; at most.</summary>
    public const double ClusterStep = 1.1;

    /// <summary>Bytes on the wire, over those of the gradients and weights themselves; at most.</summary>
    public const double ClusterBytes = 1.02;

    public static Goal Of(Workload workload) => _goals[workload.Name];

    /// <summary>A measured ratio beside the one that must be reached.</summary>
    public static string Compare(double ratio, double goal) => $"{ratio:F2} (goal {goal}: {(ratio >= goal ? "met" : "MISSED")})";

    /// <summary>A measured ratio beside the one that it must not pass.</summary>
    public static string CompareMost(double ratio, double most, string format = "F2") =>
        $"{ratio.ToString(format)} (at most {most}: {(ratio <= most ? "met" : "MISSED")})";
}
