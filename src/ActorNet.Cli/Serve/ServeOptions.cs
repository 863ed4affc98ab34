using ActorNet.Cluster.Hosting;

namespace ActorNet.Cli.Serve;

/// <summary>Where a model is shown.</summary>
/// <param name="Listen">The address.</param>
/// <param name="OpensBrowser">Whether to open the page.</param>
internal sealed record ServeOptions(HostPort Listen, bool OpensBrowser)
{
    /// <summary>The port when nobody gave one.</summary>
    public const int DefaultPort = 4090;
}
