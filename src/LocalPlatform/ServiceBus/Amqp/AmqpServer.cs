using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;
using Microsoft.Azure.Amqp.Sasl;
using Microsoft.Azure.Amqp.Transaction;
using Microsoft.Azure.Amqp.Transport;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>The broker's AMQP 1.0 side: listens on 127.0.0.1 and makes the links that clients ask for.</summary>
internal sealed partial class AmqpServer : IRuntimeProvider
{
    private const string ContainerId = "local-service-bus";
    private const uint IdleTimeoutMilliseconds = 240_000;

    /// <summary>
    /// The size of a frame and of a read: without a buffer the library reads each frame in two system calls.
    /// </summary>
    private const int FrameSize = 65536;
    private const int MaxPortAttempts = 10;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly AmqpSettings _settings;
    private readonly ConcurrentDictionary<AmqpConnection, ConnectionNodes> _connections = new();
    private readonly HashSet<AmqpSession> _unflushed = [];
    private readonly ILogger _logger;
    private bool _isAnyPort;
    private volatile AmqpTransportListener? _listener;

    public AmqpServer(Broker broker, int port, ILogger logger)
    {
        Broker = broker;
        _isAnyPort = port == 0;
        Port = _isAnyPort ? FreePort() : port;
        _logger = logger;
        _settings = new() { RuntimeProvider = this };
        var sasl = new SaslTransportProvider();
        sasl.Versions.Add(new AmqpVersion(1, 0, 0));
        sasl.AddHandler(new SaslAnonymousHandler("MSSBCBS"));
        sasl.AddHandler(new SaslAnonymousHandler());
        _settings.TransportProviders.Add(sasl);
        var amqp = new AmqpTransportProvider();
        amqp.Versions.Add(new AmqpVersion(1, 0, 0));
        _settings.TransportProviders.Add(amqp);
        broker.Answered = Flush;
        broker.Failed = AbortConnections;
    }

    public Broker Broker { get; }

    /// <summary>Gets the port. With port 0 the first <see cref="Listen()"/> chooses it.</summary>
    public int Port { get; private set; }

