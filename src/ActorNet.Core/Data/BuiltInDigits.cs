using ActorNet.Core.Data.Digits;

namespace ActorNet.Core.Data;

/// <summary>
/// The data set <c>digits</c>: 60,000 training and 10,000 test images of handwritten-looking digits, 28 x 28, drawn by the program from stroke
/// skeletons and normalised as MNIST's are. The same bytes on every machine; made once, then read from a cache of IDX files.
/// </summary>
internal static class BuiltInDigits
{
    /// <summary>Images to learn from.</summary>
    public const int TrainingCount = 60_000;

    /// <summary>Images to judge by.</summary>
    public const int TestCount = 10_000;

    /// <summary>What <see cref="DataSet.Hash"/> of the training part is.</summary>
    public const string TrainingHash = "3a66e2f4bcaaa5a4352fa0777bd00dc269935c2608cdd18134b1b03eb82449d6";

    /// <summary>What <see cref="DataSet.Hash"/> of the test part is.</summary>
    public const string TestHash = "b40ef8730d9807f6ade75b7b8a1158d6e98a4af296cf9cb14aaa5c2916e81ecf";

    private const ulong Seed = 1;

    private static readonly Part _training = new("training", "train", First: 0, TrainingCount, TrainingHash);
    private static readonly Part _test = new("test", "t10k", First: TrainingCount, TestCount, TestHash);

    /// <summary>
    /// Reads both parts from the cache, or draws them (about 2 s on one core) and writes them there. A damaged cache is made again; one that
    /// cannot be written costs only the time.
    /// </summary>
    /// <param name="cacheFolder">The cache; null for <see cref="UserCache.Folder"/>.</param>
    /// <param name="warn">Is told, in one line each, when the cache is damaged or cannot be written.</param>
    /// <exception cref="ActorNetException">This machine draws other bytes than it should: a fault of the program or of the machine.</exception>
    public static DataSetPair Open(string? cacheFolder = null, Action<string>? warn = null)
    {
        var folder = Path.Combine(cacheFolder ?? UserCache.Folder, $"digits-{TrainingHash[..8]}");
        var warned = new HashSet<string>();
        return new DataSetPair(_training.Open(folder, WarnOnce), _test.Open(folder, WarnOnce));

        // Both parts meet the same trouble with the folder.
        void WarnOnce(string message)
        {
            if (warned.Add(message))
            {
                warn?.Invoke(message);
            }
        }
    }

    /// <summary>Draws images <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1 of the built-in seed.</summary>
    internal static ImageDataSet Draw(int first, int count, string name)
    {
        const int side = DigitGenerator.Side;
        var generator = new DigitGenerator(Seed);
        var pixels = new byte[count * side * side];
        var labels = new byte[count];
        for (var i = 0; i < count; i++)
        {
            labels[i] = generator.Draw((ulong)(first + i), pixels.AsSpan(i * side * side, side * side));
        }
        return new ImageDataSet(name, side, side, classes: 10, pixels, labels);
    }

    private sealed record Part(string Name, string Prefix, int First, int Count, string Hash)
    {
        public ImageDataSet Open(string folder, Action<string>? warn)
        {
            var images = Path.Combine(folder, $"{Prefix}-images-idx3-ubyte");
            var labels = Path.Combine(folder, $"{Prefix}-labels-idx1-ubyte");
            if (TryRead(images, labels, warn) is { } cached)
            {
                return cached;
            }
            var drawn = Draw(First, Count, $"digits/{Name}");
            if (drawn.Hash != Hash)
            {
                throw new ActorNetException(
                    $"This machine draws other digits ({drawn.Hash}) than every other ({Hash}): please report it with the processor's name.");
            }
            TryWrite(folder, images, labels, drawn, warn);
            return drawn;
        }

        private ImageDataSet? TryRead(string images, string labels, Action<string>? warn)
        {
            if (!File.Exists(images) || !File.Exists(labels))
            {
                return null;
            }
            try
            {
                var set = IdxFile.Read(images, labels, $"digits/{Name}");
                if (set.Hash == Hash)
                {
                    return set;
                }
                warn?.Invoke($"'{images}' or its labels are damaged (wrong SHA-256): the digits are drawn again.");
            }
            catch (ActorNetException e)
            {
                warn?.Invoke($"{e.Message} The digits are drawn again.");
            }
            return null;
        }

        private static void TryWrite(string folder, string images, string labels, ImageDataSet set, Action<string>? warn)
        {
            try
            {
                Directory.CreateDirectory(folder);
                AtomicFile.Write(images, stream => IdxFile.WriteImages(stream, set.Width, set.Height, set.AllPixels));
                AtomicFile.Write(labels, stream => IdxFile.WriteLabels(stream, set.AllLabels));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                warn?.Invoke($"The digits cannot be kept in '{folder}' ({e.Message}) and will be drawn again next time: {UserCache.Variable} chooses another folder.");
            }
        }
    }
}
