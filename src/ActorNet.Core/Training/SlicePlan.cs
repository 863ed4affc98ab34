using ActorNet.Core.Data;

namespace ActorNet.Core.Training;

/// <summary>
/// Which sample belongs to which slice, epoch and step: a function of the job and its data alone, the same on every node. Each epoch a slice draws its
/// own samples in a new order, the <see cref="SampleOrder"/>'s; its k-th draw has the global position kS + s and belongs to step position div B. So the
/// slices' parts of a minibatch differ by at most one sample.
/// </summary>
internal sealed class SlicePlan
{
    /// <summary>The plan of a job on a set in memory.</summary>
    /// <param name="samples">Samples in the training set; one or more.</param>
    /// <param name="batchSize">Samples of a minibatch, B.</param>
    /// <param name="slices">Slices, S, at most B.</param>
    /// <param name="seed">The job's seed.</param>
    public SlicePlan(int samples, int batchSize, int slices, ulong seed)
        : this(batchSize, new PermutedOrder(samples, slices, seed))
    {
    }

    /// <summary>The plan of a job whose samples are drawn in a given order.</summary>
    /// <param name="batchSize">Samples of a minibatch, B.</param>
    /// <param name="order">The order; its slices are at most B.</param>
    public SlicePlan(int batchSize, SampleOrder order)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, order.Slices);
        BatchSize = batchSize;
        Order = order;
    }

    /// <summary>The order in which each slice draws.</summary>
    public SampleOrder Order { get; }

    /// <summary>Samples in the training set.</summary>
    public int Samples => Order.Samples;

    /// <summary>Samples of a full minibatch.</summary>
    public int BatchSize { get; }

    /// <summary>Slices.</summary>
    public int Slices => Order.Slices;

    /// <summary>Steps of an epoch; the last may be short.</summary>
    public int StepsPerEpoch => (Samples - 1) / BatchSize + 1;

    /// <summary>The most samples that one slice has in a step.</summary>
    public int MostRows => (BatchSize - 1) / Slices + 1;

    /// <summary>Samples of a slice, all of which it draws once an epoch.</summary>
    public int SliceSamples(int slice) => Order.SliceSamples(slice);

    /// <summary>Samples of the minibatch of a step of the epoch.</summary>
    public int StepSamples(int stepOfEpoch) => (int)Math.Min(BatchSize, Samples - (long)stepOfEpoch * BatchSize);

    /// <summary>The draws of a slice that belong to a step of the epoch.</summary>
    /// <returns>The first draw and how many; none in a short last minibatch that does not reach the slice.</returns>
    public (int First, int Count) Draws(int stepOfEpoch, int slice)
    {
        var start = (long)stepOfEpoch * BatchSize;
        var first = DrawsBefore(start, slice);
        return (first, DrawsBefore(Math.Min(start + BatchSize, Samples), slice) - first);
    }

    /// <summary>Writes how many samples each slice has in a step of the epoch.</summary>
    public void CountSlices(int stepOfEpoch, Span<int> counts)
    {
        for (var slice = 0; slice < Slices; slice++)
        {
            counts[slice] = Draws(stepOfEpoch, slice).Count;
        }
    }

    /// <summary>Writes the samples of a slice in the order in which it draws them in an epoch.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="slice">The slice.</param>
    /// <param name="order"><see cref="SliceSamples"/> numbers.</param>
    public void WriteOrder(int epoch, int slice, Span<int> order) => Order.Write(epoch, slice, order);

    /// <summary>What one sample adds to a slice's digest: sums of these tell sets of samples apart, in any order.</summary>
    public static ulong Digest(int sample)
    {
        // The finalizer of splitmix64 (Steele, Lea and Flood 2014).
        var x = (ulong)sample + 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>The digest of all samples of a slice: what an epoch's ledger must come to.</summary>
    public ulong SliceDigest(int slice)
    {
        var digest = 0UL;
        for (long i = slice; i < Samples; i += Slices)
        {
            digest += Digest(Order.SampleAt((int)i));
        }

        return digest;
    }

    /// <summary>How many draws of a slice have a global position below <paramref name="position"/>.</summary>
    private int DrawsBefore(long position, int slice) => (int)Math.Max(0, (position - slice + Slices - 1) / Slices);
}
