using ActorNet.Core.Data;

namespace ActorNet.Cluster.Tests.Support;

/// <summary>A data set that can be told what to do when a sample is read: throw, or wait.</summary>
/// <param name="whole">What is read.</param>
/// <param name="reading">Sees the sample, and how many times it has been read before. Called by any thread.</param>
internal sealed class FaultyData(DataSet whole, Action<int, int> reading) : DataSet
{
    private readonly int[] _reads = new int[whole.Count];

    public override string Name => whole.Name;

    public override TaskKind Task => whole.Task;

    public override int Count => whole.Count;

    public override int InputSize => whole.InputSize;

    public override int TargetSize => whole.TargetSize;

    public override string Hash => whole.Hash;

    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        reading(index, Interlocked.Increment(ref _reads[index]) - 1);
        whole.Read(index, inputs, targets);
    }
}

/// <summary>What a faulty data set throws.</summary>
internal sealed class InjectedFault(string message) : Exception(message);
