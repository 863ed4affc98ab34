using System.Text.RegularExpressions;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>What outlives a power cut: a file is on the disk before it has its name, and its name before anybody relies on it. Seen by strace.</summary>
public sealed partial class FlushTests : IDisposable
{
    private const string Tracer = "/usr/bin/strace";

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [SkippableFact]
    public void A_checkpoint_is_on_the_disk_before_it_has_its_name_and_its_name_after()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists(Tracer), "needs strace(1) of Linux");
        TinyDigits.Write(_work);
        Skip.IfNot(_work.RunOther(Tracer, "-qq", "-e", "trace=none", "true").ExitCode == 0, "needs leave to trace a process");
        string[] trace = [Tracer, "-f", "-y", "-qq", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-o", "calls"];
        var train = _work.StartBy(trace, "train", "--data", "tiny", "--epochs", "2", "--checkpoint-every", "20", "--workers", "1", "--out", "run");
        train.End().Ending(0);

        var calls = Calls(File.ReadAllLines(_work.At("calls")));
        var store = _work.At("run", "checkpoints");
        var published = calls.Index().Where(call => Path.GetFileName(call.Item.To).StartsWith("step-", StringComparison.Ordinal)).ToList();
        Assert.InRange(published.Count, 3, 20);
        foreach (var (at, (_, temporary, final)) in published)
        {
            var before = Flushed(calls[..at]);
            // Old ones have been removed since; the last is there and says which files one has.
            var files = Directory.EnumerateFiles(Directory.EnumerateDirectories(store, "step-*").Max()!).Select(Path.GetFileName).ToList();
            Assert.Contains("manifest.json", files);
            Assert.All(files, file => Assert.Contains(Path.Combine(temporary, file!), before));
            Assert.Contains(temporary, before);
            // Before anything else is published, or removed because this one is there.
            Assert.Contains(store, FlushedAfter(calls, at));
            Assert.Equal(store, Path.GetDirectoryName(final));
        }

        // Two reigns of one number would be taken for one.
        var taken = calls.FindIndex(call => call.To == Path.Combine(store, "incarnation"));
        Assert.Contains(calls[taken].From, Flushed(calls[..taken]));
        Assert.Contains(store, FlushedAfter(calls, taken));
    }

    /// <summary>What is flushed after a call and before the next thing gets its name.</summary>
    private static IEnumerable<string> FlushedAfter(List<Call> calls, int at)
    {
        var next = calls.FindIndex(at + 1, call => call.Name.StartsWith("rename", StringComparison.Ordinal));
        return Flushed(calls[at..(next < 0 ? calls.Count : next)]);
    }

    private static IEnumerable<string> Flushed(IEnumerable<Call> calls) => calls.Where(call => call.Name is "fsync" or "fdatasync").Select(call => call.From);

    /// <summary>The calls that succeeded, in order of their ends; one that another thread's came into has two lines.</summary>
    private static List<Call> Calls(string[] lines)
    {
        var calls = new List<Call>();
        var begun = new Dictionary<string, string>();
        foreach (var line in lines)
        {
            var (thread, text) = (line.Split(' ')[0], line);
            if (line.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                begun[thread] = line[..line.IndexOf("<unfinished", StringComparison.Ordinal)];
                continue;
            }

            if (line.Contains(" resumed>", StringComparison.Ordinal))
            {
                text = begun[thread] + line[(line.IndexOf(" resumed>", StringComparison.Ordinal) + " resumed>".Length)..];
            }

            if (Flush().Match(text) is { Success: true } flush)
            {
                calls.Add(new Call(flush.Groups[1].Value, flush.Groups[2].Value, ""));
            }
            else if (Rename().Match(text) is { Success: true } rename)
            {
                calls.Add(new Call(rename.Groups[1].Value, rename.Groups[2].Value, rename.Groups[3].Value));
            }
        }

        return calls;
    }

    [GeneratedRegex(@"(fsync|fdatasync)\(\d+<(.*)>\s*\)\s*= 0$")]
    private static partial Regex Flush();

    [GeneratedRegex(@"(rename\w*)\(.*?""(.*?)"",.*?""(.*?)"".*\)\s*= 0$")]
    private static partial Regex Rename();

    /// <param name="Name">Of the call.</param>
    /// <param name="From">The file that is flushed or renamed.</param>
    /// <param name="To">Its new name.</param>
    private sealed record Call(string Name, string From, string To);
}
