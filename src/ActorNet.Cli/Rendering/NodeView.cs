using ActorNet.Cli.Http;
using ActorNet.Cluster.Hosting;

namespace ActorNet.Cli.Rendering;

/// <summary>Says a line for what happens to a node.</summary>
internal sealed class NodeView(Terminal terminal, bool quiet)
{
    /// <summary>Says that it waits for a run's coordinator to end.</summary>
    public void StandsBy(string run) => Line($"stands by for {run}: goes on with it when its coordinator is gone");

    /// <summary>Says that it coordinates from now on.</summary>
    public void TakesOver(string run) => Line($"{run} has no coordinator: goes on with it");

    /// <summary>Says where the process can be watched.</summary>
    public void Endpoint(NodeEndpoint endpoint)
    {
        if (endpoint.Url is { } url)
        {
            Line(terminal.Faint($"http {url}{endpoint.Remark}"));
        }
    }

    /// <summary>Says what is wrong but survived, on stderr.</summary>
    public void Warn(string message) => Console.Error.WriteLine($"{terminal.Warning("warning:")} {message.ReplaceLineEndings(" ")}");

    /// <summary>Shows what happens.</summary>
    public void Show(NodeEvent happened)
    {
        switch (happened)
        {
            case NodeEvent.Waiting waiting:
                Line($"{terminal.Strong(waiting.Node)} waits for a coordinator at {string.Join(" or ", waiting.Coordinators)}");
                break;
            case NodeEvent.Joined joined:
                Line($"joined job {joined.JobHash[..8]}");
                break;
            case NodeEvent.Fetched fetched:
                Line(
                    $"has the data of {(fetched.Slices.Count == 0 ? "no slice yet" : "slices " + string.Join(", ", fetched.Slices))}: "
                    + (fetched.Shards == 0 ? "all from the cache" : $"{Say.Shards(fetched.Shards)} fetched, {Say.Megabytes(fetched.Bytes)}"));
                break;
            case NodeEvent.Warned warned:
                Warn(warned.Message);
                break;
            case NodeEvent.AskedToLeave asked:
                Line($"{asked.By} asked it to leave: it hands over what it has, and ends");
                break;
            case NodeEvent.Lost lost:
                Warn($"{lost.Reason}; starting anew");
                break;
            case NodeEvent.JobEnded { Error: { } error }:
                Warn($"the run has failed: {error}");
                break;
            case NodeEvent.JobEnded:
                Line("the run is over");
                break;
        }
    }

    private void Line(string text)
    {
        if (!quiet)
        {
            terminal.Writer.WriteLine(text);
        }
    }
}
