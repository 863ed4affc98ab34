using System.CommandLine;
using ActorNet.Cli.Commands;
using ActorNet.Cluster.Security;

namespace ActorNet.Cli.Settings;

/// <summary>The flags that turn on mutual TLS for all connections of a process.</summary>
internal sealed class TlsFlags
{
    private readonly Setting _folder = new(
        "--tls",
        "DIR",
        $"Mutual TLS for all connections: a folder with {NodeCertificates.AuthorityFile}, {NodeCertificates.CertificateFile} and {NodeCertificates.KeyFile}, as 'certs create' makes it. All processes of a cluster, or none.");

    private readonly Switch _anyHost = new("--tls-any-host", "With --tls: do not ask that a certificate names the host that shows it.");

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_folder.Option);
        command.Options.Add(_anyHost.Option);
    }

    /// <summary>What was said; null for no TLS.</summary>
    /// <exception cref="UsageException">Only half of it was said.</exception>
    /// <exception cref="Core.ActorNetException">The certificates cannot be used.</exception>
    public NodeCertificates? Read(ParseResult parse)
    {
        var anyHost = _anyHost.IsOn(parse);
        return _folder.Find(parse) is { } folder ? NodeCertificates.Load(folder.Text, anyHost, ModelArgument.Warn)
            : anyHost ? throw new UsageException("--tls-any-host is for TLS: turn it on with --tls DIR, or leave it out.")
            : null;
    }
}
