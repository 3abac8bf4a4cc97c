using System.Collections.Concurrent;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;
using Microsoft.Azure.Amqp.Sasl;
using Microsoft.Azure.Amqp.Transport;

using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

internal sealed class AmqpFront : IRuntimeProvider
{
    private readonly AmqpTransportListener _listener;
    private readonly AmqpSettings _settings;
    private readonly ConcurrentDictionary<AmqpConnection, bool> _connections = new();
    private readonly HashSet<AmqpSession> _dirty = [];
    private readonly ConcurrentDictionary<(AmqpConnection, string), SendingAmqpLink> _replies = new();
    private readonly Dictionary<string, BrokerQueue> _queues;
    public static readonly bool Trace = Environment.GetEnvironmentVariable("TRIAL_TRACE") == "1";

    public AmqpFront(Broker broker, int port)
    {
        Broker = broker;
        Port = port == 0 ? FreePort() : port;
        broker.Flush = Flush;
        _queues = broker.RunAsync(static state => state.Queues.ToDictionary(static q => q.Path, StringComparer.OrdinalIgnoreCase)).GetAwaiter().GetResult();
        var settings = new AmqpSettings { RuntimeProvider = this };
        var sasl = new SaslTransportProvider();
        sasl.Versions.Add(new AmqpVersion(new Version(1, 0, 0, 0)));
        sasl.AddHandler(new SaslAnonymousHandler("MSSBCBS"));
        sasl.AddHandler(new SaslAnonymousHandler());
        settings.TransportProviders.Add(sasl);
        var amqp = new AmqpTransportProvider();
        amqp.Versions.Add(new AmqpVersion(new Version(1, 0, 0, 0)));
        settings.TransportProviders.Add(amqp);
        _settings = settings;
        // 64 KiB read at once: without it the library reads each frame in two system calls.
        var tcp = new TcpTransportSettings { Host = "127.0.0.1", Port = Port, ReceiveBufferSize = 65536, SendBufferSize = 65536 };
        _listener = new([tcp.CreateListener()], settings);
        _listener.Open();
        _listener.Listen(OnAccepted);
    }

    private void OnAccepted(TransportListener listener, TransportAsyncCallbackArgs args)
    {
        AmqpConnection? connection = null;
        try
        {
            connection = new(args.Transport, (ProtocolHeader)args.UserToken, false, _settings, new AmqpConnectionSettings { ContainerId = "trial-bus", IdleTimeOut = 4 * 60 * 1000, MaxFrameSize = 65536 });
            connection.Closed += (_, _) => _connections.TryRemove(connection, out _);
            _connections[connection] = true;
            connection.BeginOpen(AmqpConstants.DefaultTimeout, static result =>
            {
                var opened = (AmqpConnection)result.AsyncState!;
                try { opened.EndOpen(result); } catch (Exception e) { opened.SafeClose(e); }
            }, connection);
        }
        catch (Exception e)
        {
            if (connection is not null) connection.SafeClose(e); else args.Transport.Abort();
        }
    }

    public Broker Broker { get; }

    public int Port { get; }

    private static int FreePort()
    {
        using var probe = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        return ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
    }

    public BrokerQueue Queue(string path) => _queues.TryGetValue(path, out var queue) ? queue
        : throw new AmqpException(AmqpErrorCode.NotFound, $"The messaging entity '{path}' could not be found.");

    /// <summary>On the completion thread only.</summary>
    public void Dirty(AmqpSession session) => _dirty.Add(session);

    private void Flush()
    {
        foreach (var session in _dirty) session.Flush();
        _dirty.Clear();
    }

    public void Close()
    {
        _listener.Close();
        foreach (var connection in _connections.Keys) connection.SafeClose(new AmqpException(AmqpErrorCode.ConnectionForced, "The broker is stopping."));
    }

