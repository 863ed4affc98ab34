namespace ActorNet.Core.Data.Formats;

/// <summary>
/// Reads the samples of a file one after the other, in constant memory. A label is read as a provisional number, which <see cref="Classes"/> says the
/// class of when all were read.
/// </summary>
internal abstract class SampleReader : IDisposable
{
    /// <summary>What the targets mean.</summary>
    public required TaskKind Task { get; init; }

    /// <summary>Floats of a sample's inputs.</summary>
    public required int InputSize { get; init; }

    /// <summary>Whether targets are read: of what is to be predicted from they are not.</summary>
    public required bool HasTargets { get; init; }

    /// <summary>Numbers that <see cref="Read"/> writes as targets: one label, or all outputs.</summary>
    public required int TargetNumbers { get; init; }

    /// <summary>How a sample's inputs lie in more than one dimension; null for flat.</summary>
    public IReadOnlyList<int>? InputShape { get; init; }

    /// <summary>Whether every input is a byte times 1/255f.</summary>
    public bool HasBytes { get; init; }

    /// <summary>How many samples there are, where the file says; null where only reading tells.</summary>
    public int? Count { get; init; }

    /// <summary>How the file is read, whole but for the classes.</summary>
    public required SampleFormat Format { get; init; }

    /// <summary>The part of the file that is read, 0 to 1.</summary>
    public abstract double Done { get; }

    /// <summary>The labels; null where there are none.</summary>
    public ClassNames? Labels { get; init; }

    /// <summary>The file, for errors.</summary>
    public required string File { get; init; }

    /// <summary>Writes the next sample.</summary>
    /// <param name="inputs"><see cref="InputSize"/> floats.</param>
    /// <param name="targets"><see cref="TargetNumbers"/> floats; the provisional number of a label is one. Untouched without targets.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ActorNetException">The file is damaged, or a value makes no sense; names file, row and column.</exception>
    public abstract bool Read(Span<float> inputs, Span<float> targets);

    /// <summary>The format with the classes, and the class of each provisional number: when all was read.</summary>
    public (SampleFormat Format, int[] Classes) Classes()
    {
        if (Labels is null)
        {
            return (Format, []);
        }

        var (names, classes) = Labels.Resolve(File);
        return (Format with { Classes = names }, classes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file.</summary>
    protected abstract void Dispose(bool disposing);
}
