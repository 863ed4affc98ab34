using System.Security.Cryptography;
using System.Text;

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
