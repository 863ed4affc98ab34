using System.Globalization;
using System.Text;
using CsvHelper;

namespace ActorNet.Core.Data.Formats;

/// <summary>
/// Reads samples from CSV (RFC 4180, also with ; or tabs between cells, with a header or without, in UTF-8 or with a byte order mark, compressed with
/// gzip or not). A number is read to the nearest float, with a point for the fraction whatever the culture.
/// </summary>
internal sealed class CsvSampleReader : SampleReader
{
    /// <summary>A record beyond this has a quote that is never closed.</summary>
    private const int MaxRecordBytes = 1 << 26;

    private readonly OpenFile _file;
    private readonly CsvReader _csv;
    private readonly CsvColumns _columns;
    private readonly string[]? _header;
    private readonly int _count;
    private readonly float _factor;
    private bool _isAtFirst;

    private CsvSampleReader(OpenFile file, CsvReader csv, CsvColumns columns, string[]? header, int count)
    {
        (_file, _csv, _columns, _header, _count) = (file, csv, columns, header, count);
        _isAtFirst = header is null;
        _factor = 1f / (columns.Format.Scale ?? 1f);
    }

    /// <inheritdoc/>
    public override double Done => _file.Done;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">What is known of its format.</param>
    /// <param name="inputs">Inputs that a network takes, where targets are not read and need not be there; null where they are.</param>
    /// <param name="warn">Is told what was guessed.</param>
    /// <exception cref="ActorNetException">It cannot be read, is empty, or has not the columns that it should have.</exception>
    public static CsvSampleReader Open(string path, SampleFormat format, int? inputs, Action<string>? warn)
    {
        var file = new OpenFile(path);
        var csv = CsvReader.Create(file, new CsvReaderOptions
        {
            HasHeader = false,
            Separator = format.Delimiter,
            TrimWhitespace = format.Delimiter is not (' ' or '\t'),
            TrackLineNumbers = true,
            MalformedData = CsvMalformedDataHandling.Throw,
            MaxRecordSize = MaxRecordBytes,
            FormatProvider = CultureInfo.InvariantCulture,
        });
        try
        {
            return Open(path, file, csv, format, inputs, warn);
        }
        catch
        {
            csv.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool Read(Span<float> inputs, Span<float> targets)
    {
        if (!_isAtFirst && !Next(File, _csv))
        {
            return false;
        }

        _isAtFirst = false;
        if (_csv.FieldCount != _count)
        {
            throw new ActorNetException(
                $"{File}, row {_csv.LineNumber}: {_csv.FieldCount} cells, but {(_header is null ? "the first row" : "the header")} has {_count}: mend or remove the row.");
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Number(_columns.Inputs[i]) * _factor;
        }

        if (HasTargets)
        {
            ReadTargets(targets);
        }

        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _csv.Dispose();
            _file.Dispose();
        }
    }

    private static CsvSampleReader Open(string path, OpenFile file, CsvReader csv, SampleFormat format, int? inputs, Action<string>? warn)
    {
        if (!Next(path, csv))
        {
            throw new ActorNetException($"'{path}' is empty: it needs a row for each sample.");
        }

        var first = Enumerable.Range(0, csv.FieldCount).Select(csv.GetString).Select(cell => cell.Trim()).ToArray();
        if (first.Any(cell => cell.Contains('\0', StringComparison.Ordinal)))
        {
            throw new ActorNetException($"'{path}' is no text: give CSV, which can be compressed with gzip, or a NumPy file.");
        }

        var header = CsvColumns.IsHeader(first, format) ? first : null;
        var columns = CsvColumns.Of(path, header, first.Length, format, inputs);
        if (columns.Guess is { } guess)
        {
            warn?.Invoke(guess);
        }

        return new CsvSampleReader(file, csv, columns, header, first.Length)
        {
            File = path,
            Task = columns.Task,
            InputSize = columns.Inputs.Length,
            HasTargets = columns.Targets.Length > 0,
            TargetNumbers = columns.Targets.Length,
            Labels = columns.Task == TaskKind.Classification && columns.Targets.Length > 0 ? new ClassNames(format.Classes) : null,
            Format = columns.Format,
        };
    }

    private static bool Next(string path, CsvReader csv)
    {
        try
        {
            return csv.Read();
        }
        catch (CsvFormatException error)
        {
            throw new ActorNetException($"{path}, row {Math.Max(error.LineNumber, 1)}: the quotes are not closed or not alone around a cell: mend the row.", error);
        }
    }

    private void ReadTargets(Span<float> targets)
    {
        for (var i = 0; i < targets.Length; i++)
        {
            var column = _columns.Targets[i];
            if (Labels is not null)
            {
                var label = Labels.Add(_csv.GetSpan(column).Trim((byte)' '), out var trouble);
                targets[i] = label >= 0 ? label : throw Error(column, trouble!);
            }
            else
            {
                targets[i] = Number(column);
                if (Task == TaskKind.MultiLabel && targets[i] is not (0 or 1))
                {
                    throw Error(column, $"'{_csv.GetString(column)}' is neither 0 nor 1, which alone say whether a label is there");
                }
            }
        }
    }

    private float Number(int column)
    {
        var cell = _csv.GetSpan(column);
        if (TryWhole(cell, out var whole))
        {
            return whole;
        }

        return float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value) ? value : throw NoNumber(column, cell);
    }

    /// <summary>Most cells of pictures: some digits, which a float holds exactly.</summary>
    private static bool TryWhole(ReadOnlySpan<byte> cell, out int value)
    {
        value = 0;
        foreach (var digit in cell)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = 10 * value + (digit - '0');
        }

        return cell.Length is > 0 and <= 7;
    }

    private ActorNetException NoNumber(int column, ReadOnlySpan<byte> cell)
    {
        var text = Encoding.UTF8.GetString(cell[..Math.Min(cell.Length, 40)]);
        return Error(column, text.Trim().Length == 0
            ? "the cell is empty: fill it in, remove the row, or leave the column out with --ignore"
            : float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
                ? $"'{text}' is not finite as a float: fill it in, remove the row, or leave the column out with --ignore"
                : float.TryParse(text.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out _)
                    ? $"'{text}' has a comma for the fraction: write a point"
                    : $"'{text}' is no number: mend it, or leave the column out with --ignore");
    }

    private ActorNetException Error(int column, string trouble) => new($"{File}, row {_csv.LineNumber}, {CsvColumns.Name(_header, column)}: {trouble}.");
}
