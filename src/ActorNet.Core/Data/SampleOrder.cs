namespace ActorNet.Core.Data;

/// <summary>
/// Which samples each slice draws, and in which order in each epoch: a pure function of the set's size and shape, the slices and the seed, so the
/// same on every node and at every resume. Each slice has the samples at the places congruent to it modulo S, all of them once an epoch.
/// </summary>
internal abstract class SampleOrder
{
    /// <summary>An order of so many samples.</summary>
    /// <param name="samples">Samples of the set; one or more.</param>
    /// <param name="slices">Slices, S.</param>
    /// <param name="seed">The job's seed.</param>
    protected SampleOrder(int samples, int slices, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(slices, 1);
        (Samples, Slices, Seed) = (samples, slices, seed);
    }

    /// <summary>Samples of the set.</summary>
    public int Samples { get; }

    /// <summary>Slices.</summary>
    public int Slices { get; }

    /// <summary>The job's seed.</summary>
    protected ulong Seed { get; }

    /// <summary>Samples of a slice, all of which it draws once an epoch.</summary>
    public int SliceSamples(int slice) => CountAt(Samples, slice, Slices);

    /// <summary>The sample at a place; the place's slice is what it leaves modulo S.</summary>
    public abstract int SampleAt(int place);

    /// <summary>Writes the samples of a slice in the order in which it draws them in an epoch.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="slice">The slice.</param>
    /// <param name="order"><see cref="SliceSamples"/> numbers.</param>
    public abstract void Write(int epoch, int slice, Span<int> order);

    /// <summary>How many of the numbers from 0 to <paramref name="count"/> - 1 are <paramref name="rest"/> modulo <paramref name="modulus"/>.</summary>
    protected static int CountAt(int count, int rest, int modulus) => (int)(((long)count - rest + modulus - 1) / modulus);
}
