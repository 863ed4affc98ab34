using ActorNet.Core;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Settings;

/// <summary>Known jobs as a flag names them.</summary>
internal static class Presets
{
    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. KnownJobs.All.Select(known => known.Name)];

    /// <summary>A job as a preset has it; the data's name, the seed and the target stay what they were.</summary>
    /// <exception cref="Commands.UsageException">There is no such preset.</exception>
    public static JobSpec Apply(JobSpec job, Said said)
    {
        var known = KnownJobs.All.FirstOrDefault(known => known.Name == said.Text)
            ?? throw new Commands.UsageException(NameSuggestion.Message("preset", said.Text, Names));
        return known.Job with
        {
            Data = known.Job.Data with { Name = job.Data.Name },
            Seed = job.Seed,
            TargetAccuracy = job.TargetAccuracy,
        };
    }
}
