using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Settings of one tool that settings alone describe. Section <c>Connectors:{name}</c> with <c>Type</c>
/// Generic.</summary>
internal sealed record GenericOptions
{
    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the side that the tool speaks for, where a rule does not say it.</summary>
    public required ToolSide Side { get; init; }

    /// <summary>Gets a value indicating whether webhooks are forms; else they are JSON.</summary>
    public required bool IsForm { get; init; }

    /// <summary>Gets how webhooks prove what they are; null refuses every one.</summary>
    public SignatureSettings? Signature { get; init; }

    /// <summary>Gets the conditions under which a webhook is of the connector's account.</summary>
    public required ImmutableArray<Condition> Ours { get; init; }

    /// <summary>Gets what finds the items of a webhook.</summary>
    public required GenericItems Items { get; init; }

    /// <summary>Gets the rules in order.</summary>
    public required ImmutableArray<GenericRule> Rules { get; init; }

    /// <summary>Gets the name of an item that no rule is for.</summary>
    public required Template<Place> UnreadName { get; init; }

    public required string TimeFormat { get; init; }

    /// <summary>Gets what amounts are divided by: 100 for a tool that writes cents.</summary>
    public required decimal AmountDivisor { get; init; }

    public required StageMap<FunnelStage> Stages { get; init; }

    public required StageMap<DealStageMeaning> DealStages { get; init; }

    /// <summary>Gets what a deal's status means, by the tool's word.</summary>
    public required IReadOnlyDictionary<string, DealStatus> DealStatuses { get; init; }

    /// <summary>Gets what a consent means, by the tool's word.</summary>
    public required IReadOnlyDictionary<string, MailConsent> Consents { get; init; }

    /// <summary>Gets how the tool is called; null when it never is.</summary>
    public GenericApi? Api { get; init; }

    /// <summary>Gets how a person's record is read; null when it is not.</summary>
    public GenericPerson? Person { get; init; }

    public required GenericWrite Write { get; init; }

    /// <summary>Gets the tool's stage that is written for each funnel stage. A stage without one is never written.</summary>
    public required IReadOnlyDictionary<FunnelStage, string> WriteStages { get; init; }

    /// <summary>Gets the profile properties that the hub writes.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Gets how the tool is polled; null when it is not.</summary>
    public PollSettings? Poll { get; init; }

    /// <summary>Gets the address of a person's record for people; null makes no links.</summary>
    public Template<Variable>? RecordUrl { get; init; }

    /// <summary>Gets the country of phone numbers without a country code; null compares their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets the headers that checks need.</summary>
    public IReadOnlyCollection<string> Headers =>
        [.. (Signature?.Headers ?? []).Concat(Ours.SelectMany(condition => condition.Headers)).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Returns the address of a person's record; null for none.</summary>
    public Uri? LinkTo(IdentityKey person) => RecordUrl is { } url
        ? new(url.Write(_ => Uri.EscapeDataString(person.Id)), UriKind.Absolute) : null;
}

/// <summary>How the hub signs in at a tool.</summary>
internal enum ApiScheme
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>The secret as a bearer token.</summary>
    Bearer,

    /// <summary>The secret in a header of the tool's own.</summary>
    Header,

    /// <summary>A user and the secret as their password.</summary>
    Basic,

    /// <summary>Tokens by client credentials (OAuth 2).</summary>
    OAuth,
}

/// <summary>How a tool is called. Section <c>Api</c>.</summary>
internal sealed record GenericApi
{
    public required Uri BaseUrl { get; init; }

    public required ApiScheme Scheme { get; init; }

    /// <summary>Gets the header of the scheme header.</summary>
    public required string Header { get; init; }

    /// <summary>Gets the user, or the client id.</summary>
    public required string User { get; init; }

    /// <summary>Gets the secret: token, password or client secret.</summary>
    public required string Secret { get; init; }

    /// <summary>Gets where tokens are fetched.</summary>
    public Uri? TokenUrl { get; init; }

    public string? Scope { get; init; }
}

