using System.Globalization;
using ActorNet.Core;

namespace ActorNet.Cluster.Hosting;

/// <summary>A host and a port, written <c>host:port</c>; an IPv6 address is in brackets.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">The port; 0 for any that is free.</param>
public readonly record struct HostPort(string Host, int Port)
{
    /// <summary>The port of a coordinator that nobody gave another.</summary>
    public const int DefaultPort = 4053;

    /// <summary>Reads one; without a port it is <paramref name="defaultPort"/>.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="source">Where: the flag, variable or key, for the error.</param>
    /// <param name="defaultPort">The port when none is given.</param>
    /// <exception cref="ActorNetException">It is none.</exception>
    public static HostPort Parse(string text, string source, int defaultPort = DefaultPort)
    {
        var colon = text.LastIndexOf(':');
        var hasPort = colon >= 0 && colon > text.LastIndexOf(']');
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        var port = defaultPort;
        var isPort = !hasPort || int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port);
        if (host.Contains("://", StringComparison.Ordinal) || host.EndsWith('/') || Uri.CheckHostName(host) == UriHostNameType.Unknown || !isPort || port > ushort.MaxValue)
        {
            throw new ActorNetException(
                $"{source} is '{text}': give host:port, as in 10.0.0.5:{DefaultPort} or [fd00::5]:{DefaultPort}, the port from 0 to {ushort.MaxValue}.");
        }

        return new HostPort(host, port);
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
