namespace ActorNet.Core.Data;

/// <summary>
/// Reads the samples of one slice in the order in which it draws them, for one thread. Made for draws in ascending order, right for any.
/// </summary>
internal abstract class SliceReader
{
    /// <summary>Goes to a draw.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="draw">The draw of the slice, from 0.</param>
    /// <returns>The sample's number.</returns>
    public abstract int Seek(int epoch, int draw);

    /// <summary>Writes the sample that the reader has gone to, as <see cref="DataSet.Read"/> does.</summary>
    public abstract void Read(Span<float> inputs, Span<float> targets);
}

/// <summary>Reads a set of which every sample is as near as any other: it keeps the whole order of the running epoch.</summary>
internal sealed class OrderedReader(DataSet data, SampleOrder order, int slice) : SliceReader
{
    private readonly int[] _samples = new int[order.SliceSamples(slice)];
    private int _epoch;
    private int _sample;

    public override int Seek(int epoch, int draw)
    {
        if (epoch != _epoch)
        {
            order.Write(epoch, slice, _samples);
            _epoch = epoch;
        }

        // The next sample is random memory: without this the processor would wait for it.
        if (draw + 1 < _samples.Length)
        {
            data.Prefetch(_samples[draw + 1]);
        }

        return _sample = _samples[draw];
    }

    public override void Read(Span<float> inputs, Span<float> targets) => data.Read(_sample, inputs, targets);
}
