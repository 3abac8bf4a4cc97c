using System.Collections.Concurrent;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>
/// The org's records and the rules of writing them. Not safe for threads: <see cref="SalesforceState"/> holds the lock.
/// </summary>
internal sealed class SalesforceStore
{
    private static readonly Dictionary<string, (string Type, string Parent, HashSet<string> Fields)> Histories = new()
    {
        ["Lead"] = ("LeadHistory", "LeadId", ["Status", "OwnerId", "Email", "IsConverted"]),
        ["Opportunity"] = ("OpportunityFieldHistory", "OpportunityId", ["StageName", "OwnerId", "Amount", "CloseDate"]),
    };

    private readonly TimeProvider _time;
    private readonly bool _uniqueExternalIds;
    private readonly Dictionary<string, SalesforceObject> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<SalesforceObject>> _byType = [];
    private readonly Dictionary<string, List<SalesforceObject>> _byExternalId = new(StringComparer.OrdinalIgnoreCase);
    private Stack<Action>? _undo;
    private DateTimeOffset _lastStamp;
    private DateTimeOffset _tiedStamp;
    private long _lastId = 1000;

    public SalesforceStore(SalesforceOptions options, TimeProvider time)
    {
        _time = time;
        _uniqueExternalIds = options.UniqueExternalIds;
        Schema = new(options);
        Seed(options);
    }

    public SalesforceSchema Schema { get; }

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Gets the user whom the API acts as.</summary>
    public string ApiUser { get; private set; } = "";

    /// <summary>Gets the salespeople.</summary>
    public List<string> Owners { get; } = [];

    public TimeSpan CommitDelay { get; set; }

    /// <summary>Gets what automations make of texts, by field.</summary>
    public ConcurrentDictionary<string, Func<string, string>> Rewrites { get; } = new(StringComparer.OrdinalIgnoreCase);

    public StampMode Stamps
    {
        get;
        set
        {
            field = value;
            _tiedStamp = FullSecond(Now);
        }
    }

    public IReadOnlyList<SalesforceObject> All(SalesforceType type) => _byType.GetValueOrDefault(type.Name, []);

    public SalesforceObject? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The record of a type by an id of 15 or 18 characters.</summary>
    public SalesforceObject Get(SalesforceType type, string id) =>
        SalesforceId.TryNormalise(id, out var id18) && Find(id18) is { } record && record.Type == type
            ? record.IsDeleted ? throw new SalesforceException(404, "ENTITY_IS_DELETED", "entity is deleted") : record
            : throw SalesforceException.NotFound();

    /// <summary>The records that are not deleted with this external id.</summary>
    public IReadOnlyList<SalesforceObject> ByExternalId(SalesforceType type, string field, string value)
    {
        if (type.Field(field) is not { ExternalId: true } known)
        {
            throw new SalesforceException(404, "NOT_FOUND", $"Provided external ID field does not exist or is not accessible: {field}");
        }

        return [.. _byExternalId.GetValueOrDefault(Key(type, known.Name, value), [])];
    }

    public SalesforceObject Insert(SalesforceType type, IReadOnlyDictionary<string, object?> values, string by)
    {
        var record = new SalesforceObject(type, SalesforceId.New(type.Prefix, ++_lastId));
        Dictionary<string, object?> all = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (field, value) in type.Defaults)
        {
            all[field] = value;
        }

        foreach (var (field, value) in Checked(record, values))
        {
            all[field] = value;
        }

        if (type.Field("OwnerId") is not null)
        {
            all["OwnerId"] = all.GetValueOrDefault("OwnerId") ?? by;
        }

        Add(record);
        Put(record, all, by);
        if (type.Name == "Opportunity" && record["ContactId"] is string contact)
        {
            Insert(Schema.Type("OpportunityContactRole"), new Dictionary<string, object?> { ["OpportunityId"] = record.Id, ["ContactId"] = contact, ["IsPrimary"] = true }, by);
        }

