using ActorNet.Core.Training;

namespace ActorNet.Cli.Settings;

/// <summary>A setting that changes the job.</summary>
/// <param name="Setting">How a person says it.</param>
/// <param name="Key">The key of the job file that it stands for.</param>
/// <param name="Apply">The job with what was said.</param>
internal sealed record JobSetting(Setting Setting, string Key, Func<JobSpec, Said, JobSpec> Apply);
