using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Http;

/// <summary>A run as those who watch and steer it see it.</summary>
internal sealed class WatchedRun
{
    /// <summary>A run that has not begun.</summary>
    public WatchedRun() => History = new HistoryKeeper(Control);

    /// <summary>Its status, and where commands go.</summary>
    public RunControl Control { get; } = new();

    /// <summary>What happens in it.</summary>
    public RunEvents Events { get; } = new();

    /// <summary>What it has come to.</summary>
    public HistoryKeeper History { get; }

    /// <summary>Is told the verb and the address of who asked for it without the token.</summary>
    public Action<string, string>? Refused { get; set; }
}
