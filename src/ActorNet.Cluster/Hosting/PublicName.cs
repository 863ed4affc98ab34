using System.Net;
using System.Net.Sockets;
using ActorNet.Core;

namespace ActorNet.Cluster.Hosting;

/// <summary>
/// The name by which others reach a node, where one setting serves many nodes: <c>{host}</c> in it stands for this machine's own name, <c>{ip}</c> for its address with
/// dashes, the name that a headless service of Kubernetes gives a pod.
/// </summary>
internal static class PublicName
{
    private const string Host = "{host}", Ip = "{ip}";

    /// <summary>Fills in what a pattern leaves open.</summary>
    /// <exception cref="ActorNetException">This machine has no address of its own.</exception>
    public static string Fill(string pattern)
    {
        var name = pattern.Replace(Host, Dns.GetHostName(), StringComparison.Ordinal);
        return name.Contains(Ip, StringComparison.Ordinal) ? name.Replace(Ip, Dashed(OwnAddress(pattern)), StringComparison.Ordinal) : name;
    }

    /// <summary>An address as a part of a name (RFC 1035 allows no dots or colons in it).</summary>
    internal static string Dashed(IPAddress address) => address.ToString().Replace('.', '-').Replace(':', '-');

    private static IPAddress OwnAddress(string pattern)
    {
        IPAddress[] found;
        try
        {
            found = Dns.GetHostAddresses(Dns.GetHostName());
        }
        catch (SocketException)
        {
            found = [];
        }

        return found.Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal)
            .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
            .FirstOrDefault()
            ?? throw new ActorNetException($"the public host {pattern} needs this machine's address, but its name {Dns.GetHostName()} has none but loopback: say the address itself.");
    }
}
