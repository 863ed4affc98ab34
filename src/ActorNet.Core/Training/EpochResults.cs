namespace ActorNet.Core.Training;

/// <summary>Makes and reads the results of epochs.</summary>
internal static class EpochResults
{
    /// <summary>The result of an epoch.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="training">The running score of its steps.</param>
    /// <param name="test">The test set's score; null without one.</param>
    /// <param name="validation">The held-out part's score; null without one.</param>
    /// <param name="seconds">How long its training took.</param>
    public static EpochResult Create(int epoch, Score training, Score? test, Score? validation, double seconds) => new(
        epoch,
        training.MeanCost,
        training.Accuracy,
        test?.Accuracy ?? double.NaN,
        test?.MeanCost ?? double.NaN,
        validation?.Accuracy,
        seconds);

    /// <summary>The accuracy that epochs are chosen by: on the held-out part where there is one, else on the test set.</summary>
    public static double ChoosingAccuracy(EpochResult result) => result.ValidationAccuracy ?? result.TestAccuracy;

    /// <summary>Whether a job with a target accuracy ends after this epoch.</summary>
    public static bool ReachesTarget(JobSpec job, EpochResult result) => ChoosingAccuracy(result) >= job.TargetAccuracy;
}
