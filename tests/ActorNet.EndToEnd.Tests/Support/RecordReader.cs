using System.Text.Json.Nodes;

namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>The record of a run that may still go on.</summary>
internal sealed class RecordReader(string path)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>All whole lines.</summary>
    public IReadOnlyList<RecordLine> Lines()
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var text = reader.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => new RecordLine(JsonNode.Parse(line)!.AsObject()))];
    }

    /// <summary>Waits for the first line that is wanted.</summary>
    /// <param name="what">What is waited for, for the message.</param>
    /// <param name="wanted">Whether a line is it.</param>
    public async Task<RecordLine> AwaitAsync(string what, Func<RecordLine, bool> wanted)
    {
        using var changed = new SemaphoreSlim(0);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path));
        watcher.Changed += (_, _) => changed.Release();
        watcher.Created += (_, _) => changed.Release();
        watcher.EnableRaisingEvents = true;
        for (var deadline = DateTime.UtcNow + _patience; ;)
        {
            if (File.Exists(path) && Lines().FirstOrDefault(wanted) is { } found)
            {
                return found;
            }

            var left = deadline - DateTime.UtcNow;
            var came = left > TimeSpan.Zero && await changed.WaitAsync(left);
            Assert.True(came, $"the record has no line of {what} after {_patience.TotalSeconds} s:\n{string.Join('\n', Lines().TakeLast(15).Select(line => line.Json.ToJsonString()))}");
        }
    }

    /// <summary>Samples that the processes of these numbers have contributed to the run's end.</summary>
    public IReadOnlyDictionary<int, long> Contributions(params IEnumerable<int> processes)
    {
        var all = Lines().Last(line => line.Event == "finished").Json["contributions"]!.AsArray();
        return processes.ToDictionary(id => id, id => all.Where(one => one!.ToJsonString().Contains($"-{id}-", StringComparison.Ordinal)).Sum(one => (long)one!["samples"]!));
    }
}

/// <summary>A line of a record.</summary>
internal sealed record RecordLine(JsonObject Json)
{
    /// <summary>What happened.</summary>
    public string Event => (string)Json["event"]!;

    /// <summary>When, in UTC.</summary>
    public DateTime Time => ((DateTime)Json["time"]!).ToUniversalTime();

    /// <summary>Whether it is of a node of this process.</summary>
    public bool IsOf(RunningProcess process) => ((string?)Json["node"])?.Contains($"-{process.Id}-", StringComparison.Ordinal) == true;
}