    public AmqpConnection CreateConnection(TransportBase transport, ProtocolHeader protocolHeader, bool isInitiator, AmqpSettings amqpSettings, AmqpConnectionSettings connectionSettings) =>
        new(transport, protocolHeader, isInitiator, amqpSettings, connectionSettings);

    public AmqpSession CreateSession(AmqpConnection connection, AmqpSessionSettings settings) => throw new InvalidOperationException();

    public AmqpLink CreateLink(AmqpSession session, AmqpLinkSettings settings)
    {
        if (settings.Target is Microsoft.Azure.Amqp.Transaction.Coordinator) throw new AmqpException(AmqpErrorCode.NotImplemented, "No transactions.");
        var isSender = settings.Role == true; // our role: we receive, so the peer sends
        var address = isSender ? ((Target)settings.Target).Address?.ToString() : ((Source)settings.Source).Address?.ToString();
        var path = Wire.PathOf(address ?? throw new AmqpException(AmqpErrorCode.InvalidField, "No address."));
        if (Trace) Console.WriteLine($"attach {(isSender ? "send" : "recv")} {address} snd={settings.SndSettleMode} rcv={settings.RcvSettleMode} max={settings.MaxMessageSize} props={settings.Properties} name={settings.LinkName}");
        if (path.Equals("$cbs", StringComparison.OrdinalIgnoreCase) || path.EndsWith("/$management", StringComparison.OrdinalIgnoreCase))
        {
            if (!isSender)
            {
                var reply = new SendingAmqpLink(session, settings);
                var key = (session.Connection, ((Target)settings.Target).Address.ToString()!);
                _replies[key] = reply;
                reply.Closed += (_, _) => _replies.TryRemove(key, out _);
                return reply;
            }
            var requests = new ReceivingAmqpLink(session, settings);
            var service = path.Equals("$cbs", StringComparison.OrdinalIgnoreCase) ? null : new Management(this, path[..^"/$management".Length]);
            requests.RegisterMessageListener(request => _ = AnswerAsync(requests, service, request));
            return requests;
        }
        settings.MaxMessageSize = (ulong)Wire.MaxMessageSize;
        if (isSender)
        {
            try { Broker.Topology.Route(path, new MessageFields([])); }
            catch (BusException e) { throw new AmqpException(e.Condition, e.Message); }
            return new InboundLink(session, settings, this, path);
        }
        return new OutboundLink(session, settings, this, path, Queue(path));
    }

    private async Task AnswerAsync(ReceivingAmqpLink link, Management? service, AmqpMessage request)
    {
        AmqpMessage? response = null;
        try
        {
            // Also what came settled has to be disposed of: that is what gives its credit and window back.
            link.DisposeDelivery(request, true, AmqpConstants.AcceptedOutcome);
            if (service is null)
            {
                response = AmqpMessage.Create();
                response.ApplicationProperties.Map["status-code"] = 202;
                response.ApplicationProperties.Map["status-description"] = "Accepted";
            }
            else
            {
                response = await service.AnswerAsync(request);
            }
            response.Properties.CorrelationId = request.Properties.MessageId;
            if (_replies.TryGetValue((link.Session.Connection, request.Properties.ReplyTo.ToString()!), out var reply))
            {
                reply.SendMessageNoWait(response, new(Guid.NewGuid().ToByteArray()), AmqpConstants.NullBinary);
            }
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"request: {e}");
        }
        finally
        {
            request.Dispose();
        }
    }

    public IAsyncResult BeginOpenLink(AmqpLink link, TimeSpan timeout, AsyncCallback callback, object state)
    {
        var done = new Done(state);
        callback(done);
        return done;
    }

    public void EndOpenLink(IAsyncResult result) { }

    private sealed class Done(object state) : IAsyncResult
    {
        public object AsyncState => state;
        public WaitHandle AsyncWaitHandle => throw new NotSupportedException();
        public bool CompletedSynchronously => true;
        public bool IsCompleted => true;
    }
}
