using ActorNet.Cluster.Security;
using ActorNet.Core;
using Microsoft.Extensions.Options;

namespace ActorNet.Cluster.Hosting;

/// <summary>Checks a service's options when it starts, and makes of them what a node needs.</summary>
/// <param name="trains">Whether the service coordinates a training, or joins one.</param>
internal sealed class NodeServiceValidator(bool trains) : IValidateOptions<NodeServiceOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, NodeServiceOptions options)
    {
        var faults = new List<string>();
        if (trains && options.Join is not null)
        {
            faults.Add($"{Key("Join")} is '{options.Join}', but this service trains, and others join it: leave it out.");
        }

        if (!trains && string.IsNullOrWhiteSpace(options.Join))
        {
            faults.Add($"{Key("Join")} is missing: give the coordinator's host:port.");
        }

        if (options.MinWorkers < 1)
        {
            faults.Add($"{Key("MinWorkers")} is {options.MinWorkers}: give 1 or more.");
        }

        if (options.MinServers < 1)
        {
            faults.Add($"{Key("MinServers")} is {options.MinServers}: give 1 or more.");
        }

        if (faults.Count == 0)
        {
            try
            {
                ToNode(options, _ => { });
            }
            catch (ActorNetException error)
            {
                faults.Add(error.Message);
            }
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>The node that options describe.</summary>
    /// <exception cref="ActorNetException">They make no sense, or a file cannot be read.</exception>
    public NodeOptions ToNode(NodeServiceOptions options, Action<string> warn)
    {
        var node = new NodeOptions
        {
            Listen = HostPort.Parse(options.Listen, Key("Listen")),
            PublicHost = options.PublicHost is { } name ? PublicName.Fill(name) : null,
            LinkPort = options.LinkPort,
            Join = trains ? [] : [.. options.Join!.Split(',', StringSplitOptions.TrimEntries).Select(at => HostPort.Parse(at, Key("Join")))],
            Workers = options.Workers ?? (trains ? 0 : Environment.ProcessorCount),
            Serves = trains || options.Serves,
            ShardCache = options.ShardCache,
            ShardCacheLimit = options.ShardCacheLimit,
            Secret = options.SecretFile is { } secret ? SecretFile.Read(secret, Key("SecretFile"), warn) : (ReadOnlyMemory<byte>?)null,
            Certificates = options.Tls is { } folder ? NodeCertificates.Load(folder, options.TlsAnyHost, warn) : null,
            Hocon = options.ConfigFile is { } config ? ReadConfig(config) : null,
        };
        try
        {
            node.Validate();
        }
        catch (ActorNetException error)
        {
            throw new ActorNetException($"{NodeServiceOptions.Section}: {error.Message}", error);
        }

        return node;
    }

    private static string ReadConfig(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"{Key("ConfigFile")} {path} cannot be read: {error.Message}", error);
        }
    }

    private static string Key(string name) => $"{NodeServiceOptions.Section}:{name}";
}
