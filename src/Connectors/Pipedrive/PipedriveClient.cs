using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>Calls one Pipedrive company.</summary>
internal sealed class PipedriveClient(IPipedriveApi api, VendorCalls calls)
{
    private const int IdsPerCall = 100;

    /// <summary>Reads a page; the raw body, for the queue.</summary>
    public async Task<byte[]> PageAsync(string type, PipedriveQuery query, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetBytes(await calls.RunAsync(() => type == PipedrivePoll.Archived
            ? api.ArchivedDealsAsync(query, cancellationToken)
            : api.PageAsync(type, query, cancellationToken)));

    /// <summary>Reads a person; undefined when it does not exist or was deleted.</summary>
    public async Task<JsonElement> PersonAsync(string id, CancellationToken cancellationToken)
    {
        if (NumberOf(id) is null)
        {
            return default;
        }

        var person = (await calls.FindAsync(() => api.PersonAsync(id, cancellationToken))).Member("data");
        return person.ValueKind != JsonValueKind.Object || person.Text("is_deleted") == "true" ? default : person;
    }

    /// <summary>Reads persons by id. Missing ones are left out.</summary>
    public Task<Dictionary<string, JsonElement>> PersonsAsync(IEnumerable<string> ids, CancellationToken cancellationToken) =>
        ByIdAsync(ids, chunk => api.PersonsAsync(chunk, cancellationToken));

    /// <summary>Reads organisations by id. Missing ones are left out.</summary>
    public Task<Dictionary<string, JsonElement>> OrganizationsAsync(IEnumerable<string> ids, CancellationToken cancellationToken) =>
        ByIdAsync(ids, chunk => api.OrganizationsAsync(chunk, cancellationToken));

    /// <summary>Returns the ids of the persons with an address.</summary>
    public async Task<IReadOnlyList<string>> FindPersonsAsync(string address, CancellationToken cancellationToken)
    {
        var found = await RunAsync("GET /api/v2/persons/search", () => api.FindPersonsAsync(address, cancellationToken));
        return [.. found.Items("items").Select(item => item.Member("item").Text("id")).OfType<string>()];
    }

    public Task<JsonElement> CreatePersonAsync(IReadOnlyDictionary<string, object> person, CancellationToken cancellationToken) =>
        RunAsync("POST /api/v2/persons", () => api.CreatePersonAsync(person, cancellationToken));

    public Task<JsonElement> UpdatePersonAsync(
        string id, IReadOnlyDictionary<string, object> person, CancellationToken cancellationToken) =>
        RunAsync("PATCH /api/v2/persons/{id}", () => api.UpdatePersonAsync(id, person, repeatable: true, cancellationToken));

    /// <summary>Writes the marketing status.</summary>
    /// <exception cref="VendorRefusedException">Pipedrive left it as it was, as it does where the change is
    /// forbidden.</exception>
    public async Task WriteMarketingStatusAsync(string id, string status, CancellationToken cancellationToken)
    {
        var written = await UpdatePersonAsync(id, new Dictionary<string, object> { [PipedriveMapper.Marketing] = status },
            cancellationToken);
        if (written.Text(PipedriveMapper.Marketing) is { } present && present != status)
        {
            throw new VendorRefusedException(
                calls.Connector, "PATCH /api/v2/persons/{id}", HttpStatusCode.OK, "MARKETING_STATUS_UNCHANGED");
        }
    }

    public async Task<IReadOnlyList<JsonElement>> DealsOfAsync(string person, CancellationToken cancellationToken) =>
        Rows(await RunAsync("GET /api/v2/deals", () => api.DealsOfAsync(person, cancellationToken)));

    public Task<JsonElement> CreateDealAsync(IReadOnlyDictionary<string, object> deal, CancellationToken cancellationToken) =>
        RunAsync("POST /api/v2/deals", () => api.CreateDealAsync(deal, cancellationToken));

    public async Task<IReadOnlyList<JsonElement>> LeadsOfAsync(string person, CancellationToken cancellationToken) =>
        Rows(await RunAsync("GET /api/v1/leads", () => api.LeadsOfAsync(person, cancellationToken)));

    public Task<JsonElement> CreateLeadAsync(IReadOnlyDictionary<string, object> lead, CancellationToken cancellationToken) =>
        RunAsync("POST /api/v1/leads", () => api.CreateLeadAsync(lead, cancellationToken));

    /// <summary>Returns the activity of a person whose note has a mark; undefined for none.</summary>
    public async Task<JsonElement> FindActivityAsync(string person, string mark, CancellationToken cancellationToken)
    {
        var markers = new PageMarkers(calls.Connector, "GET /api/v2/activities");
        string? cursor = null;
        while (true)
        {
            var page = await calls.RunAsync(() => api.ActivitiesOfAsync(person, cursor, cancellationToken));
            var found = page.Items("data").FirstOrDefault(
                activity => activity.Text("note")?.Contains(mark, StringComparison.Ordinal) == true);
            if (found.ValueKind == JsonValueKind.Object || PipedrivePoll.TokenOf(page) is not { } next)
            {
                return found;
            }

            cursor = markers.Follow(next);
        }
    }

    public Task<JsonElement> CreateActivityAsync(IReadOnlyDictionary<string, object> activity, CancellationToken cancellationToken) =>
        RunAsync("POST /api/v2/activities", () => api.CreateActivityAsync(activity, cancellationToken));

    public Task<JsonElement> UpdateActivityAsync(
        string id, IReadOnlyDictionary<string, object> activity, CancellationToken cancellationToken) =>
        RunAsync("PATCH /api/v2/activities/{id}", () => api.UpdateActivityAsync(id, activity, repeatable: true, cancellationToken));

    /// <summary>Reads the texts of a person's notes, the newest first; null when the person does not exist.</summary>
    public async Task<IReadOnlyList<string>?> NotesOfAsync(string person, CancellationToken cancellationToken)
    {
        if ((await PersonAsync(person, cancellationToken)).ValueKind == JsonValueKind.Undefined)
        {
            return null;
        }

        var (texts, markers) = (new List<string>(), new PageMarkers(calls.Connector, "GET /api/v1/notes"));
        for (int? start = 0; start is { } from;)
        {
            var page = await calls.RunAsync(() => api.NotesOfAsync(person, from, cancellationToken));
            texts.AddRange(page.Items("data").Select(note => note.Text("content")).OfType<string>());
            var paging = page.Member("additional_data").Member("pagination");
            start = paging.Text("more_items_in_collection") == "true" && paging.Text("next_start") is { } next
                ? int.Parse(markers.Follow(next), CultureInfo.InvariantCulture)
                : null;
        }

        return texts;
    }

    public Task AddNoteAsync(string person, string html, CancellationToken cancellationToken) =>
        RunAsync("POST /api/v1/notes", () => api.AddNoteAsync(
            new Dictionary<string, object> { ["content"] = html, ["person_id"] = NumberOf(person)! }, cancellationToken));

    /// <summary>Returns an id as the API takes it; null for one that is not Pipedrive's.</summary>
    public static long? NumberOf(string? id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private async Task<Dictionary<string, JsonElement>> ByIdAsync(IEnumerable<string> ids, Func<string, Task<JsonElement>> read)
    {
        var found = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var chunk in ids.Where(id => NumberOf(id) is not null).Distinct(StringComparer.Ordinal).Chunk(IdsPerCall))
        {
            var page = await calls.RunAsync(() => read(string.Join(',', chunk)));
            foreach (var record in page.Items("data").Where(record => record.Text("id") is not null))
            {
                found[record.Text("id")!] = record;
            }
        }

        return found;
    }

    private static JsonElement[] Rows(JsonElement data) =>
        data.ValueKind == JsonValueKind.Array ? [.. data.EnumerateArray()] : [];

    /// <summary>Runs a call and returns what it is about (<c>data</c>). A success may say that it is none.</summary>
    private async Task<JsonElement> RunAsync(string call, Func<Task<JsonElement>> run)
    {
        var answer = await calls.RunAsync(run);
        return answer.Text("success") != "false"
            ? answer.Member("data")
            : throw new VendorRefusedException(
                calls.Connector, call, HttpStatusCode.OK, VendorErrorCode.Read(answer.GetRawText()) ?? "NOT_A_SUCCESS");
    }
}
