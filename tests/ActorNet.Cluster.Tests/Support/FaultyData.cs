using ActorNet.Core.Data;

namespace ActorNet.Cluster.Tests.Support;

/// <summary>A data set that can be told what to do when a sample is read: throw, or wait.</summary>
/// <param name="whole">What is read.</param>
/// <param name="reading">Sees the sample, and how many times it has been read before. Called by any thread.</param>
internal sealed class FaultyData(DataSet whole, Action<int, int> reading) : DataSet
{
    private readonly int[] _reads = new int[whole.Count];

    /// <summary>Data of which one reading fails, counted over all samples and threads.</summary>
    public static FaultyData FailingAt(int read, DataSet whole)
    {
        var reads = 0;
        return new FaultyData(whole, (_, _) =>
        {
            if (Interlocked.Increment(ref reads) == read)
            {
                throw new InjectedFault("injected");
            }
        });
    }

    public override string Name => whole.Name;

    public override TaskKind Task => whole.Task;

    public override int Count => whole.Count;

    public override int InputSize => whole.InputSize;

    public override int TargetSize => whole.TargetSize;

    public override string Hash => whole.Hash;

    internal override int Shards => whole.Shards;

    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        Note(index);
        whole.Read(index, inputs, targets);
    }

    internal override SliceReader OpenSlice(SampleOrder order, int slice) =>
        whole.Shards == 0 ? base.OpenSlice(order, slice) : new WatchedReader(this, whole.OpenSlice(order, slice));

    private void Note(int index) => reading(index, Interlocked.Increment(ref _reads[index]) - 1);

    private sealed class WatchedReader(FaultyData data, SliceReader reader) : SliceReader
    {
        private int _sample;

        public override int Seek(int epoch, int draw) => _sample = reader.Seek(epoch, draw);

        public override void Read(Span<float> inputs, Span<float> targets)
        {
            data.Note(_sample);
            reader.Read(inputs, targets);
        }
    }
}

/// <summary>What a faulty data set throws.</summary>
internal sealed class InjectedFault(string message) : Exception(message);
