using ActorNet.Core;
using Akka.Configuration;
using Akka.Event;

namespace ActorNet.Cluster.Hosting;

/// <summary>
/// A person's own settings of Akka.NET. They win over ActorNet's, and those over Akka's; but what is said in another way, what must be the same on every node, and
/// what ActorNet would not work without, cannot be set.
/// </summary>
internal sealed class OwnSettings
{
    private const string Level = "akka.loglevel";
    private const string ByFlag = "leave it out, and say it with --listen and --public-host";
    private const string ByTls = "leave it out, and say --tls DIR: that covers weights, gradients and HTTP too";
    private const string Fixed = "leave it out: it is fixed";

    /// <summary>What cannot be set, and what to do.</summary>
    private static readonly (string Key, string Why)[] _refused =
    [
        ("akka.remote.dot-netty.tcp.hostname", ByFlag),
        ("akka.remote.dot-netty.tcp.port", ByFlag),
        ("akka.remote.dot-netty.tcp.public-hostname", ByFlag),
        ("akka.remote.dot-netty.tcp.public-port", "leave it out, and publish the port that the node listens on: the tensor link's cannot be told apart"),
        ("akka.remote.dot-netty.tcp.enable-ssl", ByTls),
        ("akka.remote.dot-netty.tcp.ssl", ByTls),
        ("akka.remote.dot-netty.tcp.transport-class", Fixed),
        ("akka.cluster.seed-nodes", "leave it out, and say it with --join"),
        ("akka.cluster.roles", "leave it out: the command says it"),
        ("akka.cluster.downing-provider-class", "leave it out: it must be the same on every node"),
        ("akka.cluster.split-brain-resolver", "leave it out: it must be the same on every node"),
        ("akka.actor.provider", Fixed),
        ("akka.actor.serializers", Fixed),
        ("akka.actor.serialization-bindings", Fixed),
        ("akka.actor.serialization-settings.allow-unregistered-types", Fixed),
        ("akka.remote.enabled-transports", Fixed),
        ("akka.stdout-loglevel", "leave it out: stdout belongs to the program; akka.loglevel logs to stderr"),
        ("akka.stdout-logger-class", "leave it out: stdout belongs to the program; akka.loglevel logs to stderr"),
        ("akka.loggers", "leave it out: akka.loglevel logs to stderr"),
        ("akka.coordinated-shutdown.exit-clr", Fixed),
        ("akka.coordinated-shutdown.run-by-clr-shutdown-hook", Fixed),
        ("actornet", "leave it out: these are ActorNet's own threads"),
    ];

    /// <summary>Reading takes milliseconds.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    private static readonly string[] _levels = ["DEBUG", "INFO", "WARNING", "ERROR", "OFF"];

    private OwnSettings(Config config) => Config = config;

    /// <summary>The settings.</summary>
    public Config Config { get; }

    /// <summary>From which level on Akka's log is written to stderr; null for nowhere.</summary>
    public LogLevel? LogLevel => Config.GetString(Level) is not { } level || level == "OFF"
        ? null
        : Enum.Parse<LogLevel>($"{level}Level", ignoreCase: true);

    /// <summary>
    /// Akka.NET's reader never comes to an end of some texts, such as a list with <c>${?NAME}</c> in it. It is left alone then, on a thread that ends with the
    /// process.
    /// </summary>
    private static Config Read(string hocon)
    {
        var read = new TaskCompletionSource<Config>();
        var thread = new Thread(() =>
        {
            try
            {
                read.SetResult(ConfigurationFactory.ParseString(hocon));
            }
            catch (Exception error)
            {
                read.SetException(new ActorNetException($"it cannot be read as HOCON: {error.Message}", error));
            }
        })
        {
            IsBackground = true,
            Name = "reading HOCON",
        };
        thread.Start();
        return thread.Join(_patience)
            ? read.Task.GetAwaiter().GetResult()
            : throw new ActorNetException(
                $"it cannot be read as HOCON: Akka.NET's reader has not come to an end within {_patience.TotalSeconds} s. Leave ${{?NAME}} out of lists.");
    }

    /// <summary>Reads them.</summary>
    /// <param name="hocon">HOCON; nothing for none.</param>
    /// <exception cref="ActorNetException">They are not HOCON, or have a brace too few or too many, or set what cannot be set.</exception>
    public static OwnSettings Parse(string hocon)
    {
        if (string.IsNullOrWhiteSpace(hocon))
        {
            return new OwnSettings(ConfigurationFactory.Empty);
        }

        if (HoconBraces.FindFault(hocon) is { } fault)
        {
            throw new ActorNetException($"{fault}.");
        }

        var config = Read(hocon);

        if (config.HasPath("akka") && !config.GetValue("akka").IsObject())
        {
            throw new ActorNetException("akka has no settings in it: write akka { … }.");
        }

        foreach (var (key, why) in _refused)
        {
            if (config.HasPath(key))
            {
                throw new ActorNetException($"it sets {key}: {why}.");
            }
        }

        if (config.Root.GetObject().Items.Keys.FirstOrDefault(key => key != "akka") is { } stranger)
        {
            throw new ActorNetException($"it sets '{stranger}', which nobody reads: settings of Akka.NET are under akka.");
        }

        var own = new OwnSettings(config);
        if (config.GetString(Level) is { } level && !_levels.Contains(level))
        {
            throw new ActorNetException($"it sets {Level} to '{level}': give {string.Join(", ", _levels)}.");
        }

        return own;
    }
}
