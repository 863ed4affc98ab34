using ActorNet.Cli.Commands;
using ActorNet.Cli.Settings;

namespace ActorNet.Cli.Monitor;

/// <summary>The URLs at which a coordinator may answer, as a person writes them.</summary>
internal static class RunAddresses
{
    /// <summary>The port of an endpoint that nobody gave another.</summary>
    public const int DefaultPort = 4080;

    /// <summary>Where a coordinator on this machine answers.</summary>
    public static readonly string Default = $"127.0.0.1:{DefaultPort}";

    /// <summary>Reads one or several, with commas. Each may be a URL, host:port, or a host alone.</summary>
    /// <param name="text">The addresses.</param>
    /// <param name="isSecure">Whether those without a scheme are of processes in TLS.</param>
    /// <exception cref="UsageException">One is none of these.</exception>
    public static IReadOnlyList<Uri> Parse(string text, bool isSecure) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries).Select(address => Read(address, isSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp))];

    private static Uri Read(string text, string scheme)
    {
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(hasScheme ? text : $"{scheme}://{text}", UriKind.Absolute, out var url)
            || url.Scheme is not ("http" or "https")
            || url.Host.Length == 0
            || url.Query.Length > 0
            || url.UserInfo.Length > 0)
        {
            throw new Said(text, "URL").Wrong($"the coordinator's address, as in {Default} or 10.0.0.5:{DefaultPort}; several with commas");
        }

        var isBare = !hasScheme && url.IsDefaultPort && !text.TrimEnd('/').EndsWith($":{url.Port}", StringComparison.Ordinal);
        // With a slash at the end, so that paths are put behind it.
        return new UriBuilder(url) { Port = isBare ? DefaultPort : url.Port, Path = url.AbsolutePath.TrimEnd('/') + "/" }.Uri;
    }
}
