using ActorNet.Core.Training;

namespace ActorNet.Core.Data;

/// <summary>The two parts that a published data set comes in.</summary>
/// <param name="Training">What a network learns from.</param>
/// <param name="Test">What it is judged by at the end.</param>
public sealed record DataSetPair(DataSet Training, DataSet Test)
{
    /// <summary>The training set as a job uses it: what is learned from, and what is held out; null for nothing.</summary>
    /// <exception cref="ActorNetException">There are not as many samples.</exception>
    internal (DataSet Training, DataSet? Validation) PartsFor(DataSpec data)
    {
        var (training, heldOut) = data.Validation == 0 ? (Training, null) : HoldOut(data.Validation);
        return data.Samples <= training.Count
            ? (data.Samples == 0 ? training : training.Slice(0, data.Samples), heldOut)
            : throw new ActorNetException($"'{Training.Name}' has {training.Count} samples to learn from, not {data.Samples}: ask for as many at most.");
    }

    /// <summary>
    /// Holds out the last <paramref name="count"/> training samples for validation (of MNIST's 60,000 the book holds out the last 10,000).
    /// </summary>
    /// <exception cref="ActorNetException">Nothing would be left to train on, or the count is negative.</exception>
    public (DataSet Training, DataSet Validation) HoldOut(int count)
    {
        if (count < 0 || count >= Training.Count)
        {
            throw new ActorNetException(
                $"{count} validation samples cannot be held out of the {Training.Count} of '{Training.Name}': give 0 to {Training.Count - 1}.");
        }
        var kept = Training.Count - count;
        return (Training.Slice(0, kept), Training.Slice(kept, count));
    }
}