    /// <summary>Starts to accept connections.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public void Listen()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Listen(Port);
                _isAnyPort = false;
                return;
            }
            catch (SocketException) when (_isAnyPort && attempt < MaxPortAttempts)
            {
                // The library cannot choose a port, so a free one was probed; another process was faster.
                Port = FreePort();
            }
            catch (SocketException e)
            {
                throw new IOException($"The port {Port} on 127.0.0.1 cannot be listened on: {e.Message}", e);
            }
        }
    }

    /// <summary>
    /// Stops accepting connections and breaks the open ones, as if the broker were unreachable.
    /// </summary>
    public void Interrupt()
    {
        StopListening();
        AbortConnections();
    }

    /// <summary>Stops accepting connections; the open ones continue.</summary>
    public void StopListening()
    {
        _listener?.Abort();
        _listener = null;
    }

    /// <summary>
    /// Closes the connections and says why. What was sent on them arrives first; a client that
    /// does not answer in time is cut off.
    /// </summary>
    public async Task CloseConnectionsAsync()
    {
        var stopping = new AmqpException(AmqpErrorCode.ConnectionForced, "The broker is stopping.");
        var closing = _connections.Keys.Select(connection => CloseAsync(connection, stopping)).ToList();
        await Task.WhenAny(Task.WhenAll(closing), Task.Delay(CloseTimeout));
        AbortConnections();
    }

    public void AbortConnections()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Abort();
        }
    }

    /// <summary>Marks a session that has dispositions to send. Only for the answers' thread.</summary>
    public void FlushLater(AmqpSession session) => _unflushed.Add(session);

    AmqpConnection IConnectionFactory.CreateConnection(
        TransportBase transport,
        ProtocolHeader protocolHeader,
        bool isInitiator,
        AmqpSettings amqpSettings,
        AmqpConnectionSettings connectionSettings) => new(transport, protocolHeader, isInitiator, amqpSettings, connectionSettings);

    AmqpSession ISessionFactory.CreateSession(AmqpConnection connection, AmqpSessionSettings settings) => new(connection, settings, this);

    /// <summary>
    /// Makes the broker's end of a link. A link that is refused here must not have been constructed: its constructor
    /// attaches it, and the client would wait in vain.
    /// </summary>
    AmqpLink ILinkFactory.CreateLink(AmqpSession session, AmqpLinkSettings settings)
    {
        try
        {
            return CreateLink(session, settings);
        }
        catch (BusException e)
        {
            throw AmqpErrors.ToAmqpException(e);
        }
    }

    IAsyncResult ILinkFactory.BeginOpenLink(AmqpLink link, TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(link is OutgoingLink outgoing ? outgoing.AttachAsync(timeout) : Task.CompletedTask, callback, state);

    void ILinkFactory.EndOpenLink(IAsyncResult result) => TaskToAsyncResult.End(result);

    private static async Task CloseAsync(AmqpConnection connection, Exception why)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.Closed += (_, _) => closed.TrySetResult();
        connection.SafeClose(why);
        if (connection.State != AmqpObjectState.End)
        {
            await closed.Task;
        }
    }

    private static int FreePort() => Probe(0);

    /// <summary>Listens on a port for a moment and returns its number.</summary>
    /// <exception cref="SocketException">The port is taken.</exception>
    private static int Probe(int port)
    {
        using var probe = new TcpListener(IPAddress.Loopback, port);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private AmqpLink CreateLink(AmqpSession session, AmqpLinkSettings settings)
    {
        var isReceivedByUs = settings.IsReceiver();
        if (settings.Target is Coordinator)
        {
            throw new BusException(BusError.NotImplemented, "The local Service Bus does not support transactions.");
        }

        var address = isReceivedByUs ? (settings.Target as Target)?.Address : (settings.Source as Source)?.Address;
        var path = EntityAddress.PathOf(address?.ToString());
        if (NodeAddress.TryParse(path, out var node))
        {
            return _connections[session.Connection].CreateLink(session, settings, node);
        }

        if (!isReceivedByUs)
        {
            return new OutgoingLink(session, settings, this, path);
        }

        Broker.Router.RequireTarget(path);
        return new IncomingLink(session, settings, this, path);
    }

    private void Listen(int port)
    {
        // The library shares a port with whoever else shares it. And "localhost" would make it listen on every address
        // of the machine.
        Probe(port);
        var tcp = new TcpTransportSettings { Host = "127.0.0.1", Port = port, ReceiveBufferSize = FrameSize, SendBufferSize = FrameSize };
        var listener = new AmqpTransportListener([tcp.CreateListener()], _settings);
        listener.Open();
        _listener = listener;
        try
        {
            listener.Listen(OnAccepted);
        }
        catch
        {
            StopListening();
            throw;
        }
    }

    private void OnAccepted(TransportListener listener, TransportAsyncCallbackArgs accepted)
    {
        var settings = new AmqpConnectionSettings
        {
            ContainerId = ContainerId,
            IdleTimeOut = IdleTimeoutMilliseconds,
            MaxFrameSize = FrameSize,
        };
        var connection = new AmqpConnection(accepted.Transport, (ProtocolHeader)accepted.UserToken, false, _settings, settings);
        _connections[connection] = new(this);
        connection.Closed += (_, _) => _connections.TryRemove(connection, out _);
        if (_listener is null)
        {
            // It came in just before the end.
            connection.Abort();
            return;
        }

        try
        {
            connection.BeginOpen(AmqpConstants.DefaultTimeout, OnOpened, connection);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Refuse(connection, e);
        }
    }

    private void OnOpened(IAsyncResult result)
    {
        var connection = (AmqpConnection)result.AsyncState!;
        try
        {
            connection.EndOpen(result);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Refuse(connection, e);
        }
    }

    private void Refuse(AmqpConnection connection, Exception why)
    {
        Log.ConnectionRefused(_logger, why.Message);
        connection.Abort();
        _connections.TryRemove(connection, out _);
    }

    /// <summary>Sends the dispositions that were noted, many in one frame.</summary>
    private void Flush()
    {
        foreach (var session in _unflushed.Where(static session => session.State == AmqpObjectState.Opened))
        {
            session.Flush();
        }

        _unflushed.Clear();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A connection was refused: {Reason}")]
        public static partial void ConnectionRefused(ILogger logger, string reason);
    }
}
