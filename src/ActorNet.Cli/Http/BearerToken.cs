using System.Security.Cryptography;
using System.Text;

namespace ActorNet.Cli.Http;

/// <summary>What a caller must know who wants to change something. Only its hash is kept, so that a comparison takes the same time whatever was sent.</summary>
internal sealed class BearerToken(string token)
{
    private const string Scheme = "Bearer ";
    private const int RandomBytes = 16;

    private readonly byte[] _hash = Hash(token);

    /// <summary>A new one that nobody can guess: 32 hexadecimal digits.</summary>
    public static string Draw() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>What the header <c>Authorization</c> is worth.</summary>
    public TokenCheck Check(string? header) =>
        header?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) != true ? TokenCheck.Missing
        : CryptographicOperations.FixedTimeEquals(_hash, Hash(header[Scheme.Length..].Trim())) ? TokenCheck.Right
        : TokenCheck.Wrong;

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>What somebody's token is worth.</summary>
internal enum TokenCheck
{
    /// <summary>There is none.</summary>
    Missing,

    /// <summary>It is another.</summary>
    Wrong,

    /// <summary>It is the one.</summary>
    Right,
}
