using System.Runtime.CompilerServices;

namespace ActorNet.Core.Numerics;

/// <summary>
/// The counter-based generator Philox4x32-10: 128 random bits as a pure function of a 128-bit counter and a 64-bit key,
/// and a bijection of the counter for each key. J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, «Parallel random numbers:
/// as easy as 1, 2, 3», SC 2011. Checked against the known answers of the authors' library, Random123.
/// </summary>
internal static class Philox4x32
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint KeyStep0 = 0x9E3779B9, KeyStep1 = 0xBB67AE85;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint W0, uint W1, uint W2, uint W3) Block(uint c0, uint c1, uint c2, uint c3, uint key0, uint key1)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * c0;
            var product1 = (ulong)Multiplier1 * c2;
            c0 = (uint)(product1 >> 32) ^ c1 ^ key0;
            c1 = (uint)product1;
            c2 = (uint)(product0 >> 32) ^ c3 ^ key1;
            c3 = (uint)product0;
            key0 += KeyStep0;
            key1 += KeyStep1;
        }
        return (c0, c1, c2, c3);
    }
}
