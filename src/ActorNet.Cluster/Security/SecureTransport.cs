using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ActorNet.Cluster.Hosting;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Remote.Transport;

namespace ActorNet.Cluster.Security;

/// <summary>
/// Carries the cluster's messages inside mutual TLS. Akka.NET's own transport can do that too, but ends the whole actor system when a connection that it makes
/// cannot agree on TLS: a peer with a wrong certificate, or one that is killed in the middle of the handshake, would take this node with it. Here a failed
/// handshake is a failed connection, which Akka.Remote tries again.
/// </summary>
#pragma warning disable CA1001 // Akka.Remote ends it with Shutdown.
internal sealed class SecureTransport : Transport
#pragma warning restore CA1001
{
    /// <summary>Connections that have not agreed on TLS yet: more are closed at once.</summary>
    private const int MostHandshakes = 64;

    /// <summary>Connecting and agreeing on TLS may each take so long.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<SecureAssociation, byte> _open = new();
    private readonly TaskCompletionSource<IAssociationEventListener> _listener = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly NodeTls _tls;
    private Socket? _socket;
    private Address? _local;
    private int _handshakes;
    private volatile bool _isEnding;

    /// <summary>Made by Akka.Remote, by the name in its configuration.</summary>
    public SecureTransport(ActorSystem system, Config config)
    {
        System = system;
        Config = config;
        SchemeIdentifier = "ssl.tcp";
        MaximumPayloadBytes = config.GetByteSize("maximum-frame-size", null) ?? 128_000;
        _tls = system.Settings.Setup.Get<Certificates>().Value.Tls;
    }

    /// <inheritdoc/>
    public override bool IsResponsibleFor(Address remote) => true;

    /// <inheritdoc/>
    public override Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        var host = Config.GetString("hostname");
        var endPoint = new IPEndPoint(ListenCheck.Resolve(host), Config.GetInt("port"));
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (endPoint.Address.Equals(IPAddress.IPv6Any))
        {
            _socket.DualMode = true;
        }

        _socket.Bind(endPoint);
        _socket.Listen();
        _local = new Address(SchemeIdentifier, System.Name, Config.GetString("public-hostname") is { Length: > 0 } name ? name : host, ((IPEndPoint)_socket.LocalEndPoint!).Port);
        _ = AcceptAsync(_socket);
        return Task.FromResult((_local, _listener));
    }

    /// <inheritdoc/>
    public override async Task<AssociationHandle> Associate(Address remoteAddress)
    {
        var host = remoteAddress.Host.Trim('[', ']');
        var at = new HostPort(host, remoteAddress.Port!.Value);
        var check = _tls.Callee(host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var deadline = new CancellationTokenSource(_patience);
        try
        {
            await socket.ConnectAsync(host, at.Port, deadline.Token).ConfigureAwait(false);
            var stream = Secured(socket);
            await stream.AuthenticateAsClientAsync(_tls.Client(host, check), deadline.Token).ConfigureAwait(false);
            return Opened(new SecureAssociation(_local!, remoteAddress, socket, stream, (int)MaximumPayloadBytes, Closed));
        }
        catch (Exception failed) when (failed is SocketException or AuthenticationException or IOException or OperationCanceledException or InvalidOperationException)
        {
            socket.Dispose();
            throw new InvalidAssociationException(
                failed is SocketException or OperationCanceledException ? $"{at} cannot be reached: {failed.Message}" : _tls.Refuse(at.ToString(), check, failed), failed);
        }
    }

    /// <inheritdoc/>
    public override async Task<bool> Shutdown()
    {
        _isEnding = true;
        _socket?.Dispose();
        foreach (var association in _open.Keys)
        {
            association.End();
        }

        await Task.WhenAll(_open.Keys.Select(association => association.Ended)).ConfigureAwait(false);
        return true;
    }

    private async Task AcceptAsync(Socket listening)
    {
        var listener = await _listener.Task.ConfigureAwait(false);
        while (!_isEnding)
        {
            try
            {
                _ = WelcomeAsync(await listening.AcceptAsync().ConfigureAwait(false), listener);
            }
            catch (Exception ended) when (_isEnding && ended is (ObjectDisposedException or SocketException))
            {
                return;
            }
            catch (SocketException)
            {
                // A connection that ended before it was accepted, or no file descriptors: others must go on, and not at full speed.
                await Task.Delay(10).ConfigureAwait(false);
            }
        }
    }

    private async Task WelcomeAsync(Socket socket, IAssociationEventListener listener)
    {
        var from = RemoteOf(socket);
        var check = _tls.Caller(PeerKind.Node);
        using var deadline = new CancellationTokenSource(_patience);
        try
        {
            if (Interlocked.Increment(ref _handshakes) > MostHandshakes || from is null)
            {
                socket.Dispose();
                return;
            }

            var stream = Secured(socket);
            await stream.AuthenticateAsServerAsync((_, _, _, _) => OptionsFor(check), state: null, deadline.Token).ConfigureAwait(false);
            var remote = new Address(SchemeIdentifier, System.Name, from.Address.ToString(), from.Port);
            listener.Notify(new InboundAssociation(Opened(new SecureAssociation(_local!, remote, socket, stream, (int)MaximumPayloadBytes, Closed))));
        }
        catch (Exception failed) when (failed is SocketException or AuthenticationException or IOException or OperationCanceledException or InvalidOperationException)
        {
            socket.Dispose();
            _tls.Refuse(from!.ToString(), check, failed);
        }
        finally
        {
            Interlocked.Decrement(ref _handshakes);
        }
    }

    private ValueTask<SslServerAuthenticationOptions> OptionsFor(PeerCheck check)
    {
        check.HasSpoken = true;
        return ValueTask.FromResult(_tls.Server(check));
    }

    /// <summary>Null when it has ended already.</summary>
    private static IPEndPoint? RemoteOf(Socket socket) => socket.RemoteEndPoint is IPEndPoint { Address: { IsIPv4MappedToIPv6: true } mapped } from
        ? new IPEndPoint(mapped.MapToIPv4(), from.Port)
        : socket.RemoteEndPoint as IPEndPoint;

    private static SslStream Secured(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        return new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
    }

    private SecureAssociation Opened(SecureAssociation association)
    {
        _open[association] = 0;
        association.Begin();
        return association;
    }

    private void Closed(SecureAssociation association) => _open.TryRemove(association, out _);

    /// <summary>How the actor system tells its transport of the certificates.</summary>
    public sealed class Certificates(NodeTls tls) : Setup
    {
        /// <summary>What is shown, and who is believed.</summary>
        public NodeTls Tls => tls;
    }
}
