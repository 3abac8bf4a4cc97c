using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace IntegrationHub.Benchmarks.Senders;

/// <summary>Promises a body of a mebibyte with a signature that might be one, and sends 250 bytes a second. Cut off, it begins again.</summary>
internal sealed class SlowSender(Uri hub)
{
    private static readonly byte[] Crumb = new byte[250];

    /// <summary>Gets how often the hub has cut it off.</summary>
    public int CutOff { get; private set; }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await SendAsync(stopping);
            }
            catch (Exception gone) when (gone is IOException or SocketException)
            {
                CutOff++;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task SendAsync(CancellationToken stopping)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(hub.Host, hub.Port, stopping);
        await using var stream = client.GetStream();
        var timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var head = $"POST /api/webhooks/hubspot HTTP/1.1\r\nHost: {hub.Authority}\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n"
            + $"X-HubSpot-Signature-v3: {new string('A', 43)}=\r\nX-HubSpot-Request-Timestamp: {timestamp}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), stopping);
        var answer = stream.ReadAsync(new byte[1024], stopping).AsTask();
        while (!answer.IsCompleted)
        {
            await stream.WriteAsync(Crumb, stopping);
            await Task.WhenAny(answer, Task.Delay(TimeSpan.FromSeconds(1), stopping));
        }

        await answer;
        CutOff++;
    }
}
