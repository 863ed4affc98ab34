using ActorNet.Cli.Commands;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Security;
using ActorNet.Core;

namespace ActorNet.Cli.Monitor;

/// <summary>Finds which of several addresses the coordinator is at: after a takeover it is another.</summary>
/// <param name="addresses">Where it may be.</param>
/// <param name="token">What entitles to commands; null for none.</param>
/// <param name="certificates">Mutual TLS; null for none.</param>
internal sealed class RunFinder(IReadOnlyList<Uri> addresses, string? token, NodeCertificates? certificates)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(500);

    /// <summary>The addresses, as people write them.</summary>
    public string Where { get; } = string.Join(" or ", addresses.Select(address => address.ToString().TrimEnd('/')));

    /// <summary>The first address that answers as a coordinator, and what it said.</summary>
    /// <exception cref="UnreachableException">None does; the error is that of the first.</exception>
    public async Task<(RunClient Client, RunStatus Status)> FindAsync(CancellationToken cancel)
    {
        UnreachableException? first = null;
        foreach (var address in addresses)
        {
            var client = new RunClient(address, token, certificates);
            try
            {
                return (client, await client.StatusAsync(cancel).ConfigureAwait(false));
            }
            catch (UnreachableException error)
            {
                client.Dispose();
                first ??= error;
            }
            catch
            {
                client.Dispose();
                throw;
            }
        }

        throw first!;
    }

    /// <summary>The same, tried again and again.</summary>
    /// <param name="patience">For how long.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="UnreachableException">None has answered in that time.</exception>
    public async Task<(RunClient Client, RunStatus Status)> FindAsync(TimeSpan patience, CancellationToken cancel)
    {
        var end = DateTime.UtcNow + patience;
        while (true)
        {
            try
            {
                return await FindAsync(cancel).ConfigureAwait(false);
            }
            catch (UnreachableException error) when (DateTime.UtcNow + _interval >= end)
            {
                var others = addresses.Count > 1 ? $", nor do the others of {Where}" : "";
                throw new UnreachableException(new ActorNetException(
                    $"{error.Message.TrimEnd('.')}{others}. Tried for {patience.TotalSeconds:0.#} s (--timeout): does the run go on, with --http, at this address?", error));
            }
            catch (UnreachableException)
            {
                await Task.Delay(_interval, cancel).ConfigureAwait(false);
            }
        }
    }
}
