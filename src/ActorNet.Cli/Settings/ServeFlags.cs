using System.CommandLine;
using ActorNet.Cli.Commands;
using ActorNet.Cli.Serve;
using ActorNet.Cluster.Hosting;
using ActorNet.Core;

namespace ActorNet.Cli.Settings;

/// <summary>The flags of <c>actornet serve</c>.</summary>
internal sealed class ServeFlags
{
    private readonly Setting _port = new("--port", "PORT", $"The port on 127.0.0.1; 0 for any that is free. Default {ServeOptions.DefaultPort}.");

    private readonly Setting _listen = new(
        "--listen", "HOST:PORT", "Another address than 127.0.0.1, so that other machines can open the page: whoever reaches it can use the model.");

    private readonly Switch _open = new("--open", "Open the page in the browser.");

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_port.Option, _listen.Option, _open.Option])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="UsageException">It makes no sense.</exception>
    public ServeOptions Read(ParseResult parse)
    {
        if (_port.Find(parse) is { } port && _listen.Find(parse) is { } listen)
        {
            throw new UsageException($"{port.Source} and {listen.Source} both say where to listen: give one of them.");
        }

        return new ServeOptions(_listen.Find(parse) is { } where ? ReadAddress(where) : new HostPort("127.0.0.1", _port.Find(parse) is { } said ? ReadPort(said) : ServeOptions.DefaultPort), _open.IsOn(parse));
    }

    private static int ReadPort(Said said) => said.Whole() is var port and >= 0 and <= ushort.MaxValue ? port : throw said.Wrong($"a port from 0 to {ushort.MaxValue}");

    private static HostPort ReadAddress(Said said)
    {
        try
        {
            return HostPort.Parse(said.Text, said.Source, ServeOptions.DefaultPort);
        }
        catch (ActorNetException)
        {
            throw said.Wrong($"host:port, as in 127.0.0.1:{ServeOptions.DefaultPort} or 0.0.0.0:{ServeOptions.DefaultPort}");
        }
    }
}
