using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>
/// The portal's objects and the rules of writing them. Not safe for threads: <see cref="HubSpotState"/> holds the lock.
/// </summary>
internal sealed class HubSpotStore(HubSpotOptions options, TimeProvider time, HubSpotWebhooks webhooks)
{
    private static readonly HashSet<string> Pushed = ["contact", "deal", "company"];

    private readonly Dictionary<string, Dictionary<long, HubSpotObject>> _objects = [];
    private readonly Dictionary<string, long> _emails = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<long, long> _merged = [];
    private readonly Dictionary<string, long> _subscriptions = [];
    private long _lastId = 1200;
    private long _lastEvent = 9000;

    public IReadOnlyDictionary<string, HubSpotType> Types { get; } = HubSpotType.All();

    /// <summary>Gets the deal pipelines by id.</summary>
    public Dictionary<string, (string Label, List<HubSpotStage> Stages)> Pipelines { get; } = new() { ["default"] = ("Sales Pipeline", HubSpotStage.Default()) };

    /// <summary>Gets the automations by property.</summary>
    public ConcurrentDictionary<string, Func<string, string>> Rewrites { get; } = new(StringComparer.Ordinal);

    public HubSpotAssociations Associations { get; } = new();

    /// <summary>Gets the app that writes through the API.</summary>
    public HubSpotSource Api { get; } = HubSpotSource.App(options.AppId);

    /// <summary>Gets the time in full milliseconds, HubSpot's resolution.</summary>
    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    public HubSpotType Type(string name) => Types.TryGetValue(name, out var type)
        ? type
        : throw new HubSpotException(400, "VALIDATION_ERROR", $"Unable to infer object type from: {name}");

    /// <summary>All objects of a type in order of id, those archived too.</summary>
    public IEnumerable<HubSpotObject> All(HubSpotType type) => ObjectsOf(type).Values;

    /// <summary>The live or archived object, followed through merges; null when there is none.</summary>
    public HubSpotObject? Find(HubSpotType type, string id, string? idProperty = null, bool archived = false)
    {
        var found = idProperty switch
        {
            null or "" or "hs_object_id" => ById(type, id),
            "email" when type.Name == "contacts" => _emails.TryGetValue(id.Trim(), out var key) ? ById(type, $"{key}") : null,
            _ when type.KindOf(idProperty) is not null => All(type).FirstOrDefault(each => each.Properties.GetValueOrDefault(idProperty) == id),
            _ => throw HubSpotException.Invalid($"{idProperty} is not a unique property of {type.Name}."),
        };
        return found is not null && found.ArchivedAt is null != archived ? found : null;
    }

    public HubSpotObject Get(HubSpotType type, string id, string? idProperty = null, bool archived = false) =>
        Find(type, id, idProperty, archived) ?? throw HubSpotException.NotFound();

    public HubSpotObject Create(HubSpotType type, IReadOnlyDictionary<string, string> properties, HubSpotSource source)
    {
        CheckRequired(type, properties);
        var created = new HubSpotObject(type, ++_lastId, Now);
        var values = Checked(created, properties);
        ObjectsOf(type)[created.Id] = created;
        created.Properties["hs_object_id"] = created.Id.ToString(CultureInfo.InvariantCulture);
        created.Properties[type.Created] = created.Properties[type.Modified] = HubSpotValues.Of(created.CreatedAt);
        Push(type, "creation", source, created.CreatedAt, pushed => pushed with { ObjectId = created.Id, ChangeFlag = "NEW" });
        Apply(created, values, source, created.CreatedAt);
        return created;
    }

    public void Update(HubSpotObject changed, IReadOnlyDictionary<string, string> properties, HubSpotSource source) =>
        Apply(changed, Checked(changed, properties), source, Now);

    /// <summary>Looks whether a write would be allowed, without writing.</summary>
    /// <param name="existing">Null for an object that is to be made.</param>
    public void Check(HubSpotType type, HubSpotObject? existing, IReadOnlyDictionary<string, string> properties)
    {
        if (existing is null)
        {
            CheckRequired(type, properties);
        }

        Checked(existing ?? new HubSpotObject(type, 0, Now), properties);
    }

