using ActorNet.Core.Data;

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
    /// <param name="validation">Samples to hold out.</param>
    /// <param name="warn">Is told what is wrong but survived.</param>
    /// <exception cref="Core.ActorNetException">It cannot be opened.</exception>
    public static TrainingData Open(string name, string? folder, int validation, Action<string> warn)
    {
        var pair = DataSets.Open(name, folder, warn);
        var test = pair.Test.Count > 0 ? pair.Test : null;
        if (validation == 0)
        {
            return new TrainingData(pair.Training, null, test);
        }

        var (training, heldOut) = pair.HoldOut(validation);
        return new TrainingData(training, heldOut, test);
    }
}
