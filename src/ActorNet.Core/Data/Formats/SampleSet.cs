namespace ActorNet.Core.Data.Formats;

/// <summary>Opens the parts of a set that is in files of samples, in memory or on the disk; the test part is read as the training part was.</summary>
internal static class SampleSet
{
    /// <summary>Reads a set into memory.</summary>
    /// <param name="source">Where it is, and what is known of its format.</param>
    /// <param name="warn">Is told what was guessed.</param>
    /// <returns>Both parts, the test part without samples where there is none; null for a place that holds something else.</returns>
    /// <exception cref="ActorNetException">A file is damaged, or the set is too large for the memory.</exception>
    public static DataSetPair? Load(DataSource source, Action<string>? warn) => Read(source, warn, (reader, name) =>
    {
        using (reader)
        {
            return SampleMemory.Load(reader, name);
        }
    });

    /// <summary>Reads a set into files on the disk, in constant memory.</summary>
    /// <param name="source">Where it is, and what is known of its format.</param>
    /// <param name="temporary">A path of which the files' names are made; they go when the sets are disposed.</param>
    /// <param name="warn">Is told what was guessed.</param>
    /// <param name="progress">Is told the part and how much of its file is read, 0 to 1.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>Both parts as <see cref="PackedDataSet"/>; null for a place that holds something else.</returns>
    /// <exception cref="ActorNetException">A file is damaged.</exception>
    public static DataSetPair? Pack(
        DataSource source, string temporary, Action<string>? warn = null, Action<string, double>? progress = null, CancellationToken cancellation = default)
    {
        var packed = new List<PackedDataSet>();
        try
        {
            return Read(source, warn, (reader, name) =>
            {
                using (reader)
                {
                    packed.Add(PackedDataSet.Write(reader, name, $"{temporary}.{packed.Count}", done => progress?.Invoke(name, done), cancellation));
                    return packed[^1];
                }
            });
        }
        catch
        {
            packed.ForEach(set => set.Dispose());
            throw;
        }
    }

    private static DataSetPair? Read(DataSource source, Action<string>? warn, Func<SampleReader, string, DataSet> read)
    {
        if (SampleFile.Find(source.Place) is not var (first, second))
        {
            return null;
        }

        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source.Place)));
        var training = read(first.Open(source.Format, warn: warn), second is null ? name : $"{name}/training");
        if (second is null)
        {
            return new DataSetPair(training, training.Slice(0, 0));
        }

        var format = training.Format! with { Delimiter = source.Format.Delimiter, Header = source.Format.Header };
        var test = read(second.Open(format, warn: warn), $"{name}/test");
        return test.InputSize == training.InputSize && test.TargetSize == training.TargetSize
            ? new DataSetPair(training, test)
            : throw new ActorNetException(
                $"'{second.Path}' has {test.InputSize} inputs and {test.TargetSize} targets a sample, '{first.Path}' has {training.InputSize} and {training.TargetSize}: they do not belong together.");
    }
}
