using System.Net;
using System.Net.Sockets;
using ActorNet.Cluster.Hosting;
using ActorNet.Core;

namespace ActorNet.Cli.Http;

/// <summary>
/// Takes the port of the HTTP endpoint before anything else is started: what is wrong with it is said before training begins, another process cannot take
/// it in between, and who connects early waits until the server is there.
/// </summary>
internal static class ListeningSocket
{
    private const int Backlog = 128;

    /// <summary>Listens where the options say.</summary>
    /// <param name="options">Where.</param>
    /// <param name="listen">The same, known to be somewhere.</param>
    /// <param name="taken">The port that was wanted, but is taken: any other is listened on; null when it was had.</param>
    /// <exception cref="ActorNetException">The port is taken and was asked for, or the address is not this machine's.</exception>
    public static Socket Open(HttpOptions options, HostPort listen, out int? taken)
    {
        var address = ListenCheck.Resolve(listen.Host);
        taken = null;
        try
        {
            return Listen(address, listen.Port);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied && !options.IsAsked)
        {
            taken = listen.Port;
            return Listen(address, 0);
        }
        catch (SocketException error)
        {
            throw Refusal(listen, error, "Give another with --http HOST:PORT, port 0 for any that is free, or --http off.");
        }
    }

    /// <summary>Listens at just this address.</summary>
    /// <param name="listen">Where; port 0 for any that is free.</param>
    /// <param name="advice">What to do where that cannot be.</param>
    /// <exception cref="ActorNetException">The port is taken, or the address is not this machine's.</exception>
    public static Socket Open(HostPort listen, string advice)
    {
        try
        {
            return Listen(ListenCheck.Resolve(listen.Host), listen.Port);
        }
        catch (SocketException error)
        {
            throw Refusal(listen, error, advice);
        }
    }

    /// <summary>
    /// Listening is part of taking a port: two sockets that allow an address in TIME_WAIT, as .NET's do on Unix, can be bound to one port, but only one can
    /// listen on it.
    /// </summary>
    private static Socket Listen(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static ActorNetException Refusal(HostPort listen, SocketException error, string advice) =>
        new($"cannot listen on {listen} for HTTP: {Reason(error)} {advice}", error);

    private static string Reason(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "the port is in use.",
        SocketError.AddressNotAvailable => "the address is not this machine's.",
        SocketError.AccessDenied => "this user may not use the port.",
        _ => $"{error.Message.TrimEnd('.')}.",
    };
}