    public void Archive(HubSpotObject gone, HubSpotSource source)
    {
        gone.ArchivedAt = gone.UpdatedAt = Now;
        Forget(gone);
        Associations.RemoveAll(gone);
        Push(gone.Type, "deletion", source, gone.UpdatedAt, pushed => pushed with { ObjectId = gone.Id, ChangeFlag = "DELETED" });
    }

    /// <summary>Removes a contact for good, as the law asks.</summary>
    public void PrivacyDelete(HubSpotObject gone, HubSpotSource source)
    {
        var now = Now;
        Forget(gone);
        Associations.RemoveAll(gone);
        ObjectsOf(gone.Type).Remove(gone.Id);
        Push(gone.Type, "deletion", source, now, pushed => pushed with { ObjectId = gone.Id, ChangeFlag = "DELETED" });
        Push(gone.Type, "privacyDeletion", source, now, pushed => pushed with { ObjectId = gone.Id });
    }

    /// <summary>
    /// Merges two contacts. What the winner lacks comes from the other, whose address becomes an additional one.
    /// </summary>
    /// <param name="newRecord">Whether the result is a record of its own, as HubSpot makes it lately.</param>
    public HubSpotObject Merge(HubSpotObject winner, HubSpotObject other, bool newRecord, HubSpotSource source)
    {
        var now = Now;
        var result = newRecord ? new HubSpotObject(winner.Type, ++_lastId, winner.CreatedAt) : winner;
        ObjectsOf(winner.Type)[result.Id] = result;
        var values = new Dictionary<string, string>(winner.Properties);
        var moved = other.Properties.Where(property => values.TryAdd(property.Key, property.Value)).Count();
        values["hs_object_id"] = $"{result.Id}";
        values["hs_additional_emails"] = Joined(
            winner.Properties.GetValueOrDefault("hs_additional_emails"), other.Properties.GetValueOrDefault("email"), other.Properties.GetValueOrDefault("hs_additional_emails"));
        values["hs_merged_object_ids"] = Joined(winner.Properties.GetValueOrDefault("hs_merged_object_ids"), $"{other.Id}", newRecord ? $"{winner.Id}" : null);

        foreach (var gone in newRecord ? [winner, other] : new[] { other })
        {
            Associations.Move(gone, result);
            ObjectsOf(gone.Type).Remove(gone.Id);
            _merged[gone.Id] = result.Id;
        }

        foreach (var (name, value) in values.Where(pair => pair.Value.Length > 0))
        {
            Set(result, name, value, source, now);
        }

        Touch(result, now);
        foreach (var address in Addresses(result))
        {
            _emails[address] = result.Id;
        }

        Push(winner.Type, "merge", source, now, pushed => pushed with
        {
            ObjectId = winner.Id,
            PrimaryObjectId = winner.Id,
            MergedObjectIds = newRecord ? [winner.Id, other.Id] : [other.Id],
            NewObjectId = result.Id,
            NumberOfPropertiesMoved = moved,
        });
        return result;
    }

    /// <summary>Ties two objects together, both ways.</summary>
    /// <param name="typeId">Null is the default type between the two.</param>
    public void Associate(HubSpotObject from, HubSpotObject to, int? typeId, HubSpotSource source)
    {
        if (Associations.Add(from, to, typeId ?? HubSpotAssociations.DefaultType(from.Type, to.Type)))
        {
            PushAssociation(from, to, removed: false, source);
            PushAssociation(to, from, removed: false, source);
        }
    }

    public void Disassociate(HubSpotObject from, HubSpotObject to, HubSpotSource source)
    {
        if (Associations.Remove(from, to))
        {
            PushAssociation(from, to, removed: true, source);
            PushAssociation(to, from, removed: true, source);
        }
    }

    private static void CheckRequired(HubSpotType type, IReadOnlyDictionary<string, string> properties)
    {
        var missing = type.Required.Where(required => string.IsNullOrEmpty(properties.GetValueOrDefault(required))).ToList();
        if (missing.Count > 0)
        {
            throw HubSpotException.Invalid($"Some required properties were not set: {string.Join(", ", missing)}");
        }
    }

