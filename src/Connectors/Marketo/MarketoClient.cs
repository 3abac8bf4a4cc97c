using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>Calls one Marketo instance.</summary>
internal sealed class MarketoClient(IMarketoApi api, VendorCalls calls, MarketoOptions options)
{
    private const int MostLeads = 300;

    /// <summary>Returns the token of a place in time.</summary>
    public async Task<string> TokenOfAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        (await calls.RunAsync(() => api.TokenOfAsync(MarketoDay.Write(since), cancellationToken))).Text("nextPageToken")
            ?? throw new VendorUnavailableException(options.Name, "GET /rest/v1/activities/pagingtoken.json", HttpStatusCode.OK, null);

    /// <summary>Reads a page of a stream; the raw body, for the queue.</summary>
    public async Task<byte[]> PageAsync(MarketoStream stream, string token, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetBytes(await calls.RunAsync(() => stream.Kind switch
        {
            MarketoStreamKind.Activities => api.ActivitiesAsync(stream.Asked, token, cancellationToken),
            MarketoStreamKind.Changes => api.ChangesAsync(stream.Asked, token, cancellationToken),
            MarketoStreamKind.Deleted => api.DeletedAsync(token, cancellationToken),
            _ => throw new InvalidOperationException($"Unknown stream {stream.Kind}."),
        }));

    /// <summary>Reads leads by id. Those that do not exist are missing.</summary>
    public async Task<IReadOnlyDictionary<string, JsonElement>> LeadsAsync(
        IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var leads = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var chunk in ids.Chunk(MostLeads))
        {
            var page = await calls.RunAsync(() => api.LeadsAsync(string.Join(',', chunk), options.LeadFields, cancellationToken));
            foreach (var lead in page.Items("result"))
            {
                leads[lead.Text("id") ?? ""] = lead;
            }
        }

        return leads;
    }

    /// <summary>Reads a lead; undefined when it does not exist.</summary>
    public async Task<JsonElement> LeadAsync(string id, CancellationToken cancellationToken) =>
        (await LeadsAsync([id], cancellationToken)).GetValueOrDefault(id);

    /// <summary>Writes fields of a lead.</summary>
    /// <exception cref="VendorRefusedException">The call succeeded, but the lead was skipped.</exception>
    public async Task WriteAsync(string id, IReadOnlyDictionary<string, object> fields, CancellationToken cancellationToken)
    {
        var input = new Dictionary<string, object>(fields) { ["id"] = NumberOf(id) };
        ThrowIfSkipped(
            await calls.RunAsync(() => api.WriteAsync(new([input]), repeatable: true, cancellationToken)), "POST /rest/v1/leads.json");
    }

    /// <summary>Returns the lead's status in a programme; null when it is not a member.</summary>
    public async Task<string?> StatusAsync(string lead, string program, CancellationToken cancellationToken) =>
        (await calls.RunAsync(() => api.ProgramsAsync(lead, program, cancellationToken))).Items("result")
            .FirstOrDefault(member => member.Text("id") == program).Text("progressionStatus");

    /// <summary>Sets the lead's status in a programme. One that lies before the present status is skipped, and that is
    /// right.</summary>
    /// <exception cref="VendorRefusedException">The call succeeded, but there is no such lead, programme or status.</exception>
    public async Task WriteStatusAsync(string lead, string program, string status, CancellationToken cancellationToken) =>
        ThrowIfSkipped(
            await calls.RunAsync(
                () => api.WriteStatusAsync(program, new(status, [new(NumberOf(lead))]), repeatable: true, cancellationToken)),
            "POST /rest/v1/programs/{program}/members/status.json",
            code => code is "1004" or "1013" or "1025");

    /// <summary>Whether the lead is on a static list.</summary>
    public async Task<bool> IsOnListAsync(string lead, string list, CancellationToken cancellationToken) =>
        (await calls.RunAsync(() => api.IsMemberAsync(list, lead, cancellationToken))).Items("result")
            .Any(member => member.Text("id") == lead && member.Text("status") == "memberof");

