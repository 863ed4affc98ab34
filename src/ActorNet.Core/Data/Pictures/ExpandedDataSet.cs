namespace ActorNet.Core.Data.Pictures;

/// <summary>
/// A set with each picture five times: as it is, and shifted by one pixel down, up, right and left, what moves in being 0 (Nielsen, chapter 6,
/// <c>expand_mnist.py</c>). Sample i is the picture i div 5 in the way i mod 5. Nothing is kept: pictures are shifted as they are read.
/// </summary>
internal sealed class ExpandedDataSet : DataSet
{
    /// <summary>The ways in which each picture is there.</summary>
    public const int Ways = 5;

    private readonly DataSet _whole;
    private readonly PictureShape _shape;
    private string? _hash;

    /// <summary>A set, expanded.</summary>
    /// <exception cref="ActorNetException">It is in shards, whose order is that of the files; or it would be too large.</exception>
    public ExpandedDataSet(DataSet whole, PictureShape shape)
    {
        if (whole.Shards > 0)
        {
            throw new ActorNetException(
                $"'{whole.Name}' lies in shards, which are learned as they are and cannot be expanded: shift at random with augmentation instead, or use a set in memory.");
        }

        if (whole.Count > int.MaxValue / Ways)
        {
            throw new ActorNetException($"'{whole.Name}' has {whole.Count} samples, too many to expand.");
        }

        (_whole, _shape) = (whole, shape);
    }

    public override string Name => $"{_whole.Name}, expanded";

    public override TaskKind Task => _whole.Task;

    public override int Count => _whole.Count * Ways;

    public override int InputSize => _whole.InputSize;

    public override int TargetSize => _whole.TargetSize;

    public override string Hash => _hash ??= HashOf($"{_whole.Hash} expanded by shifts of one pixel");

    internal override ImageShape? Image => _whole.Image;

    internal override IReadOnlyList<int>? InputShape => _whole.InputShape;

    internal override bool HasBytes => _whole.HasBytes;

    internal override IReadOnlyList<int>? PerClass => _whole.PerClass is { } counts ? [.. counts.Select(count => count * Ways)] : null;

    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        _whole.Read(index / Ways, inputs, targets);
        switch (index % Ways)
        {
            case 1: Shift(inputs, _shape.RowLength); break;
            case 2: Shift(inputs, -_shape.RowLength); break;
            case 3: ShiftRows(inputs, _shape.Channels); break;
            case 4: ShiftRows(inputs, -_shape.Channels); break;
        }
    }

    internal override void Prefetch(int index) => _whole.Prefetch(index / Ways);

    private void ShiftRows(Span<float> picture, int by)
    {
        for (var row = 0; row < picture.Length; row += _shape.RowLength)
        {
            Shift(picture.Slice(row, _shape.RowLength), by);
        }
    }

    /// <summary>Moves elements to the end, or to the start if <paramref name="by"/> is negative; zeros move in.</summary>
    private static void Shift(Span<float> elements, int by)
    {
        if (by > 0)
        {
            elements[..^by].CopyTo(elements[by..]);
            elements[..by].Clear();
        }
        else
        {
            elements[-by..].CopyTo(elements);
            elements[^-by..].Clear();
        }
    }
}
