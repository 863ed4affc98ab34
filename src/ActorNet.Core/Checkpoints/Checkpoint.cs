using ActorNet.Core.Training;

namespace ActorNet.Core.Checkpoints;

/// <summary>Everything that a job needs to go on from one version as if it had never stopped.</summary>
/// <param name="JobHash">The hash that names the job.</param>
/// <param name="JobJson">The job's specification, kept word for word.</param>
/// <param name="Progress">How far the job has come.</param>
/// <param name="Weights">The weights at <see cref="TrainingProgress.Version"/>.</param>
/// <param name="OptimizerState">The optimizer's state vectors; empty for one that keeps none.</param>
public sealed record Checkpoint(
    string JobHash,
    string JobJson,
    TrainingProgress Progress,
    IReadOnlyList<NamedTensor> Weights,
    IReadOnlyList<NamedTensor> OptimizerState)
{
    /// <summary>
    /// How good exactly these weights are, as <see cref="EpochResults.Merit"/> says it. Null unless the checkpoint stands at the end of an epoch that was
    /// evaluated.
    /// </summary>
    internal double? Score
    {
        get
        {
            if (Progress.Ledger is not null || Progress.History.Count == 0 || Progress.History[^1].Epoch != Progress.Epoch)
            {
                return null;
            }

            var score = EpochResults.Merit(Progress.History[^1]);
            return double.IsNaN(score) ? null : score;
        }
    }
}
