using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using ActorNet.Core.Data.Formats;

namespace ActorNet.Core.Data;

/// <summary>
/// Grey images with one label each: a classification task. Pixels stay bytes in memory; an input is a pixel times 1/255f, so 0 to 1, and
/// targets are one-hot.
/// </summary>
public sealed class ImageDataSet : DataSet
{
    private const float Scale = 1f / 255f;

    private readonly byte[] _pixels;
    private readonly byte[] _labels;
    private readonly Lazy<string> _hash;

    /// <summary>A set of images.</summary>
    /// <param name="name">A short name for people.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="classes">The number of classes, 1 to 256.</param>
    /// <param name="pixels">The images one after the other, each row by row; kept, not copied.</param>
    /// <param name="labels">One label an image, below <paramref name="classes"/>; kept, not copied.</param>
    /// <exception cref="ArgumentException">The arrays do not fit the sizes, or a label is out of range.</exception>
    public ImageDataSet(string name, int width, int height, int classes, byte[] pixels, byte[] labels)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.LongLength, (long)labels.Length * width * height);
        if (classes is < 1 or > 256 || labels.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)(classes - 1)))
        {
            throw new ArgumentOutOfRangeException(nameof(classes), $"Every label must be below {classes}, and {classes} be 1 to 256.");
        }
        (Name, Width, Height, TargetSize, _pixels, _labels) = (name, width, height, classes, pixels, labels);
        _hash = new Lazy<string>(ComputeHash);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override TaskKind Task => TaskKind.Classification;

    /// <inheritdoc/>
    public override int Count => _labels.Length;

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Pixels of an image.</summary>
    public override int InputSize => Width * Height;

    /// <summary>The number of classes.</summary>
    public override int TargetSize { get; }

    /// <inheritdoc/>
    public override string Hash => _hash.Value;

    /// <summary>How it was read from a file of samples; null where it was not.</summary>
    internal SampleFormat? Source { get; init; }

    internal override SampleFormat? Format => Source;

    internal override ImageShape? Image => new ImageShape(Width, Height);

    internal override bool HasBytes => true;

    internal override IReadOnlyList<int> PerClass
    {
        get
        {
            var counts = new int[TargetSize];
            foreach (var label in _labels)
            {
                counts[label]++;
            }
            return counts;
        }
    }

    /// <summary>The class of an image, 0 to <see cref="TargetSize"/> - 1.</summary>
    public int Label(int index) => _labels[index];

    /// <summary>An image's pixels, row by row, 0 to 255.</summary>
    public ReadOnlySpan<byte> Pixels(int index) => _pixels.AsSpan(index * InputSize, InputSize);

    internal ReadOnlySpan<byte> AllPixels => _pixels;

    internal ReadOnlySpan<byte> AllLabels => _labels;

    /// <inheritdoc/>
    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        ToUnitRange(Pixels(index), inputs);
        targets.Clear();
        targets[_labels[index]] = 1f;
    }

    internal override void Prefetch(int index) => Numerics.Prefetch.Start(Pixels(index));

    /// <summary>One exactly rounded multiplication an element, so the vector width changes no bit.</summary>
    internal static void ToUnitRange(ReadOnlySpan<byte> pixels, Span<float> inputs)
    {
        if (pixels.Length >= Vector<byte>.Count)
        {
            var last = pixels.Length - Vector<byte>.Count;
            for (var i = 0; i < last; i += Vector<byte>.Count)
            {
                VectorToUnitRange(pixels[i..], inputs[i..]);
            }

            // Reaches back over pixels that are done, and writes the same again.
            VectorToUnitRange(pixels[last..], inputs[last..]);
            return;
        }

        for (var i = 0; i < pixels.Length; i++)
        {
            inputs[i] = pixels[i] * Scale;
        }
    }

    private static void VectorToUnitRange(ReadOnlySpan<byte> pixels, Span<float> inputs)
    {
        Vector.Widen(new Vector<byte>(pixels), out var lower, out var upper);
        Store(lower, inputs);
        Store(upper, inputs[Vector<ushort>.Count..]);

        static void Store(Vector<ushort> values, Span<float> inputs)
        {
            Vector.Widen(values, out var lower, out var upper);
            (Vector.ConvertToSingle(Vector.AsVectorInt32(lower)) * Scale).CopyTo(inputs);
            (Vector.ConvertToSingle(Vector.AsVectorInt32(upper)) * Scale).CopyTo(inputs[Vector<uint>.Count..]);
        }
    }

    /// <summary>Turns inputs into the bytes that <see cref="ToUnitRange"/> makes them of.</summary>
    internal static void ToBytes(ReadOnlySpan<float> inputs, Span<byte> pixels)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            // A byte times 1/255f, times 255 again, is within a millionth of the byte.
            pixels[i] = (byte)(inputs[i] * 255f + 0.5f);
        }
    }

    private string ComputeHash()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> header = stackalloc byte[4 * sizeof(int)];
        var position = 0;
        foreach (var number in (ReadOnlySpan<int>)[Count, Height, Width, TargetSize])
        {
            BinaryPrimitives.WriteInt32LittleEndian(header[position..], number);
            position += sizeof(int);
        }
        sha.AppendData(header);
        sha.AppendData(_pixels);
        sha.AppendData(_labels);
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}
