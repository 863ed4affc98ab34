using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ActorNet.Core.Data.Formats;

namespace ActorNet.Core.Data;

/// <summary>Samples from arrays, for programs that have their data in memory already.</summary>
public sealed class ArrayDataSet : DataSet
{
    private readonly float[] _inputs;
    private readonly float[] _targets;
    private readonly int _targetNumbers;
    private readonly Lazy<string> _hash;

    /// <summary>A set of samples that lie one after the other.</summary>
    /// <param name="name">A short name for people.</param>
    /// <param name="task">What the targets mean.</param>
    /// <param name="inputs">The inputs of all samples; kept, not copied.</param>
    /// <param name="targets">The targets of all samples, of a classification the number of each one's class; kept, not copied.</param>
    /// <param name="size">Samples, and floats of a sample's inputs and targets.</param>
    internal ArrayDataSet(string name, TaskKind task, float[] inputs, float[] targets, (int Count, int Inputs, int Targets) size)
    {
        (Name, Task, _inputs, _targets) = (name, task, inputs, targets);
        (Count, InputSize, TargetSize) = size;
        // One-hot rows take as much as samples times classes, which for a column of names that are all different is far more than the file.
        _targetNumbers = task == TaskKind.Classification ? 1 : TargetSize;
        _hash = new Lazy<string>(ComputeHash);
    }

    private ArrayDataSet(string name, TaskKind task, float[][] inputs, float[] targets, int targetSize)
        : this(name, task, Join(inputs, SizeOf(inputs), nameof(inputs)), targets, (inputs.Length, SizeOf(inputs), targetSize))
    {
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override TaskKind Task { get; }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override int InputSize { get; }

    /// <inheritdoc/>
    public override int TargetSize { get; }

    /// <inheritdoc/>
    public override string Hash => _hash.Value;

    /// <summary>How it was read from a file of samples; null where it was not.</summary>
    internal SampleFormat? Source { get; init; }

    /// <summary>How a sample's inputs lie in more than one dimension; null for flat.</summary>
    internal IReadOnlyList<int>? Shape { get; init; }

    internal override SampleFormat? Format => Source;

    internal override IReadOnlyList<int>? InputShape => Shape;

    /// <summary>A classification task: one class a sample, targets one-hot.</summary>
    /// <param name="inputs">One row a sample, all of one length; copied.</param>
    /// <param name="labels">One class a sample, 0 to <paramref name="classes"/> - 1.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="name">A short name for people.</param>
    /// <exception cref="ArgumentException">No sample, rows of different lengths, another number of labels, or a label out of range.</exception>
    public static ArrayDataSet Classification(float[][] inputs, int[] labels, int classes, string name = "arrays")
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(labels.Length, inputs.Length);
        var targets = new float[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0 || labels[i] >= classes)
            {
                throw new ArgumentOutOfRangeException(nameof(labels), $"Label {labels[i]} at index {i} is not one of {classes} classes.");
            }
            targets[i] = labels[i];
        }
        return new ArrayDataSet(name, TaskKind.Classification, inputs, targets, classes);
    }

    /// <summary>A multi-label task: any number of labels a sample, each target 0 or 1.</summary>
    /// <param name="inputs">One row a sample, all of one length; copied.</param>
    /// <param name="targets">One row a sample, all of one length; copied.</param>
    /// <param name="name">A short name for people.</param>
    /// <exception cref="ArgumentException">No sample, rows of different lengths or numbers, or a target that is neither 0 nor 1.</exception>
    public static ArrayDataSet MultiLabel(float[][] inputs, float[][] targets, string name = "arrays")
    {
        var set = WithRows(name, TaskKind.MultiLabel, inputs, targets);
        return set._targets.AsSpan().ContainsAnyExcept(0f, 1f)
            ? throw new ArgumentException("A target of a multi-label task is neither 0 nor 1.", nameof(targets))
            : set;
    }

    /// <summary>A regression task: real-valued targets.</summary>
    /// <param name="inputs">One row a sample, all of one length; copied.</param>
    /// <param name="targets">One row a sample, all of one length; copied.</param>
    /// <param name="name">A short name for people.</param>
    /// <exception cref="ArgumentException">No sample, or rows of different lengths or numbers.</exception>
    public static ArrayDataSet Regression(float[][] inputs, float[][] targets, string name = "arrays") =>
        WithRows(name, TaskKind.Regression, inputs, targets);

    /// <inheritdoc/>
    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        _inputs.AsSpan(index * InputSize, InputSize).CopyTo(inputs);
        ReadTargets(index, targets);
    }

    internal override void Prefetch(int index)
    {
        Numerics.Prefetch.Start<float>(_inputs.AsSpan(index * InputSize, InputSize));
        Numerics.Prefetch.Start<float>(_targets.AsSpan(index * _targetNumbers, _targetNumbers));
    }

    private static ArrayDataSet WithRows(string name, TaskKind task, float[][] inputs, float[][] targets)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfNotEqual(targets.Length, inputs.Length);
        var targetSize = targets.Length == 0 ? 0 : targets[0].Length;
        return new ArrayDataSet(name, task, inputs, Join(targets, targetSize, nameof(targets)), targetSize);
    }

    private static int SizeOf(float[][] inputs) => inputs.Length == 0 ? throw new ArgumentException("There is no sample.", nameof(inputs)) : inputs[0].Length;

    private static float[] Join(float[][] rows, int length, string argument)
    {
        var joined = new float[(long)rows.Length * length];
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].Length != length)
            {
                throw new ArgumentException($"Row {i} has {rows[i].Length} values, row 0 has {length}.", argument);
            }
            rows[i].CopyTo(joined, i * length);
        }
        return joined;
    }

    private string ComputeHash()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(MemoryMarshal.AsBytes<int>([(int)Task, Count, InputSize, TargetSize]));
        sha.AppendData(MemoryMarshal.AsBytes<float>(_inputs));
        var row = new float[TargetSize];
        for (var i = 0; i < Count; i++)
        {
            ReadTargets(i, row);
            sha.AppendData(MemoryMarshal.AsBytes<float>(row));
        }

        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    private void ReadTargets(int index, Span<float> targets)
    {
        if (Task == TaskKind.Classification)
        {
            targets.Clear();
            targets[(int)_targets[index]] = 1f;
        }
        else
        {
            _targets.AsSpan(index * TargetSize, TargetSize).CopyTo(targets);
        }
    }
}
