using ActorNet.Core.Training;

namespace ActorNet.Cli.Settings;

/// <summary>A setting that changes the job.</summary>
/// <param name="Setting">How a person says it.</param>
/// <param name="Key">The key of the job file that it stands for.</param>
/// <param name="Apply">The job with what was said.</param>
internal sealed record JobSetting(Setting Setting, string Key, Func<JobSpec, Said, JobSpec> Apply)
{
    /// <summary>What the setting is for, in words, and whether a job has that; null for any job.</summary>
    public (string Words, Func<JobSpec, bool> IsIn)? Purpose { get; private init; }

    /// <summary>The setting, without effect on other jobs than some.</summary>
    public JobSetting For(string words, Func<JobSpec, bool> isIn) => this with { Purpose = (words, isIn) };
}
