using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace ActorNet.Core.Data;

/// <summary>
/// MNIST (Y. LeCun, C. Cortes, C. J. C. Burges): 60,000 training and 10,000 test images of handwritten digits, 28 x 28, in four IDX files.
/// </summary>
internal static partial class MnistFiles
{
    /// <summary>The four files as they were published: name, bytes, SHA-256.</summary>
    internal static IReadOnlyList<DownloadFile> Published { get; } =
    [
        new("train-images-idx3-ubyte.gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        new("train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        new("t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        new("t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ];

    /// <summary>Where the files are downloaded from, in the order in which they are tried.</summary>
    public static IReadOnlyList<Uri> Mirrors { get; } =
    [
        new("https://ossci-datasets.s3.amazonaws.com/mnist/"),
        new("https://storage.googleapis.com/cvdf-datasets/mnist/"),
    ];

    /// <summary>The folder for MNIST when none is given: <c>mnist</c> in <see cref="UserCache.Folder"/>.</summary>
    public static string DefaultFolder => Path.Combine(UserCache.Folder, "mnist");

    /// <summary>Opens the four files in a folder, compressed or not, with a dot or a hyphen before <c>idx</c>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The set's name.</param>
    /// <exception cref="ActorNetException">A file is missing or damaged.</exception>
    public static DataSetPair Open(string folder, string name = "mnist")
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var found = Find(folder);
        var missing = Published.Where(file => !found.ContainsKey(KeyOf(file.Name)!)).Select(file => file.Name).ToArray();
        if (missing.Length > 0)
        {
            throw new ActorNetException(
                $"'{Path.GetFullPath(folder)}' lacks {string.Join(", ", missing)}: "
                + "give another folder, or fetch MNIST with 'actornet data download'.");
        }
        return new DataSetPair(
            IdxFile.Read(found["train-images"], found["train-labels"], $"{name}/training"),
            IdxFile.Read(found["t10k-images"], found["t10k-labels"], $"{name}/test"));
    }

    /// <summary>Whether a folder has all four files.</summary>
    public static bool AreIn(string folder) => Find(folder).Count == Published.Count;

    /// <summary>Whether a folder has some of the four files.</summary>
    public static bool AreInPart(string folder) => Find(folder).Count > 0;

    /// <summary>Checks the SHA-256 of the compressed files in a folder; of others the published hash says nothing.</summary>
    /// <exception cref="ActorNetException">A file is not the published one, or cannot be read.</exception>
    public static void CheckHashes(string folder)
    {
        foreach (var file in Published)
        {
            var path = Path.Combine(folder, file.Name);
            try
            {
                if (File.Exists(path) && HashOf(path) != file.Sha256)
                {
                    throw new ActorNetException($"'{path}' is not the file that was published (wrong SHA-256): move it away and download again.");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ActorNetException($"'{path}' cannot be read ({e.Message}): move it away and download again.", e);
            }
        }
    }

    /// <summary>
    /// Downloads those of the four files that a folder lacks, each from the first mirror that has it whole, and checks their SHA-256. A file
    /// appears under its name only when it is complete.
    /// </summary>
    /// <param name="folder">Receives the files; made when it does not exist.</param>
    /// <param name="client">Does the requests.</param>
    /// <param name="mirrors">Folders to download from, in the order to try; null for <see cref="Mirrors"/>.</param>
    /// <param name="progress">Is told the file, its bytes done, and its bytes in total.</param>
    /// <param name="patience">How long to wait for a mirror's next bytes before the next mirror is tried; null for 30 s.</param>
    /// <param name="cancellation">Ends the download.</param>
    /// <exception cref="ActorNetException">No mirror had a file whole (each is named with its trouble), or the folder cannot be written.</exception>
    public static async Task DownloadAsync(
        string folder,
        HttpClient client,
        IReadOnlyList<Uri>? mirrors = null,
        IProgress<(string File, long Done, long Total)>? progress = null,
        TimeSpan? patience = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(client);
        var found = Find(folder);
        var download = new Download(client, mirrors ?? Mirrors, patience ?? TimeSpan.FromSeconds(30), progress);
        foreach (var file in Published.Where(file => !found.ContainsKey(KeyOf(file.Name)!)))
        {
            await download.FetchAsync(file, folder, cancellation).ConfigureAwait(false);
        }
    }

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The path of each file that is there, by <c>train-images</c> and so on.</summary>
    private static Dictionary<string, string> Find(string folder)
    {
        var found = new Dictionary<string, string>();
        // In descending order of names, so that a file that needs no decompression comes last and wins.
        var paths = Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
        foreach (var path in paths.OrderDescending(StringComparer.Ordinal))
        {
            if (KeyOf(Path.GetFileName(path)) is { } key)
            {
                found[key] = path;
            }
        }
        return found;
    }

    /// <summary>Part and kind, e.g. <c>train-images</c>, or null for another file.</summary>
    private static string? KeyOf(string fileName) =>
        FileName().Match(fileName) is { Success: true, Groups: var groups } ? $"{groups["part"]}-{groups["kind"]}" : null;

    [GeneratedRegex(@"^(?<part>train|t10k)-(?<kind>images|labels)[-.]idx[13][-.]ubyte(\.gz)?$")]
    private static partial Regex FileName();
}
