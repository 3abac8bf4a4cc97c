using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Runs everything but HTTP: starts the trigger loops with the host, and at its end lets them finish what they have in hand.</summary>
internal sealed partial class FunctionsHost(
    IReadOnlyList<Function> functions,
    TriggerLoops triggers,
    BusConnections connections,
    HttpFunctions http,
    IServer server,
    IHostApplicationLifetime lifetime,
    ILogger<FunctionsHost> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan LastGrace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _givenUp = new();
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // All are made before the first runs, so that a wrong setting stops the start before anything has happened.
        ITriggerLoop[] loops = [.. functions.Select(triggers.For).OfType<ITriggerLoop>()];
        lifetime.ApplicationStopping.Register(_stopping.Cancel);
        lifetime.ApplicationStarted.Register(ListFunctions);
        _running = Task.WhenAll(loops.Select(loop => Task.Run(() => loop.RunAsync(_stopping.Token, _givenUp.Token), CancellationToken.None)));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_running.IsCompleted)
        {
            await _givenUp.CancelAsync();
            await _running.WaitAsync(LastGrace, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_running.IsFaulted)
        {
            Log.LoopFailed(logger, _running.Exception);
        }

        await connections.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        _givenUp.Dispose();
    }

    private void ListFunctions()
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
        var list = new StringBuilder();
        foreach (var function in functions)
        {
            var what = function.Trigger is HttpTriggerAttribute { Methods: var methods }
                ? $"[{(methods is { Length: > 0 } ? string.Join(',', methods).ToUpperInvariant() : "ALL")}] {address}/{http.PathOf(function)}"
                : $"{function.InputBindings.Values.Single().Type} {triggers.Describe(function)}";
            list.Append(Environment.NewLine).Append("  ").Append(function.Name).Append(": ").Append(what);
        }

        Log.Functions(logger, list.Length == 0 ? " none" : list.ToString());
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Functions:{List}")]
        public static partial void Functions(ILogger logger, string list);

        [LoggerMessage(2, LogLevel.Error, "A trigger had stopped working before the host did.")]
        public static partial void LoopFailed(ILogger logger, Exception? failure);
    }
}
