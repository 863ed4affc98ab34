using System.Net;
using Microsoft.AspNetCore.Http;

namespace ActorNet.Cli.Http;

/// <summary>
/// Keeps web pages out of an endpoint that only this machine can reach. A page of a foreign site can have its own name resolve to 127.0.0.1 (DNS rebinding): the
/// browser then takes the endpoint for that site and lets the page read it, but still says the site's name as the host. Anywhere else than on loopback the names
/// of this machine are not known, and everybody who reaches the port may read anyway.
/// </summary>
internal static class HostGuard
{
    /// <summary>Whether a request to an endpoint on loopback calls it by a name that only this machine's own can have.</summary>
    public static bool Knows(HostString host) =>
        host.Host is var name && (name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address)));
}
