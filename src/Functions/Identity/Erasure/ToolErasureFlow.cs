using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Tells other tools of an erasure where the settings say so and the tool can be told, and leaves the rest to a person. A
/// record that its own tool named in a privacy deletion is not told back.</summary>
internal sealed partial class ToolErasureFlow(
    ToolErasureStore store, ConnectorSet connectors, ErasureOptions options, NoticeStore notices, TimeProvider clock,
    ILogger<ToolErasureFlow> logger) : IErasable
{
    private const string NoticeKey = "erasures-by-hand";
    private const int MostARun = 100, MostInMail = 50;

    /// <summary>How long a tool may not answer. Then the record is left to a person.</summary>
    internal static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(7);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(15);

    /// <summary>Whether the hub itself tells the tool of a record.</summary>
    public bool IsTold(string connector) =>
        options.Tools.Contains(connector, StringComparer.OrdinalIgnoreCase) && connectors.Find<IErasureTarget>(connector) is not null;

    /// <summary>Notes the records to erase elsewhere. Idempotent.</summary>
    public async Task EraseElsewhereAsync(IReadOnlyCollection<IdentityKey> records, CancellationToken cancellationToken)
    {
        var byHand = false;
        foreach (var record in records)
        {
            var erasure = new ToolErasure(record.Connector, record.Id, clock.GetUtcNow(), !IsTold(record.Connector));
            byHand |= await store.AddAsync(erasure, cancellationToken) && erasure.ByHand;
        }

        if (byHand)
        {
            await NotifyAsync(cancellationToken);
        }
    }

    /// <summary>A no-op: the store names no leads.</summary>
    public Task EraseAsync(LeadId leadId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Tells the tools that are due. One that does not answer is asked for nothing more in this run.</summary>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        var (away, left) = (new HashSet<string>(StringComparer.OrdinalIgnoreCase), false);
        foreach (var erasure in await store.DueAsync(clock.GetUtcNow(), MostARun, cancellationToken))
        {
            if (!away.Contains(erasure.Connector))
            {
                left |= await TellAsync(erasure, away, cancellationToken);
            }
        }

        if (left)
        {
            await NotifyAsync(cancellationToken);
        }
    }

    /// <summary>Notes that a person has erased a record in its tool.</summary>
    /// <returns>False for a record that nobody has to erase.</returns>
    public async Task<bool> DoneAsync(string connector, string record, CancellationToken cancellationToken)
    {
        var known = await store.RemoveAsync(new(connector, record, default, ByHand: true), cancellationToken);
        if ((await store.ByHandAsync(new(1), cancellationToken)).Items.Count == 0)
        {
            await notices.CloseAsync(NoticeKey, cancellationToken);
        }

        return known;
    }

    /// <returns>Whether the record is left to a person.</returns>
    private async Task<bool> TellAsync(ToolErasure erasure, HashSet<string> away, CancellationToken cancellationToken)
    {
        try
        {
            if (!IsTold(erasure.Connector))
            {
                await store.LeaveAsync(erasure, cancellationToken);
                return true;
            }

            await connectors.Find<IErasureTarget>(erasure.Connector)!.ErasePersonAsync(erasure.Key, cancellationToken);
            await store.RemoveAsync(erasure, cancellationToken);
            Log.Told(logger, erasure.Connector, erasure.Record);
            return false;
        }
        catch (VendorException failure) when (failure.MayPass && clock.GetUtcNow() < erasure.Since + GiveUpAfter)
        {
            away.Add(erasure.Connector);
            await store.DelayAsync(erasure, clock.GetUtcNow() + RetryAfter, cancellationToken);
            return false;
        }
        catch (VendorException failure)
        {
            Log.Refused(logger, erasure.Connector, erasure.Record, failure.GetType().Name);
            await store.LeaveAsync(erasure, cancellationToken);
            return true;
        }
    }

    /// <summary>Notifies ops of all records that wait for a person, with the new ones.</summary>
    private async Task NotifyAsync(CancellationToken cancellationToken)
    {
        var waiting = await store.ByHandAsync(new(MostInMail), cancellationToken);
        await notices.CloseAsync(NoticeKey, cancellationToken);
        await notices.OpenAsync(
            new(
                NoticeKey,
                "Erased persons have to be erased in other tools",
                [
                    "The hub erased its own copy. These records have to be erased in their tools by a person:",
                    .. waiting.Items.Select(each => $"{each.Connector}: {each.Record}"),
                    .. waiting.Next is null ? Array.Empty<string>() : ["and more."],
                    "GET /api/erasures/tools lists all. After each: DELETE /api/erasures/tools/{connector}/{record}.",
                ]),
            cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Connector} was asked to erase record {Record}.")]
        public static partial void Told(ILogger logger, string connector, string record);

        [LoggerMessage(2, LogLevel.Warning, "{Connector} does not erase record {Record} ({Failure}); a person has to.")]
        public static partial void Refused(ILogger logger, string connector, string record, string failure);
    }
}
