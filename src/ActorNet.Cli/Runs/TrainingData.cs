using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Runs;

/// <summary>The parts of a data set as a job uses them.</summary>
/// <param name="Training">What is learned from.</param>
/// <param name="Validation">What is held out of it; null for nothing.</param>
/// <param name="Test">What is judged by; null for nothing.</param>
internal sealed record TrainingData(DataSet Training, DataSet? Validation, DataSet? Test)
{
    /// <summary>Opens a job's data.</summary>
    /// <param name="name">A name that <see cref="DataSets.Open"/> knows, or a folder.</param>
    /// <param name="folder">Where it is, if not in its usual place.</param>
    /// <param name="parts">What of it is learned from and held out.</param>
    /// <param name="warn">Is told what is wrong but survived.</param>
    /// <exception cref="Core.ActorNetException">It cannot be opened.</exception>
    public static TrainingData Open(string name, string? folder, DataSpec parts, Action<string> warn)
    {
        var pair = DataSets.Open(name, folder, warn);
        var test = pair.Test.Count > 0 ? pair.Test : null;
        var (training, heldOut) = pair.PartsFor(parts);
        return new TrainingData(training, heldOut, test);
    }
}
