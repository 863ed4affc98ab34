namespace ActorNet.Cluster.Hosting;

/// <summary>Trains a job with coordinator, parameter servers and workers as actors on a one-node cluster in this process.</summary>
public static class ClusterTrainer
{
    /// <summary>Trains to the end of the job.</summary>
    /// <param name="request">The job and how to train it.</param>
    /// <param name="observer">Sees what happens, one event at a time.</param>
    /// <param name="stop">Asks to finish the step, write a checkpoint and end with <see cref="EndReason.Stopped"/>.</param>
    /// <exception cref="ActorNet.Core.ActorNetException">Training failed; the message names the first cause.</exception>
    public static Task<TrainingOutcome> TrainAsync(TrainingRequest request, Action<TrainingEvent>? observer = null, CancellationToken stop = default) =>
        throw new NotImplementedException();
}
