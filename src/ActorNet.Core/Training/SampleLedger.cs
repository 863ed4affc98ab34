namespace ActorNet.Core.Training;

/// <summary>
/// Counts the samples that really entered the weights, slice by slice, over one epoch. At its end every slice must have had each of its samples once:
/// the counts and the digests of what workers read are compared with the plan.
/// </summary>
internal sealed class SampleLedger
{
    private readonly SlicePlan _plan;
    private readonly long[] _counts;
    private readonly ulong[] _digests;

    /// <summary>An empty ledger of the first epoch.</summary>
    public SampleLedger(SlicePlan plan)
    {
        _plan = plan;
        _counts = new long[plan.Slices];
        _digests = new ulong[plan.Slices];
    }

    /// <summary>The running epoch, from 1.</summary>
    public int Epoch { get; private set; } = 1;

    /// <summary>Samples counted in the running epoch.</summary>
    public long Count => _counts.Sum();

    /// <summary>Counts the parts of a step that has been applied.</summary>
    public void Add(GradientAccumulator step)
    {
        foreach (var part in step.Parts)
        {
            for (var i = 0; i < part?.Slices.Length; i++)
            {
                _counts[part.Node.First + i] += part.Slices[i].Count;
                _digests[part.Node.First + i] += part.Slices[i].Digest;
            }
        }
    }

    /// <summary>Closes the running epoch and starts the next.</summary>
    /// <returns>Null when every sample was counted exactly once; else the first slice that differs and how.</returns>
    public string? CloseEpoch()
    {
        string? difference = null;
        for (var slice = 0; slice < _plan.Slices && difference is null; slice++)
        {
            if (_counts[slice] != _plan.SliceSamples(slice))
            {
                difference = $"epoch {Epoch}, slice {slice}: {_counts[slice]} samples were counted, the plan has {_plan.SliceSamples(slice)}";
            }
            else if (_digests[slice] != _plan.SliceDigest(slice))
            {
                difference = $"epoch {Epoch}, slice {slice}: {_counts[slice]} samples were counted, but not each one once";
            }
        }

        Restart(Epoch + 1);
        return difference;
    }

    /// <summary>The running epoch's entries, for a checkpoint.</summary>
    public EpochLedger ToRecord() =>
        new(Epoch, [.. _counts.Select((count, slice) => new LedgerSlice(slice, count, _digests[slice]))]);

    /// <summary>Goes on from a checkpoint's entries, or from the start of an epoch.</summary>
    /// <param name="epoch">The epoch that runs, from 1.</param>
    /// <param name="record">Its entries; null at its start.</param>
    public void Restore(int epoch, EpochLedger? record)
    {
        Restart(epoch);
        foreach (var entry in record?.Slices ?? [])
        {
            _counts[entry.Slice] = entry.Count;
            _digests[entry.Slice] = entry.Digest;
        }
    }

    private void Restart(int epoch)
    {
        Epoch = epoch;
        Array.Clear(_counts);
        Array.Clear(_digests);
    }
}
