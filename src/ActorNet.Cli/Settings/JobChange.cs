using ActorNet.Core.Training;

namespace ActorNet.Cli.Settings;

/// <summary>A setting of the job that a person gave a value.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Said">The value, and where it was given.</param>
internal sealed record JobChange(JobSetting Setting, Said Said)
{
    /// <summary>The setting's flag.</summary>
    public string Flag => Setting.Setting.Option.Name;

    /// <summary>Whether it says where the data is, or how its files are read: not what of it is learned from.</summary>
    public bool IsData => Setting.Key == "data" && Flag is not ("--validation" or "--samples");

    /// <summary>The job with this change.</summary>
    /// <exception cref="Commands.UsageException">The value makes no sense.</exception>
    public JobSpec ApplyTo(JobSpec job) => Setting.Apply(job, Said);
}
