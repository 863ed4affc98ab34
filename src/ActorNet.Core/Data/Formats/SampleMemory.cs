using System.Globalization;

namespace ActorNet.Core.Data.Formats;

/// <summary>Reads a file of samples into memory.</summary>
internal static class SampleMemory
{
    /// <summary>Which part of the memory that the process can have a set may take: while its parts are joined it takes twice as much.</summary>
    private const int Part = 3;

    /// <summary>Reads all samples.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="name">The set's name.</param>
    /// <param name="limit">The most bytes that it may take; null for a part of the memory that the process can have.</param>
    /// <exception cref="ActorNetException">The file is damaged, has no samples, or is too large.</exception>
    public static DataSet Load(SampleReader reader, string name, long? limit = null)
    {
        var most = limit ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Part;
        var isPicture = reader.HasBytes && reader.Task == TaskKind.Classification;
        var (floats, bytes, targets) = (new Blocks<float>(), new Blocks<byte>(), new Blocks<float>());
        var (input, target) = (new float[reader.InputSize], new float[reader.TargetNumbers]);
        var count = 0;
        while (reader.Read(input, target))
        {
            Check(count, isPicture ? sizeof(byte) : sizeof(float), reader.InputSize);
            Check(count, sizeof(float), target.Length);
            count++;
            if (isPicture)
            {
                ImageDataSet.ToBytes(input, bytes.Next(input.Length));
            }
            else
            {
                input.CopyTo(floats.Next(input.Length));
            }

            target.CopyTo(targets.Next(target.Length));
        }

        if (count == 0)
        {
            throw new ActorNetException($"'{reader.File}' has no samples: it needs a row for each.");
        }

        var (format, classes) = reader.Classes();
        if (isPicture && format.Classes!.Count <= byte.MaxValue + 1)
        {
            var (height, width) = reader.InputShape is [var rows, var columns] ? (rows, columns) : (1, reader.InputSize);
            var labels = Array.ConvertAll(targets.Join(), label => (byte)classes[(int)label]);
            return new ImageDataSet(name, width, height, format.Classes.Count, bytes.Join(), labels) { Source = format };
        }

        if (isPicture)
        {
            throw new ActorNetException($"'{reader.File}' has {format.Classes!.Count} classes of pictures, 256 are possible: save the inputs as floats.");
        }

        var size = format.Classes?.Count ?? target.Length;
        var numbers = targets.Join();
        return new ArrayDataSet(name, reader.Task, floats.Join(), classes.Length == 0 ? numbers : Array.ConvertAll(numbers, label => (float)classes[(int)label]), (count, reader.InputSize, size)) { Source = format, Shape = reader.InputShape };

        void Check(int samples, int bytes, int size)
        {
            if ((samples + 1L) * size is var numbers && (numbers * bytes > most || numbers > Array.MaxLength))
            {
                throw new ActorNetException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{reader.File}' is larger than what may lie in memory here ({most / 1_000_000:N0} MB, and {Array.MaxLength:N0} numbers): write it as shards with 'actornet data shard' and train those."));
            }
        }
    }

    /// <summary>A list of numbers that grows without being copied.</summary>
    private sealed class Blocks<T>
    {
        private const int FirstLength = 1 << 12, MostLength = 1 << 20;

        private readonly List<T[]> _full = [];
        private T[] _block = [];
        private int _filled;

        /// <summary>The next elements, to be filled.</summary>
        public Span<T> Next(int length)
        {
            if (_filled + length > _block.Length)
            {
                Array.Resize(ref _block, _filled);
                _full.Add(_block);
                _block = new T[Math.Max(Math.Clamp(_block.Length * 2, FirstLength, MostLength) / length * length, length)];
                _filled = 0;
            }

            _filled += length;
            return _block.AsSpan(_filled - length, length);
        }

        /// <summary>All of them in one array; the list is empty then.</summary>
        public T[] Join()
        {
            Array.Resize(ref _block, _filled);
            _full.Add(_block);
            var joined = new T[_full.Sum(block => (long)block.Length)];
            var at = 0;
            for (var i = 0; i < _full.Count; i++)
            {
                _full[i].CopyTo(joined, at);
                at += _full[i].Length;
                // Free for the collector before the next one is copied.
                _full[i] = [];
            }

            (_block, _filled) = ([], 0);
            _full.Clear();
            return joined;
        }
    }
}
