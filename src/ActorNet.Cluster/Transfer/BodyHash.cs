using System.IO.Hashing;

namespace ActorNet.Cluster.Transfer;

/// <summary>The hash that guards a body. Who sends one body to many nodes computes it once and puts it into the header;
/// where nobody did the link computes it on the way.</summary>
internal static class BodyHash
{
    public static ulong Of(ReadOnlySpan<byte> body) => XxHash3.HashToUInt64(body);
}
