using ActorNet.Core.Training;

namespace ActorNet.Cli.Settings;

/// <summary>Defaults that depend on the rest of the job: one rate does not suit all costs and optimizers.</summary>
internal static class JobDefaults
{
    /// <summary>What the help says of <see cref="LearningRate"/>.</summary>
    public const string LearningRateHelp =
        "3.0 with the quadratic cost, 0.5 with another, 0.05 for numbers to predict; a tenth of it with momentum or nesterov; 0.01 with adagrad; 0.001 with rmsprop, adam or adamw";

    /// <summary>
    /// The learning rate when none is given: Nielsen's 3.0 (chapter 1) and 0.5 (chapter 3); a tenth with a momentum of 0.9, which adds up to
    /// ten steps; PyTorch's 0.01 for AdaGrad; Hinton's 0.001 for RMSProp (lecture 6e); Adam's own 0.001 (Kingma and Ba 2015).
    /// </summary>
    public static double LearningRate(JobSpec job) => ForOptimizer(job, job.Cost == "quadratic" ? 3.0 : 0.5);

    /// <summary>The same for numbers to predict: outputs without bounds have errors without bounds, and diverge at a sigmoid's rates.</summary>
    public static double RegressionRate(JobSpec job) => ForOptimizer(job, 0.05);

    private static double ForOptimizer(JobSpec job, double plain) => job.Optimizer.Name switch
    {
        "momentum" or "nesterov" => plain / 10,
        "adagrad" => 0.01,
        "rmsprop" or "adam" or "adamw" => 0.001,
        _ => plain,
    };
}
