using ActorNet.Cli.Runs;
using ActorNet.Core;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Reports;

/// <summary>What a person named as RUN: a run's folder, or a record alone.</summary>
/// <param name="Name">As it was named.</param>
/// <param name="Folder">The run's folder; null for a record that does not lie in one.</param>
/// <param name="Record">The record's file.</param>
internal sealed record RunSource(string Name, string? Folder, string Record)
{
    /// <summary>Finds a run.</summary>
    /// <exception cref="ActorNetException">There is none.</exception>
    public static RunSource Find(string name)
    {
        if (File.Exists(name))
        {
            var around = Path.GetDirectoryName(Path.GetFullPath(name))!;
            return new RunSource(name, RunFolder.IsRun(around) && RunFolder.RecordOf(around) == Path.GetFullPath(name) ? around : null, name);
        }

        if (!Directory.Exists(name))
        {
            throw new ActorNetException($"'{name}' does not exist: give a run's folder, or its record.jsonl.");
        }

        var record = RunFolder.RecordOf(name);
        return File.Exists(record)
            ? new RunSource(name, RunFolder.IsRun(name) ? name : null, record)
            : throw new ActorNetException($"{name} has no record of a run: give the folder that 'actornet train' made, or its record.jsonl.");
    }

    /// <summary>The folder that things made from the record go to when no other is named.</summary>
    public string Home => Path.GetDirectoryName(Record) is { Length: > 0 } folder ? folder : ".";

    /// <summary>Whether a process trains the run now.</summary>
    public bool IsHeld => Folder is not null && RunFolder.IsHeld(Folder);

    /// <summary>The job, from the run's folder, or else from the record; null where neither has it.</summary>
    /// <param name="recorded">The job as the record has it.</param>
    /// <param name="warn">Is told what is wrong with it.</param>
    public JobSpec? FindJob(string? recorded, Action<string> warn)
    {
        try
        {
            return Folder is not null ? RunFolder.LoadJob(Folder) : recorded is not null ? JobSpec.FromJson(recorded, $"the job in {Record}") : null;
        }
        catch (ActorNetException error)
        {
            warn(error.Message);
            return null;
        }
    }
}
