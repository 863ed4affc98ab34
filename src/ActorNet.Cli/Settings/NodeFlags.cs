using System.CommandLine;
using ActorNet.Cli.Commands;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Security;
using ActorNet.Core;

namespace ActorNet.Cli.Settings;

/// <summary>The flags that say how a process is found in a cluster.</summary>
internal sealed class NodeFlags
{
    private readonly Setting _listen = new(
        "--listen", "HOST:PORT", $"Where to listen for other nodes; the tensor link takes the next port. A coordinator's default port is {HostPort.DefaultPort}.");

    private readonly Setting _publicHost = new(
        "--public-host", "NAME", "The name or address by which other nodes reach this one; {host} in it is this machine's name, {ip} its address with dashes. Default: what it listens on, else the host's name.");

    private readonly Setting _linkPort = new("--link-port", "PORT", "The port of the tensor link. Default: the one after --listen's.");

    private readonly Setting _secret = new(
        "--secret-file", "FILE", "A file with a secret of 16 bytes or more, the same on every node: others are refused.");

    private readonly Setting _config = new("--config", "FILE.conf", "Settings of Akka.NET, in HOCON, that win over ActorNet's own.");

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var setting in (Setting[])[_listen, _publicHost, _linkPort, _secret, _config])
        {
            command.Options.Add(setting.Option);
        }
    }

    /// <summary>What was said; null when no flag asks for a cluster.</summary>
    /// <param name="parse">The arguments.</param>
    /// <param name="certificates">Mutual TLS; null for none.</param>
    /// <param name="listen">Where to listen when nothing else was said; null for a process that is in a cluster only if it listens.</param>
    /// <exception cref="UsageException">A value makes no sense.</exception>
    public NodeOptions? Read(ParseResult parse, NodeCertificates? certificates, HostPort? listen)
    {
        var said = _listen.Find(parse);
        if (said is null && listen is null)
        {
            var lonely = _publicHost.Find(parse) ?? _linkPort.Find(parse) ?? _secret.Find(parse) ?? _config.Find(parse);
            return lonely is { } flag ? throw WithoutCluster(flag) : null;
        }

        return new NodeOptions
        {
            Listen = said is { } text ? UsageException.Check(() => HostPort.Parse(text.Text, text.Source)) : listen!.Value,
            PublicHost = _publicHost.Find(parse) is { } name ? PublicHost(name) : null,
            LinkPort = _linkPort.Find(parse)?.NotNegative(),
            Secret = _secret.Find(parse) is { } secret ? ReadSecret(secret) : (ReadOnlyMemory<byte>?)null,
            Certificates = certificates,
            Hocon = _config.Find(parse) is { } config ? ReadConfig(config) : null,
        };
    }

    /// <summary>The error of a flag that means something only in a cluster.</summary>
    public static UsageException WithoutCluster(Said flag) =>
        new($"{flag.Source} is for a cluster: say where other nodes join with --listen HOST:PORT, or leave it out.");

    private static string PublicHost(Said said)
    {
        var name = PublicName.Fill(said.Text);
        return Uri.CheckHostName(name) == UriHostNameType.Unknown || name is "0.0.0.0" or "::"
            ? throw said.Wrong("the name or address by which other nodes reach this one, without a port; {host} and {ip} in it are filled in")
            : name;
    }

    private static ReadOnlyMemory<byte> ReadSecret(Said path)
    {
        var secret = SecretFile.Read(path.Text, path.Source, ModelArgument.Warn);
        return SecretFile.Fault(secret) is { } fault ? throw new UsageException($"{path.Source} {path.Text} {fault}.") : secret;
    }

    private static string ReadConfig(Said path)
    {
        var text = ReadFile(path);
        try
        {
            OwnSettings.Parse(text);
            return text;
        }
        catch (ActorNetException error)
        {
            throw new UsageException($"{path.Source} {path.Text}: {error.Message}");
        }
    }

    private static string ReadFile(Said path)
    {
        try
        {
            return File.ReadAllText(path.Text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"{path.Source} {path.Text} cannot be read: {error.Message} Give a file of HOCON; cluster-config/ has some.", error);
        }
    }
}
