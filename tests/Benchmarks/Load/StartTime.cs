using System.Diagnostics;
using System.Net;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>Measures a built hub from its start, with everything that it starts beside it, to the first accepted webhook.</summary>
internal static class StartTime
{
    private const int Starts = 3;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns the median of some starts, each with an empty data directory.</summary>
    public static async Task<TimeSpan> MeasureAsync(CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();
        while (times.Count < Starts)
        {
            times.Add(await StartOnceAsync(cancellationToken));
        }

        return times.Order().ElementAt(Starts / 2);
    }

    private static async Task<TimeSpan> StartOnceAsync(CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("hub-start-");
        TimeSpan time;
        await using (var host = new HostProcess(Settings(data.FullName)))
        {
            var deliveries = new Deliveries(new Uri($"{host.Url}/api/webhooks/hubspot"), [1]);
            using var http = new HttpClient();
            var started = Stopwatch.GetTimestamp();
            host.Launch();
            while (!await IsAcceptedAsync(http, deliveries, cancellationToken))
            {
                await Task.Delay(Pace, cancellationToken);
            }

            time = Stopwatch.GetElapsedTime(started);

            // Asked to stop and not killed, so that its services have let go of the directory.
            await host.StopAsync();
        }

        data.Delete(recursive: true);
        return time;
    }

    private static async Task<bool> IsAcceptedAsync(HttpClient http, Deliveries deliveries, CancellationToken cancellationToken)
    {
        try
        {
            using var request = deliveries.Single(1).Single();
            using var answer = await http.SendAsync(request, cancellationToken);
            return answer.StatusCode == HttpStatusCode.Accepted;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return false;
        }
    }

    private static Dictionary<string, string> Settings(string data) => new()
    {
        ["Hub__DataDirectory"] = data,
        ["Logging__LogLevel__Default"] = "Warning",
        ["Connectors__hubspot__Type"] = "HubSpot",
        ["Connectors__hubspot__ClientSecret"] = Deliveries.Secret,
        ["Connectors__hubspot__PortalId"] = "62515",
        ["Connectors__hubspot__AccessToken"] = "pat-sandbox",
    };
}
