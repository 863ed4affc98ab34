namespace ActorNet.Cli.Reports;

/// <summary>
/// Where a run went back to a checkpoint, or was resumed from one. The steps after that checkpoint are made again, with the same bits but at
/// another time: what the record said of them before no longer stands.
/// </summary>
internal sealed class Rewinds
{
    private readonly List<long> _lines = [];
    private readonly List<long> _versions = [];

    /// <summary>Steps of an epoch; null for a run that has not started.</summary>
    public int? StepsPerEpoch { get; private set; }

    /// <summary>Finds them in a record.</summary>
    public static Rewinds Of(RecordFile record)
    {
        var rewinds = new Rewinds();
        foreach (var line in record.Read(name => name is "went-back" or "started"))
        {
            rewinds.StepsPerEpoch ??= line.StepsPerEpoch;
            if (line.Version is { } version)
            {
                rewinds._lines.Add(line.Number);
                rewinds._versions.Add(version);
            }
        }

        // Of all times that the run goes back after a line, only the furthest counts.
        for (var i = rewinds._versions.Count - 2; i >= 0; i--)
        {
            rewinds._versions[i] = Math.Min(rewinds._versions[i], rewinds._versions[i + 1]);
        }

        return rewinds;
    }

    /// <summary>Whether a line tells of a step or an epoch that the run went back behind later.</summary>
    public bool IsSuperseded(RecordLine line) => StepOf(line) is { } step && step > LeastAfter(line.Number);

    /// <summary>The number of steps made when a line was written; null where it does not say.</summary>
    public long? StepOf(RecordLine line) => line.Event switch
    {
        "epoch" => line.Epoch * (long?)StepsPerEpoch,
        "progress" or "checkpoint" => line.Version,
        "status" => line.Status?.Step,
        _ => null,
    };

    private long LeastAfter(long number)
    {
        var next = _lines.BinarySearch(number + 1);
        next = next < 0 ? ~next : next;
        return next < _versions.Count ? _versions[next] : long.MaxValue;
    }
}
