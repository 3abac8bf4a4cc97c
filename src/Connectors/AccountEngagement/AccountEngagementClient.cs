using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.AccountEngagement;

/// <summary>Calls one business unit.</summary>
internal sealed class AccountEngagementClient(
    IAccountEngagementApi api, VendorCalls calls, AccountEngagementOptions options, TimeProvider clock)
{
    /// <summary>The API's JSON.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { MaxDepth = WellFormed.MostNested };

    /// <summary>The fields of a prospect that the hub reads.</summary>
    public const string ProspectFields =
        "id,email,firstName,lastName,company,jobTitle,phone,country,score,updatedAt,salesforceId,isDeleted,optedOut,isDoNotEmail";

    private static readonly TimeSpan StagesHold = TimeSpan.FromMinutes(30);

    private volatile StageNames? _stages;

    /// <summary>Reads a page; the raw body, for the queue.</summary>
    public async Task<byte[]> PageAsync(string type, AccountEngagementQuery query, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetBytes(await calls.RunAsync(() => api.QueryAsync(type, query, options.BusinessUnitId, cancellationToken)));

    /// <summary>Reads a prospect; undefined when it does not exist.</summary>
    public Task<JsonElement> ProspectAsync(string id, CancellationToken cancellationToken) =>
        calls.FindAsync(() => api.ProspectAsync(id, ProspectFields, options.BusinessUnitId, cancellationToken));

    /// <summary>Writes fields of a prospect.</summary>
    public Task WriteAsync(string id, IReadOnlyDictionary<string, object> fields, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.UpdateAsync(id, fields, options.BusinessUnitId, repeatable: true, cancellationToken));

    /// <summary>Returns the name of a lifecycle stage; null for an unknown one. Names are cached for half an hour.</summary>
    public async Task<string?> StageNameAsync(string id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_stages is not { } stages || now >= stages.Until)
        {
            var page = await calls.RunAsync(() => api.StagesAsync("id,name", options.BusinessUnitId, cancellationToken));
            var names = page.Items("values").Where(stage => stage.Text("id") is not null && stage.Text("name") is not null)
                .DistinctBy(stage => stage.Text("id")).ToImmutableDictionary(stage => stage.Text("id")!, stage => stage.Text("name")!);
            _stages = stages = new(names, now + StagesHold);
        }

        return stages.Names.GetValueOrDefault(id);
    }

    /// <summary>Fetches a token. Salesforce does not tell its lifetime, so it is used until refused.</summary>
    public static async Task<AccessToken> TokenAsync(
        IAccountEngagementLoginApi login, VendorCalls calls, AccountEngagementOptions options, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = options.ClientId,
            ["client_secret"] = options.ClientSecret,
        };
        var answer = await calls.RunAsync(() => login.TokenAsync(form, cancellationToken));
        return answer.Text("access_token") is { } token
            ? new(token, null)
            : throw new VendorUnavailableException(options.Name, "POST /services/oauth2/token", null, null);
    }

    private sealed record StageNames(ImmutableDictionary<string, string> Names, DateTimeOffset Until);
}
