using System.Globalization;
using System.Security.Cryptography;

namespace ActorNet.Cluster.Hosting;

/// <summary>Names of nodes: the host, for people, and something that no other start of a process has.</summary>
internal static class NodeNames
{
    /// <summary>A new name.</summary>
    public static string Create(NodeOptions options) => string.Create(
        CultureInfo.InvariantCulture, $"{options.Advertised}-{Environment.ProcessId}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3))}");
}
