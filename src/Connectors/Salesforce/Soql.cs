namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Builds the hub's queries.</summary>
internal static class Soql
{
    /// <summary>The most rows of a polling query.</summary>
    public const int PageSize = 2000;

    /// <summary>The most ids of a query, which keep the URL well below 16 KiB.</summary>
    public const int IdsPerQuery = 200;

    private const string OfEach = "Id, IsDeleted, SystemModstamp, CreatedById, LastModifiedById", Always = OfEach + ", OwnerId";

    /// <summary>Selects an object's rows after a position, by (SystemModstamp, Id).</summary>
    public static string From(PolledObject polled, PollPosition position, SalesforceOptions options) =>
        $"SELECT {Fields(polled, options)} FROM {polled} WHERE {Filter(polled, options)}{After(position)} "
        + $"ORDER BY SystemModstamp, Id LIMIT {PageSize}";

    public static string ById(PolledObject polled, IEnumerable<string> ids, SalesforceOptions options) =>
        $"SELECT {Fields(polled, options)} FROM {polled} WHERE Id IN ({string.Join(',', ids.Select(Quote))})";

    /// <summary>Selects the people of an object by id, after one. A converted lead lives on as its contact.</summary>
    /// <param name="after">The last id of the page before; null for the first page.</param>
    public static string People(PolledObject type, string? after) =>
        $"SELECT Id, Email, SystemModstamp FROM {type} WHERE IsDeleted = false"
        + (type == PolledObject.Lead ? " AND IsConverted = false" : "")
        + (after is null ? "" : $" AND Id > {Quote(after)}") + $" ORDER BY Id LIMIT {PageSize}";

    /// <summary>Selects those of some people that are not deleted. A converted lead is not deleted.</summary>
    public static string Existing(PolledObject type, IEnumerable<string> ids) =>
        $"SELECT Id FROM {type} WHERE IsDeleted = false AND Id IN ({string.Join(',', ids.Select(Quote))})";

    /// <summary>Selects the opportunities of contacts.</summary>
    public static string DealsOf(IEnumerable<string> contacts, SalesforceOptions options) =>
        $"SELECT {Fields(PolledObject.Opportunity, options)} FROM Opportunity "
        + "WHERE IsDeleted = false AND Id IN (SELECT OpportunityId FROM OpportunityContactRole "
        + $"WHERE IsDeleted = false AND ContactId IN ({string.Join(',', contacts.Select(Quote))}))";

    /// <summary>Selects the undeleted records of an object with any of the addresses.</summary>
    public static string ByAddress(string type, string fields, IEnumerable<string> addresses, string condition) =>
        $"SELECT {fields} FROM {type} WHERE Email IN ({string.Join(',', addresses.Select(Quote))}) "
        + $"AND IsDeleted = false{condition} ORDER BY Id";

    /// <summary>Quotes and escapes a text.</summary>
    public static string Quote(string text) =>
        $"'{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)
            .Replace("\n", @"\n", StringComparison.Ordinal).Replace("\r", @"\r", StringComparison.Ordinal)}'";

    private static string After(PollPosition position)
    {
        var at = SalesforceMapper.Stamp(position.At);
        return position.Id is { } id
            ? $"(SystemModstamp > {at} OR (SystemModstamp = {at} AND Id > {Quote(id)}))"
            : $"SystemModstamp >= {at}";
    }

    private static string Filter(PolledObject polled, SalesforceOptions options) =>
        polled switch
        {
            // The hub's own tasks count once they are done.
            PolledObject.Task => $"WhoId != null AND ({options.TaskExternalIdField} = null OR IsClosed = true) AND ",
            PolledObject.Event => "WhoId != null AND ",
            PolledObject.CampaignMember => "(HasResponded = true OR IsDeleted = true) AND ",
            _ => "",
        };

    private static string Fields(PolledObject polled, SalesforceOptions options) => polled switch
    {
        PolledObject.Lead =>
            $"{Always}, MasterRecordId, Status, FirstName, LastName, Company, Title, Email, Phone, Country, HasOptedOutOfEmail, "
            + "IsConverted, ConvertedContactId, "
            + $"ConvertedOpportunityId, {options.LeadExternalIdField}{(options.ReturnReasonField is { } reason ? $", {reason}" : "")}",
        PolledObject.Contact => $"{Always}, MasterRecordId, FirstName, LastName, Title, Email, Phone, HasOptedOutOfEmail",
        PolledObject.Opportunity =>
            $"{Always}, StageName, Type, IsClosed, IsWon, Amount{(options.MultiCurrency ? ", CurrencyIsoCode" : "")}, "
            + $"CloseDate, {(options.LostReasonField is { } lost ? $"{lost}, " : "")}AccountId, ContactId, Contact.Email, "
            + "(SELECT ContactId, IsPrimary, Contact.Email FROM OpportunityContactRoles WHERE IsDeleted = false)",
        PolledObject.OpportunityContactRole => $"{OfEach}, OpportunityId, ContactId, Contact.Email",
        PolledObject.Task =>
            $"{Always}, Subject, Description, Status, IsClosed, ActivityDate, WhoId, WhatId, {options.TaskExternalIdField}",
        PolledObject.Event => $"{Always}, Subject, Description, StartDateTime, ActivityDate, IsAllDayEvent, WhoId, WhatId",
        PolledObject.CampaignMember =>
            $"{OfEach}, CampaignId, LeadId, ContactId, HasResponded, FirstRespondedDate, Campaign.Name, Campaign.Type, Campaign.Status, "
            + "Campaign.StartDate, Campaign.EndDate",
        _ => throw new InvalidOperationException($"Unknown object {polled}."),
    };
}
