using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>One batch in one layer: what the layer computes with on the way forwards and on the way back.</summary>
public readonly ref struct LayerBatch
{
    private readonly AlignedBuffer[] _kept;
    private readonly int[] _keptSizes;
    private readonly int _layer;
    private readonly SampleDraws _draws;

    internal LayerBatch(
        ReadOnlySpan<float> parameters, ReadOnlyMatrix inputs, ProductScratch scratch, KeptBuffers kept, int layer, in SampleDraws draws)
    {
        Parameters = parameters;
        Inputs = inputs;
        Scratch = scratch;
        (_kept, _keptSizes) = (kept.Buffers, kept.Sizes);
        _layer = layer;
        _draws = draws;
    }

    /// <summary>The layer's parameters.</summary>
    public ReadOnlySpan<float> Parameters { get; }

    /// <summary>Samples × the layer's inputs.</summary>
    public ReadOnlyMatrix Inputs { get; }

    /// <summary>Working room for products.</summary>
    public ProductScratch Scratch { get; }

    /// <summary>Samples of the batch.</summary>
    public int Samples => Inputs.Rows;

    /// <summary>Whether the network is learning: not while it is judged or asked.</summary>
    public bool IsTraining => !_draws.Positions.IsEmpty;

    /// <summary>What the layer keeps of the batch from its way forwards to the end of its way back: samples × that of <see cref="Layer.KeptSizes"/>.</summary>
    /// <param name="index">Which of the kept matrices.</param>
    public Span<float> Kept(int index) => _kept[index].Span[..(Samples * _keptSizes[index])];

    /// <summary>
    /// The random numbers of one sample in this layer, the same wherever and with whichever others the sample is computed, and other ones in the next epoch.
    /// Only while <see cref="IsTraining"/>.
    /// </summary>
    /// <param name="sample">Its row in the batch.</param>
    public RandomStream Random(int sample) =>
        new(_draws.Seed, RandomPurpose.Layer, (ulong)_draws.Epoch, ((ulong)_layer << 40) | (ulong)_draws.Positions[sample]);
}

/// <summary>What the random numbers of a batch's samples depend on: the job and the place of each draw in its epoch, not who computes it.</summary>
/// <param name="seed">The job's seed.</param>
/// <param name="epoch">The epoch, from 1.</param>
/// <param name="positions">Each row's global position among the epoch's draws, under 2^40; empty for a network that is not learning.</param>
internal readonly ref struct SampleDraws(ulong seed, int epoch, ReadOnlySpan<long> positions)
{
    public ulong Seed { get; } = seed;

    public int Epoch { get; } = epoch;

    public ReadOnlySpan<long> Positions { get; } = positions;
}

/// <summary>Where one layer keeps what it needs of a batch.</summary>
/// <param name="Buffers">Room for the largest batch.</param>
/// <param name="Sizes">Floats of a sample in each.</param>
internal sealed record KeptBuffers(AlignedBuffer[] Buffers, int[] Sizes)
{
    /// <summary>Room for a layer.</summary>
    public static KeptBuffers Of(Layer layer, int maxRows)
    {
        int[] sizes = [.. layer.KeptSizes];
        return new KeptBuffers([.. sizes.Select(size => new AlignedBuffer(checked(maxRows * size)))], sizes);
    }
}