/// <summary>A request whose answer is a list, or one thing, and where its texts stand.</summary>
internal sealed record GenericList(GenericRequest Request, GenericItems Items, Place Text)
{
    /// <summary>Returns the texts of an answer.</summary>
    public IEnumerable<string> TextsOf(System.Text.Json.JsonElement answer) =>
        Items.Find(answer).Select(item => Text.Said(new() { Item = item.Item, Body = answer, Names = item.Names }))
            .OfType<string>().Where(text => text.Length > 0);
}

/// <summary>How a person's record is read, and where its values stand. Section <c>Person</c>.</summary>
internal sealed record GenericPerson(GenericRequest Request)
{
    public required ImmutableDictionary<GenericField, Place> Fields { get; init; }

    /// <summary>Gets the place that says whether the person has opted out; null for none.</summary>
    public Place? OptedOut { get; init; }

    /// <summary>Gets the values of <see cref="OptedOut"/> that say so.</summary>
    public required IReadOnlyList<string> OptedOutWhen { get; init; }

    /// <summary>Whether the record says that the person has opted out.</summary>
    public bool IsOptedOut(Seen seen) =>
        OptedOut?.Text(seen) is { } text && OptedOutWhen.Contains(text, StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds the record to an event. The event's own values stay, because they were true at its time.</summary>
    public PersonEvent AddTo(PersonEvent source, Seen seen, string? phoneRegion)
    {
        var email = source.SubjectEmail ?? (EmailAddress.TryParse(Of(GenericField.Email), out var address) ? address.Address : null);
        var phone = source.Profile?.Phone ?? Of(GenericField.Phone);
        return source with
        {
            SubjectEmail = email,
            NeedsEnrichment = [],
            Profile = (source.Profile ?? new()) with
            {
                Email = source.Profile?.Email ?? email,
                FirstName = source.Profile?.FirstName ?? Of(GenericField.FirstName),
                LastName = source.Profile?.LastName ?? Of(GenericField.LastName),
                Company = source.Profile?.Company ?? Of(GenericField.Company),
                JobTitle = source.Profile?.JobTitle ?? Of(GenericField.JobTitle),
                Phone = phone,
                ComparablePhone = PhoneNumber.Comparable(phone, phoneRegion),
                Region = source.Profile?.Region ?? Of(GenericField.Region),
            },
        };

        string? Of(GenericField field) => Fields.GetValueOrDefault(field)?.Text(seen);
    }
}

/// <summary>The requests that write; null for what the tool cannot do. Section <c>Write</c>.</summary>
internal sealed record GenericWrite
{
    public GenericRequest? Stage { get; init; }

    public GenericRequest? OptOut { get; init; }

    public GenericRequest? OptIn { get; init; }

    public GenericRequest? Profile { get; init; }

    public GenericRequest? Note { get; init; }

    /// <summary>Gets how notes are found again, so that none is written twice.</summary>
    public GenericList? Notes { get; init; }

    public GenericRequest? Task { get; init; }

    /// <summary>Gets how tasks are found again, so that none is written twice.</summary>
    public GenericList? Tasks { get; init; }

    /// <summary>Gets how a record is found by an address.</summary>
    public GenericList? Find { get; init; }

    /// <summary>Gets how a record is made, and where its id stands in the answer.</summary>
    public GenericList? Upsert { get; init; }
}

/// <summary>How a tool is polled. Section <c>Poll</c>.</summary>
internal sealed record PollSettings
{
    public required GenericRequest Request { get; init; }

    public required GenericItems Items { get; init; }

    /// <summary>Gets the place of a row's time.</summary>
    public required Place Time { get; init; }

    public required string TimeFormat { get; init; }

    /// <summary>Gets the place of a row's id, for tools that go on behind the last row.</summary>
    public required Place Id { get; init; }

    /// <summary>Gets the place of the next page's cursor; null for a tool that has none.</summary>
    public Place? Next { get; init; }

    /// <summary>Gets the rows of a full page, after which the next one is asked for by offset, or by the time and id of the
    /// last row; null for no such pages.</summary>
    public int? Limit { get; init; }

    public required TimeSpan Overlap { get; init; }

    public DateTimeOffset? Since { get; init; }
}
