using System.Security.Cryptography;
using System.Text;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Data.Shards;

namespace ActorNet.Core.Data;

/// <summary>
/// A fixed, ordered collection of samples: inputs and targets of constant size. A data set of one's own is a class that says its
/// sizes, names its content by a hash, and writes one sample; everything else (shuffling, slices, minibatches) is built on that.
/// </summary>
public abstract class DataSet
{
    /// <summary>A short name for people, e.g. <c>digits/training</c>; not part of the content.</summary>
    public abstract string Name { get; }

    /// <summary>What the targets mean.</summary>
    public abstract TaskKind Task { get; }

    /// <summary>The number of samples.</summary>
    public abstract int Count { get; }

    /// <summary>Floats per sample.</summary>
    public abstract int InputSize { get; }

    /// <summary>Floats per target: the number of classes where targets are one-hot.</summary>
    public abstract int TargetSize { get; }

    /// <summary>
    /// SHA-256 of the content in lower-case hexadecimal: what a node compares before it joins a job. Cached after the first computation.
    /// </summary>
    public abstract string Hash { get; }

    /// <summary>
    /// Writes sample <paramref name="index"/>. Thread-safe; allocates nothing.
    /// </summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <param name="inputs">Exactly <see cref="InputSize"/> floats, all overwritten.</param>
    /// <param name="targets">Exactly <see cref="TargetSize"/> floats, all overwritten.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is outside the set.</exception>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public abstract void Read(int index, Span<float> inputs, Span<float> targets);

    /// <summary>Says that sample <paramref name="index"/>, 0 to <see cref="Count"/> - 1, is read soon: a set in memory has the processor fetch it.</summary>
    internal virtual void Prefetch(int index)
    {
    }

    /// <summary>One sample in arrays of its own, to look at or to predict from; <see cref="Read"/> is for many.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is outside the set.</exception>
    public (float[] Inputs, float[] Targets) Sample(int index)
    {
        var sample = (Inputs: new float[InputSize], Targets: new float[TargetSize]);
        Read(index, sample.Inputs, sample.Targets);
        return sample;
    }

    /// <summary>A view of <paramref name="count"/> samples from <paramref name="start"/>, e.g. the held-out part. Copies nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the set.</exception>
    public DataSet Slice(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count - start);
        return start == 0 && count == Count ? this : new DataSetSlice(this, start, count);
    }

    /// <summary>
    /// The names of the classes, labels or outputs, one each of <see cref="TargetSize"/>; null where they have none but their numbers. For people, and no part
    /// of the content.
    /// </summary>
    public virtual IReadOnlyList<string>? TargetNames => Format?.TargetNames is { } names && names.Count == TargetSize ? names : null;

    /// <summary>How the samples were read from a file, so that other files are read in the same way; null where they were not.</summary>
    internal virtual SampleFormat? Format => null;

    /// <summary>How each sample's inputs are a picture; null where they are none.</summary>
    internal virtual ImageShape? Image => null;

    /// <summary>How a sample's inputs lie in more than one dimension, as in steps × features; null for flat.</summary>
    internal virtual IReadOnlyList<int>? InputShape => Image is { } image ? [image.Height, image.Width] : null;

    /// <summary>Whether every input is a byte times 1/255f, so that it can be kept as a byte.</summary>
    internal virtual bool HasBytes => false;

    /// <summary>Samples of each class of a classification task, where they need no reading of the whole set; else null.</summary>
    internal virtual IReadOnlyList<int>? PerClass => null;

    /// <summary>How many shards the set lies in, sample i in shard i mod that; 0 for a set of which every sample is as near as any other.</summary>
    internal virtual int Shards => 0;

    /// <summary>The sharded set that this is, or is the beginning of; null for none.</summary>
    internal virtual ShardedDataSet? Sharded => null;

    /// <summary>The order in which a job's slices draw from this set.</summary>
    internal SampleOrder CreateOrder(int slices, ulong seed) =>
        Shards == 0 ? new PermutedOrder(Count, slices, seed) : new ShardedOrder(Count, Shards, slices, seed);

    /// <summary>A reader of one slice, in an order that this set has created.</summary>
    internal virtual SliceReader OpenSlice(SampleOrder order, int slice) => new OrderedReader(this, order, slice);

    /// <summary>The SHA-256 of a text in lower-case hexadecimal: a <see cref="Hash"/> for content that a text describes whole.</summary>
    protected static string HashOf(string description) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(description)));

    /// <summary>Throws unless the arguments of <see cref="Read"/> fit this set: the first line of an implementation.</summary>
    protected void CheckRead(int index, int inputLength, int targetLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        if (inputLength != InputSize || targetLength != TargetSize)
        {
            throw new ArgumentException(
                $"'{Name}' has {InputSize} inputs and {TargetSize} targets per sample, not {inputLength} and {targetLength}.");
        }
    }
}