    private static string Joined(params string?[] parts) =>
        string.Join(';', parts.SelectMany(part => (part ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.OrdinalIgnoreCase));

    private static IEnumerable<string> Addresses(HubSpotObject contact) =>
        Joined(contact.Properties.GetValueOrDefault("email"), contact.Properties.GetValueOrDefault("hs_additional_emails")).Split(';', StringSplitOptions.RemoveEmptyEntries);

    private static void Touch(HubSpotObject changed, DateTimeOffset now)
    {
        changed.UpdatedAt = now;
        changed.Properties[changed.Type.Modified] = HubSpotValues.Of(now);
    }

    private Dictionary<long, HubSpotObject> ObjectsOf(HubSpotType type)
    {
        if (!_objects.TryGetValue(type.Name, out var objects))
        {
            _objects[type.Name] = objects = [];
        }

        return objects;
    }

    private HubSpotObject? ById(HubSpotType type, string text)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }

        while (_merged.TryGetValue(id, out var into))
        {
            id = into;
        }

        return ObjectsOf(type).GetValueOrDefault(id);
    }

    private void Forget(HubSpotObject gone)
    {
        foreach (var address in gone.Type.Name == "contacts" ? Addresses(gone) : [])
        {
            _emails.Remove(address);
        }
    }

    private void Apply(HubSpotObject changed, Dictionary<string, string> values, HubSpotSource source, DateTimeOffset now)
    {
        var any = false;
        foreach (var (name, value) in values)
        {
            if (name != "lifecyclestage" || source == HubSpotSource.Person || IsForward(changed, value))
            {
                any |= Set(changed, name, value, source, now);
                if (value.Length > 0 && Rewrites.TryGetValue(name, out var rewrite))
                {
                    any |= Set(changed, name, rewrite(value), HubSpotSource.Automation, now);
                }
            }
        }

        if (changed.Type.Name == "deals" && values.ContainsKey("dealstage"))
        {
            Derive(changed, now);
        }

        if (any)
        {
            Touch(changed, now);
        }
    }

    private static bool IsForward(HubSpotObject changed, string stage)
    {
        var stages = changed.Type.Options.GetValueOrDefault("lifecyclestage");
        var present = changed.Properties.GetValueOrDefault("lifecyclestage");
        return stages is null || stage.Length == 0 || present is null
            || stages.FindIndex(option => option.Value == stage) > stages.FindIndex(option => option.Value == present);
    }

    private void Derive(HubSpotObject deal, DateTimeOffset now)
    {
        var stage = Pipelines[deal.Properties["pipeline"]].Stages.Find(each => each.Id == deal.Properties.GetValueOrDefault("dealstage"));
        deal.Properties["hs_is_closed"] = stage is { IsClosed: true } ? "true" : "false";
        deal.Properties["hs_is_closed_won"] = stage is { IsWon: true } ? "true" : "false";
        deal.Properties["hs_deal_stage_probability"] = (stage?.Probability ?? 0).ToString(CultureInfo.InvariantCulture);
        if (stage is { IsClosed: true })
        {
            deal.Properties.TryAdd("closedate", HubSpotValues.Of(now));
        }
    }

    /// <summary>Sets one value, keeps the history and tells the hub; false when nothing changed.</summary>
    private bool Set(HubSpotObject changed, string name, string value, HubSpotSource source, DateTimeOffset now)
    {
        if (changed.Properties.GetValueOrDefault(name, "") == value)
        {
            return false;
        }

        if (name == "email")
        {
            _emails.Remove(changed.Properties.GetValueOrDefault("email", ""));
        }

        if (value.Length == 0)
        {
            changed.Properties.Remove(name);
        }
        else
        {
            changed.Properties[name] = value;
            if (name == "email" && changed.Type.Name == "contacts")
            {
                _emails[value] = changed.Id;
            }
        }

        if (!changed.History.TryGetValue(name, out var history))
        {
            changed.History[name] = history = [];
        }

        history.Insert(0, new(value, now, source));
        if (!changed.Type.ReadOnly.Contains(name) && name != "num_unique_conversion_events")
        {
            Push(changed.Type, "propertyChange", source, now, pushed => pushed with { ObjectId = changed.Id, PropertyName = name, PropertyValue = value, IsSensitive = false });
        }

        return true;
    }

    /// <summary>The values as they are kept.</summary>
    /// <exception cref="HubSpotException">One is not allowed; nothing was written.</exception>
    private Dictionary<string, string> Checked(HubSpotObject changed, IReadOnlyDictionary<string, string> properties)
    {
        var type = changed.Type;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (type.Name == "deals")
        {
            values["pipeline"] = properties.GetValueOrDefault("pipeline") ?? changed.Properties.GetValueOrDefault("pipeline") ?? "default";
        }

        var faults = new List<(string Name, string Error, string Message)>();
        foreach (var (given, raw) in properties)
        {
            var name = given.ToLowerInvariant();
            var value = name == "email" ? raw.Trim().ToLowerInvariant() : raw;
            if (type.KindOf(name) is not { } kind)
            {
                faults.Add((name, "PROPERTY_DOESNT_EXIST", $"Property \"{name}\" does not exist"));
            }
            else if (type.ReadOnly.Contains(name))
            {
                faults.Add((name, "READ_ONLY_VALUE", $"\"{name}\" is a read only property; its value cannot be set."));
            }
            else if (value.Length > 0 && HubSpotValues.Normal(kind, value) is not { } normal)
            {
                faults.Add((name, $"INVALID_{kind.ToString().ToUpperInvariant()}", $"{value} was not a valid {kind}."));
            }
            else if (!IsAllowed(type, name, value, values))
            {
                faults.Add((name, "INVALID_OPTION", $"{value} was not one of the allowed options"));
            }
            else if (name == "email" && value.Length > 0 && !(value.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < value.Length - 1))
            {
                faults.Add((name, "INVALID_EMAIL", $"Email address {value} is invalid"));
            }
            else
            {
                values[name] = value.Length == 0 ? "" : HubSpotValues.Normal(kind, value)!;
            }
        }

        if (faults.Count > 0)
        {
            var list = faults.Select(fault => new { isValid = false, message = fault.Message, error = fault.Error, name = fault.Name });
            throw HubSpotException.Invalid($"Property values were not valid: {JsonSerializer.Serialize(list)}");
        }

        return type.Name == "contacts" && values.TryGetValue("email", out var email) && _emails.TryGetValue(email, out var owner) && owner != changed.Id
            ? throw new HubSpotException(409, "CONFLICT", $"Contact already exists. Existing ID: {owner}")
            : values;
    }

    private bool IsAllowed(HubSpotType type, string name, string value, Dictionary<string, string> values) => (type.Name, name) switch
    {
        _ when value.Length == 0 => true,
        ("deals", "pipeline") => Pipelines.ContainsKey(value),
        ("deals", "dealstage") => Pipelines.TryGetValue(values["pipeline"], out var pipeline) && pipeline.Stages.Exists(stage => stage.Id == value),
        _ => !type.Options.TryGetValue(name, out var allowed) || allowed.Exists(option => option.Value == value),
    };

    private void PushAssociation(HubSpotObject from, HubSpotObject to, bool removed, HubSpotSource source) =>
        Push(from.Type, "associationChange", source, Now, pushed => pushed with
        {
            AssociationType = $"{from.Type.Singular}_TO_{to.Type.Singular}".ToUpperInvariant(),
            FromObjectId = from.Id,
            ToObjectId = to.Id,
            AssociationRemoved = removed,
            IsPrimaryAssociation = false,
        });

    private void Push(HubSpotType type, string change, HubSpotSource source, DateTimeOffset now, Func<HubSpotEvent, HubSpotEvent> complete)
    {
        if (!Pushed.Contains(type.Singular))
        {
            return;
        }

        var pushed = complete(new()
        {
            EventId = ++_lastEvent,
            PortalId = options.PortalId,
            AppId = options.AppId,
            OccurredAt = now.ToUnixTimeMilliseconds(),
            SubscriptionType = $"{type.Singular}.{change}",
            ChangeSource = source.Type,
            SourceId = source.Id,
        });
        webhooks.Push(pushed with { SubscriptionId = SubscriptionOf(pushed) });
    }

    private long SubscriptionOf(HubSpotEvent pushed)
    {
        var key = $"{pushed.SubscriptionType}/{pushed.PropertyName}";
        if (!_subscriptions.TryGetValue(key, out var id))
        {
            _subscriptions[key] = id = 77 + _subscriptions.Count;
        }

        return id;
    }
}
