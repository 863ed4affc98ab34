namespace ActorNet.Fuzzing.Engine;

/// <summary>
/// The inputs of a target that are kept, in files, each in a line of base64: those that reach new code, which a campaign writes anew, and those that have shown a
/// defect, which stay for ever.
/// </summary>
internal static class Corpus
{
    /// <summary>Of a file that is kept with the project.</summary>
    private const int MostBytes = 48 * 1024;

    /// <summary>The folder of those that are kept with the project, beside the program.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Corpus");

    /// <summary>Reads a target's inputs; none where nothing was kept. A line that begins with # says something of the next one.</summary>
    public static IReadOnlyList<byte[]> Read(string folder, string target) =>
    [
        .. ((string[])[PathOf(folder, target), FoundPathOf(folder, target)]).Where(File.Exists).SelectMany(File.ReadLines)
            .Where(line => line.Length > 0 && !line.StartsWith('#')).Select(Convert.FromBase64String),
    ];

    /// <summary>Writes the inputs that a later campaign goes on with.</summary>
    public static void Write(string folder, string target, IEnumerable<byte[]> inputs)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(PathOf(folder, target), inputs.Select(Convert.ToBase64String).Where(line => line.Length > 0).Distinct());
    }

    /// <summary>Writes the first inputs, as many as a small file holds.</summary>
    public static void WriteSmall(string folder, string target, IEnumerable<byte[]> inputs)
    {
        var bytes = 0;
        Write(folder, target, inputs.TakeWhile(input => (bytes += input.Length * 4 / 3) <= MostBytes));
    }

    /// <summary>Adds an input that shows a defect.</summary>
    public static void Add(string folder, string target, byte[] input, Fault fault)
    {
        Directory.CreateDirectory(folder);
        File.AppendAllText(FoundPathOf(folder, target), $"# {fault.Kind}\n{Convert.ToBase64String(input)}\n");
    }

    private static string PathOf(string folder, string target) => Path.Combine(folder, $"{target}.txt");

    private static string FoundPathOf(string folder, string target) => Path.Combine(folder, $"{target}.found.txt");
}