        return record;
    }

    public void Update(SalesforceObject record, IReadOnlyDictionary<string, object?> values, string by)
    {
        if (record["IsConverted"] is true)
        {
            throw new SalesforceException(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead");
        }

        Put(record, Checked(record, values), by);
    }

    public void Delete(SalesforceObject record, string by, string? mergedInto = null)
    {
        Unindex(record);
        var values = new Dictionary<string, object?> { ["IsDeleted"] = true };
        if (mergedInto is not null)
        {
            values["MasterRecordId"] = mergedInto;
        }

        Put(record, values, by);
    }

    /// <summary>Takes a record out of the recycle bin.</summary>
    public void Undelete(SalesforceObject record, string by)
    {
        if (!record.IsDeleted)
        {
            throw new SalesforceException(400, "UNDELETE_FAILED", "The record is not in the recycle bin.");
        }

        var values = new Dictionary<string, object?> { ["IsDeleted"] = false };
        if (record.Type.Field("MasterRecordId") is not null)
        {
            values["MasterRecordId"] = null;
        }

        Put(record, values, by);
        Index(record);
    }

    /// <summary>Merges two leads or contacts: the winner takes what it lacks and the other's tasks and roles.</summary>
    public void Merge(SalesforceObject winner, SalesforceObject other, string by)
    {
        if (winner.Type != other.Type || winner.Type.Field("MasterRecordId") is null)
        {
            throw new SalesforceException(400, "INVALID_OPERATION", "These records cannot be merged.");
        }

        Delete(other, by, mergedInto: winner.Id);
        var lacking = winner.Type.Fields.Where(field => !field.ReadOnly && winner[field.Name] is null && other[field.Name] is not null);
        Put(winner, lacking.ToDictionary(field => field.Name, field => other[field.Name]), by);
        Repoint(other.Id, winner.Id, by);
    }

    /// <summary>Makes an account, a contact and, if it has a name, an opportunity of a lead.</summary>
    public void Convert(SalesforceObject lead, string? opportunityName, string by)
    {
        if (lead["IsConverted"] is true)
        {
            throw new SalesforceException(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead");
        }

        var owner = lead["OwnerId"];
        var account = Insert(Schema.Type("Account"), new Dictionary<string, object?> { ["Name"] = lead["Company"], ["OwnerId"] = owner }, by);
        var contactType = Schema.Type("Contact");
        var taken = lead.Type.Fields.Where(field => !field.ReadOnly && lead[field.Name] is not null && contactType.Field(field.Name) is { ReadOnly: false });
        var contactValues = taken.ToDictionary(field => field.Name, field => lead[field.Name]);
        contactValues["AccountId"] = account.Id;
        var contact = Insert(contactType, contactValues, by);
        var opportunity = opportunityName is null ? null : Insert(Schema.Type("Opportunity"), new Dictionary<string, object?>
        {
            ["Name"] = opportunityName,
            ["StageName"] = "Prospecting",
            ["CloseDate"] = DateOnly.FromDateTime(Now.UtcDateTime.AddDays(90)),
            ["AccountId"] = account.Id,
            ["ContactId"] = contact.Id,
            ["OwnerId"] = owner,
        }, by);

        Put(lead, new()
        {
            ["Status"] = "Closed - Converted",
            ["IsConverted"] = true,
            ["ConvertedDate"] = DateOnly.FromDateTime(Now.UtcDateTime),
            ["ConvertedAccountId"] = account.Id,
            ["ConvertedContactId"] = contact.Id,
            ["ConvertedOpportunityId"] = opportunity?.Id,
        }, by);
        Repoint(lead.Id, contact.Id, by);
    }

    /// <summary>Lets queries see all that was held back.</summary>
    public void Commit()
    {
        foreach (var record in _byId.Values.Where(record => record.VisibleAt > Now))
        {
            record.HideUntil(Now, DateTimeOffset.MinValue);
        }
    }

    /// <summary>Runs several writes, and takes all of them back if the outcome is not good.</summary>
    public T AllOrNone<T>(Func<T> write, Predicate<T> isGood)
    {
        _undo = new();
        try
        {
            var outcome = write();
            while (!isGood(outcome) && _undo.TryPop(out var back))
            {
                back();
            }

            return outcome;
        }
        finally
        {
            _undo = null;
        }
    }

    private static string Key(SalesforceType type, string field, string value) => $"{type.Name}.{field}={value}";

    private static DateTimeOffset FullSecond(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private void Add(SalesforceObject record)
    {
        _byId[record.Id] = record;
        if (!_byType.TryGetValue(record.Type.Name, out var all))
        {
            _byType[record.Type.Name] = all = [];
        }

        all.Add(record);
        _undo?.Push(() =>
        {
            Unindex(record);
            _byId.Remove(record.Id);
            all.Remove(record);
        });
    }

    private void Repoint(string from, string to, string by)
    {
        foreach (var (type, field) in new[] { ("Task", "WhoId"), ("OpportunityContactRole", "ContactId"), ("CampaignMember", "ContactId"), ("CampaignMember", "LeadId") })
        {
            if (!Schema.Type(type).Field(field)!.Targets.Contains(_byId[to].Type.Name))
            {
                continue;
            }

            foreach (var child in All(Schema.Type(type)).Where(child => !child.IsDeleted && Equals(child[field], from)).ToList())
            {
                Put(child, new() { [field] = to }, by);
            }
        }
    }

    /// <summary>Writes values that may be written, with stamps, what follows from them, and the history.</summary>
    private void Put(SalesforceObject record, Dictionary<string, object?> values, string by)
    {
        var now = Now;
        var stamp = NextStamp(now);
        var isNew = record.Values.Count == 0;
        if (_undo is not null && !isNew)
        {
            var before = new Dictionary<string, object?>(record.Values, StringComparer.OrdinalIgnoreCase);
            _undo.Push(() =>
            {
                Unindex(record);
                record.Restore(before);
                Index(record);
            });
        }

        if (CommitDelay != TimeSpan.Zero)
        {
            record.HideUntil(now, CommitDelay == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : now + CommitDelay);
        }

        if (isNew)
        {
            record.Values["Id"] = record.Id;
            record.Values["CreatedDate"] = stamp;
            record.Values["CreatedById"] = by;
            foreach (var flag in record.Type.Fields.Where(field => field.Kind == FieldKind.Bool))
            {
                record.Values[flag.Name] = false;
            }
        }

        Rewrite(values);
        Follow(record, values, stamp);
        foreach (var (field, value) in values)
        {
            Set(record, field, value, isNew, by);
        }

        record.Values["LastModifiedDate"] = record.Values["SystemModstamp"] = stamp;
        record.Values["LastModifiedById"] = by;
    }

    private void Rewrite(Dictionary<string, object?> values)
    {
        foreach (var (field, rewrite) in Rewrites)
        {
            if (values.GetValueOrDefault(field) is string written)
            {
                values[field] = rewrite(written);
            }
        }
    }

    private void Set(SalesforceObject record, string name, object? value, bool isNew, string by)
    {
        var old = record[name];
        if (Equals(old, value))
        {
            return;
        }

        var field = record.Type.Field(name)!;
        if (field.ExternalId)
        {
            Unindex(record);
        }

        record.Values[field.Name] = value;
        if (field.ExternalId)
        {
            Index(record);
        }

        if (!isNew && Histories.TryGetValue(record.Type.Name, out var history) && history.Fields.Contains(field.Name))
        {
            var entry = new SalesforceObject(Schema.Type(history.Type), SalesforceId.New("017", ++_lastId));
            Add(entry);
            Put(entry, new()
            {
                [history.Parent] = record.Id,
                ["Field"] = field.Name,
                ["OldValue"] = SalesforceValues.ToJson(old)?.ToString(),
                ["NewValue"] = SalesforceValues.ToJson(value)?.ToString(),
            }, by);
        }
    }

    /// <summary>Adds what follows from the values: full names, and the state of deals and tasks.</summary>
    private static void Follow(SalesforceObject record, Dictionary<string, object?> values, DateTimeOffset stamp)
    {
        object? Coming(string field) => values.TryGetValue(field, out var value) ? value : record[field];
        switch (record.Type.Name)
        {
            case "Lead" or "Contact" or "User":
                values["Name"] = $"{Coming("FirstName")} {Coming("LastName")}".Trim();
                break;
            case "Opportunity" when values.TryGetValue("StageName", out var name) && !Equals(name, record["StageName"]):
                var stage = SalesforceStage.Default.FirstOrDefault(each => each.Name == name as string);
                values["IsClosed"] = stage is { IsClosed: true };
                values["IsWon"] = stage is { IsWon: true };
                values["LastStageChangeDate"] = stamp;
                if (stage is not null)
                {
                    values.TryAdd("Probability", (decimal)stage.Probability);
                    values["ForecastCategoryName"] = stage.Forecast;
                }

                break;
            case "Task" when values.TryGetValue("Status", out var status):
                values["IsClosed"] = status is "Completed";
                values["CompletedDateTime"] = status is "Completed" ? stamp : null;
                break;
            default:
                break;
        }
    }

    private DateTimeOffset NextStamp(DateTimeOffset now)
    {
        var stamp = Stamps switch
        {
            StampMode.Seconds => FullSecond(now),
            StampMode.Tied => _tiedStamp,
            StampMode.Growing => DateTimeOffset.FromUnixTimeMilliseconds(
                Math.Max(now.ToUnixTimeMilliseconds(), _lastStamp.ToUnixTimeMilliseconds() + 1)),
            _ => throw new InvalidOperationException($"Unknown stamp mode {Stamps}."),
        };
        _lastStamp = stamp;
        return stamp;
    }

    private void Unindex(SalesforceObject record)
    {
        foreach (var field in record.Type.Fields.Where(field => field.ExternalId))
        {
            if (record[field.Name] is string value)
            {
                _byExternalId.GetValueOrDefault(Key(record.Type, field.Name, value))?.Remove(record);
            }
        }
    }

    private void Index(SalesforceObject record)
    {
        foreach (var field in record.Type.Fields.Where(field => field.ExternalId && !record.IsDeleted))
        {
            if (record[field.Name] is string value)
            {
                var key = Key(record.Type, field.Name, value);
                if (!_byExternalId.TryGetValue(key, out var records))
                {
                    _byExternalId[key] = records = [];
                }

                records.Add(record);
            }
        }
    }

    /// <summary>The values as they are kept.</summary>
    /// <exception cref="SalesforceException">One is not allowed; nothing was written.</exception>
    private Dictionary<string, object?> Checked(SalesforceObject record, IReadOnlyDictionary<string, object?> values)
    {
        var type = record.Type;
        var kept = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in values)
        {
            var field = type.Field(name) ?? throw new SalesforceException(400, "INVALID_FIELD", $"No such column '{name}' on sobject of type {type.Name}");
            if (field.ReadOnly)
            {
                throw new SalesforceException(
                    400, "INVALID_FIELD_FOR_INSERT_UPDATE", $"Unable to create/update fields: {field.Name}. Please check the security settings of this field.", field.Name);
            }

            kept[field.Name] = value switch
            {
                "" => null,
                int whole => (decimal)whole,
                string text => CheckedText(type, field, text),
                _ => value,
            };
        }

        CheckRequired(record, kept);
        CheckExternalIds(record, kept);
        CheckTask(record, kept);
        return kept;
    }

    private string CheckedText(SalesforceType type, SalesforceField field, string text)
    {
        switch (field.Kind)
        {
            case FieldKind.Id:
                return CheckedReference(field, text);
            case FieldKind.Email when !(text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1) || text.Any(char.IsWhiteSpace):
                throw new SalesforceException(400, "INVALID_EMAIL_ADDRESS", $"{field.Name}: invalid email address: {text}", field.Name);
            default:
                var most = type.Name is "Task" && field.Name is "Description" ? 32_000 : field.MaxLength;
                return text.Length <= most
                    ? text
                    : throw new SalesforceException(400, "STRING_TOO_LONG", $"{field.Name}: data value too large: {text[..20]}... (max length={most})", field.Name);
        }
    }

    private string CheckedReference(SalesforceField field, string id)
    {
        if (!SalesforceId.TryNormalise(id, out var id18))
        {
            throw new SalesforceException(400, "MALFORMED_ID", $"{field.Name}: id value of incorrect type: {id}", field.Name);
        }

        return Find(id18) switch
        {
            null => throw new SalesforceException(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", field.Name),
            { IsDeleted: true } => throw new SalesforceException(400, "ENTITY_IS_DELETED", "entity is deleted", field.Name),
            var found when !field.Targets.Contains(found.Type.Name) =>
                throw new SalesforceException(400, "FIELD_INTEGRITY_EXCEPTION", $"{field.Name}: id value of incorrect type: {id}", field.Name),
            _ => id18,
        };
    }

    private static void CheckRequired(SalesforceObject record, Dictionary<string, object?> kept)
    {
        string[] missing =
        [
            .. record.Type.Fields
                .Where(field => field.Required && (kept.TryGetValue(field.Name, out var value) ? value is null : record[field.Name] is null))
                .Select(field => field.Name),
        ];
        if (missing.Length > 0)
        {
            throw new SalesforceException(400, "REQUIRED_FIELD_MISSING", $"Required fields are missing: [{string.Join(", ", missing)}]", missing);
        }
    }

    private void CheckExternalIds(SalesforceObject record, Dictionary<string, object?> kept)
    {
        foreach (var field in record.Type.Fields.Where(field => field.ExternalId && _uniqueExternalIds))
        {
            if (kept.GetValueOrDefault(field.Name) is string value
                && _byExternalId.GetValueOrDefault(Key(record.Type, field.Name, value))?.Find(other => other != record) is { } other)
            {
                throw new SalesforceException(
                    400, "DUPLICATE_VALUE", $"duplicate value found: {field.Name} duplicates value on record with id: {other.Id}", field.Name);
            }
        }
    }

    private void CheckTask(SalesforceObject record, Dictionary<string, object?> kept)
    {
        if (record.Type.Name is not ("Task" or "Event"))
        {
            return;
        }

        object? Coming(string field) => kept.TryGetValue(field, out var value) ? value : record[field];
        if (Coming("WhatId") is not null && Coming("WhoId") is string who && Find(who)?.Type.Name == "Lead")
        {
            throw new SalesforceException(400, "FIELD_INTEGRITY_EXCEPTION", "You can only relate a task to another record when its name is a contact, not a lead.", "WhatId");
        }

        if (kept.GetValueOrDefault("WhoId") is string lead && Find(lead)?["IsConverted"] is true)
        {
            throw new SalesforceException(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", "WhoId");
        }
    }

    private void Seed(SalesforceOptions options)
    {
        Stamps = StampMode.Seconds;
        ApiUser = SeedUser("Integration", "User", "integration.user@example.com");
        Owners.Add(SeedUser("Sam", "Sales", "sam.sales@example.com"));
        Owners.Add(SeedUser("Sofia", "Seller", "sofia.seller@example.com"));

        var order = 0m;
        foreach (var (name, isConverted) in SalesforceStage.LeadStatuses)
        {
            SeedRow("LeadStatus", null, new() { ["ApiName"] = name, ["MasterLabel"] = name, ["IsConverted"] = isConverted, ["IsDefault"] = order == 0, ["SortOrder"] = ++order });
        }

        foreach (var stage in SalesforceStage.Default)
        {
            SeedRow("OpportunityStage", null, new()
            {
                ["ApiName"] = stage.Name,
                ["MasterLabel"] = stage.Name,
                ["IsActive"] = true,
                ["IsClosed"] = stage.IsClosed,
                ["IsWon"] = stage.IsWon,
                ["DefaultProbability"] = (decimal)stage.Probability,
                ["ForecastCategoryName"] = stage.Forecast,
                ["SortOrder"] = ++order,
            });
        }

        SeedRow("Organization", options.OrganizationId, new() { ["Name"] = "Sandbox", ["OrganizationType"] = "Developer Edition", ["IsSandbox"] = true });
    }

    private string SeedUser(string first, string last, string email) =>
        SeedRow("User", null, new() { ["FirstName"] = first, ["LastName"] = last, ["Email"] = email, ["Username"] = email, ["IsActive"] = true });

    private string SeedRow(string typeName, string? id, Dictionary<string, object?> values)
    {
        var type = Schema.Type(typeName);
        var record = new SalesforceObject(type, id ?? SalesforceId.New(type.Prefix, ++_lastId));
        Add(record);
        Put(record, values, ApiUser);
        return record.Id;
    }
}