    /// <summary>Adds the lead to a static list.</summary>
    /// <exception cref="VendorRefusedException">The call succeeded, but the lead was skipped.</exception>
    public async Task AddToListAsync(string lead, string list, CancellationToken cancellationToken) =>
        ThrowIfSkipped(
            await calls.RunAsync(() => api.AddToListAsync(list, lead, repeatable: true, cancellationToken)),
            "POST /rest/v1/lists/{list}/leads.json");

    /// <summary>Whether the lead has a custom activity with a primary value at or after a time.</summary>
    public async Task<bool> HasActivityAsync(
        string lead, int type, string primary, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var pages = new PageMarkers(options.Name, "GET /rest/v1/activities.json");
        var token = await TokenOfAsync(since, cancellationToken);
        while (true)
        {
            var asked = pages.Follow(token);
            var page = await calls.RunAsync(
                () => api.OfLeadAsync(type.ToString(CultureInfo.InvariantCulture), lead, asked, cancellationToken));
            if (page.Items("result").Any(activity => activity.Text("primaryAttributeValue") == primary))
            {
                return true;
            }

            if (page.Member("moreResult").ValueKind != JsonValueKind.True || page.Text("nextPageToken") is not { } next)
            {
                return false;
            }

            token = next;
        }
    }

    /// <summary>Adds a custom activity with one attribute.</summary>
    /// <exception cref="VendorRefusedException">The call succeeded, but the activity was skipped.</exception>
    public async Task AddActivityAsync(
        string lead, int type, DateTimeOffset at, string primary, MarketoAttribute attribute, CancellationToken cancellationToken) =>
        ThrowIfSkipped(
            await calls.RunAsync(() => api.AddActivityAsync(
                new([new(NumberOf(lead), MarketoDay.Write(at), type, primary, [attribute])]), cancellationToken)),
            "POST /rest/v1/activities/external.json");

    /// <summary>Fetches a token. One that is about to expire is waited out, because until then the vendor gives no other
    /// one.</summary>
    public static async Task<AccessToken> TokenAsync(
        IMarketoLoginApi login, VendorCalls calls, MarketoOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var token = await AskAsync();
        if (token.ExpiresIn is { } left && left <= AccessTokenCache.MinimumAge)
        {
            await Task.Delay(left + TimeSpan.FromSeconds(1), clock, cancellationToken);
            token = await AskAsync();
        }

        return token;

        async Task<AccessToken> AskAsync()
        {
            var answer = await calls.RunAsync(
                () => login.TokenAsync(options.ClientId, options.ClientSecret, repeatable: true, cancellationToken));
            return answer.Text("access_token") is { } granted
                ? new(granted, answer.Number("expires_in") is { } seconds and >= 0 and <= 86_400
                    ? TimeSpan.FromSeconds((double)seconds) : null)
                : throw new VendorUnavailableException(options.Name, "POST /identity/oauth/token", null, null);
        }
    }

    /// <summary>Throws when a record was not written, which a call that succeeded says beside the record.</summary>
    /// <param name="counts">Whether a code is a failure; null when every one is.</param>
    private void ThrowIfSkipped(JsonElement answer, string call, Predicate<string?>? counts = null)
    {
        foreach (var record in answer.Items("result").Where(record => record.Text("status") == "skipped"))
        {
            var code = record.Items("reasons").Select(reason => reason.Text("code")).FirstOrDefault();
            if (counts?.Invoke(code) != false)
            {
                throw new VendorRefusedException(options.Name, call, MarketoRefusals.StatusOf(code ?? ""), code);
            }
        }
    }

    private long NumberOf(string id) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new VendorRefusedException(options.Name, "a lead's id", HttpStatusCode.NotFound, "NOT_A_LEAD_ID");
}
