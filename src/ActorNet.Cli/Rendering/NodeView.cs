using ActorNet.Cli.Http;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;

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
        if (happened.Severity > Severity.Info)
        {
            Warn(happened.Message);
        }
        else
        {
            Line(happened.Message);
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
