using ActorNet.Core.Numerics;

namespace ActorNet.Core.Data;

/// <summary>
/// The order of a set in memory: it is permuted once by the job's seed, the i-th of that order belongs to slice i mod S, and each epoch a slice
/// shuffles its own samples anew.
/// </summary>
internal sealed class PermutedOrder : SampleOrder
{
    private readonly int[] _permutation;

    /// <inheritdoc cref="SampleOrder(int, int, ulong)"/>
    public PermutedOrder(int samples, int slices, ulong seed)
        : base(samples, slices, seed)
    {
        _permutation = new int[samples];
        for (var i = 0; i < samples; i++)
        {
            _permutation[i] = i;
        }

        new RandomStream(seed, RandomPurpose.SetPermutation).Shuffle(_permutation);
    }

    /// <inheritdoc/>
    public override int SampleAt(int place) => _permutation[place];

    /// <inheritdoc/>
    public override void Write(int epoch, int slice, Span<int> order)
    {
        for (var k = 0; k < order.Length; k++)
        {
            order[k] = _permutation[k * Slices + slice];
        }

        new RandomStream(Seed, RandomPurpose.EpochOrder, (ulong)epoch, (ulong)slice).Shuffle(order);
    }
}
