using System.Net;
using System.Net.Sockets;
using ActorNet.Core;

namespace ActorNet.Cluster.Hosting;

/// <summary>
/// Looks, before anything is started, whether a node can listen where it was told to: Akka.NET would say it in forty lines, after the run's folder is made.
/// </summary>
internal static class ListenCheck
{
    /// <summary>Tries both of a node's ports.</summary>
    /// <exception cref="HostUnknownException">The host's name does not resolve.</exception>
    /// <exception cref="ActorNetException">A port is taken, or the address is not this machine's.</exception>
    public static void Require(NodeOptions options)
    {
        var address = Resolve(options.Listen.Host);
        Try(address, options.Listen, "cluster messages", "give another with --listen HOST:PORT");
        Try(address, options.Listen with { Port = options.TensorPort }, "the tensor link", "give another with --link-port PORT");
    }

    /// <summary>The address of a host of this machine.</summary>
    /// <exception cref="HostUnknownException">Its name does not resolve.</exception>
    public static IPAddress Resolve(string host)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return address;
        }

        try
        {
            return Dns.GetHostAddresses(host).OrderBy(found => found.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).First();
        }
        catch (Exception error) when (error is SocketException or InvalidOperationException or ArgumentException)
        {
            throw new HostUnknownException($"cannot listen on {host}: the name does not resolve ({error.Message}). Give an address of this machine, or 0.0.0.0 for all.");
        }
    }

    private static void Try(IPAddress address, HostPort at, string what, string otherPort)
    {
        if (at.Port == 0 && address.Equals(IPAddress.Any))
        {
            return;
        }

        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, at.Port));
            socket.Listen();
        }
        catch (SocketException error)
        {
            throw new ActorNetException(error.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"cannot listen on {at} for {what}: the port is in use. End the program that has it, or {otherPort}.",
                SocketError.AddressNotAvailable =>
                    $"cannot listen on {at} for {what}: the address is not this machine's. Listen on one that is, or on 0.0.0.0, and name this one with --public-host.",
                SocketError.AccessDenied => $"cannot listen on {at} for {what}: this user may not use the port. Take one above 1023: {otherPort}.",
                _ => $"cannot listen on {at} for {what}: {error.Message}. Take another address or port.",
            });
        }
    }
}

/// <summary>The name of a host does not resolve.</summary>
internal sealed class HostUnknownException(string message) : ActorNetException(message);
