namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>A kind of object: its names, its properties, and what is shown when nothing is asked for.</summary>
internal sealed class HubSpotType
{
    private readonly Dictionary<string, HubSpotPropertyKind> _properties = new(StringComparer.Ordinal);

    private HubSpotType(string name, string singular, string typeId, string created, string modified, string[] shown)
    {
        (Name, Singular, TypeId, Created, Modified) = (name, singular, typeId, created, modified);
        Shown = ["hs_object_id", created, modified, .. shown];
    }

    /// <summary>Gets the plural, as in paths.</summary>
    public string Name { get; }

    /// <summary>Gets the singular, as in subscription types.</summary>
    public string Singular { get; }

    public string TypeId { get; }

    /// <summary>Gets the property that holds the time of creation.</summary>
    public string Created { get; }

    /// <summary>Gets the property that moves with each change.</summary>
    public string Modified { get; }

    public string[] Shown { get; }

    /// <summary>Gets the properties that only HubSpot itself writes.</summary>
    public HashSet<string> ReadOnly { get; } = ["hs_object_id", "hs_is_closed", "hs_is_closed_won", "hs_deal_stage_probability", "hs_additional_emails", "hs_merged_object_ids"];

    /// <summary>Gets the allowed values, for properties that have such.</summary>
    public Dictionary<string, List<HubSpotOption>> Options { get; } = [];

    public string[] Required { get; private init; } = [];

    public void Define(string property, HubSpotPropertyKind kind) => _properties[property] = kind;

    public HubSpotPropertyKind? KindOf(string property) => _properties.TryGetValue(property, out var kind) ? kind : null;

    public static IReadOnlyDictionary<string, HubSpotType> All()
    {
        HubSpotType[] all =
        [
            New("contacts", "contact", "0-1", "createdate", "lastmodifieddate", ["email", "firstname", "lastname"], """
                email firstname lastname phone mobilephone company website jobtitle address city state zip country salutation industry
                lifecyclestage hs_lead_status hubspot_owner_id hs_additional_emails hs_merged_object_ids message hs_language
                hs_analytics_source hs_analytics_source_data_1 hs_analytics_source_data_2 hs_latest_source recent_conversion_event_name
                hs_email_optout:bool hubspotscore:number num_unique_conversion_events:number numemployees annualrevenue hs_email_domain
                hs_analytics_last_visit_timestamp:datetime recent_conversion_date:datetime notes_last_contacted:datetime notes_next_activity_date:datetime
                hubspot_owner_assigneddate:datetime
                """),
            New("deals", "deal", "0-3", "createdate", "hs_lastmodifieddate", ["amount", "closedate", "dealname", "dealstage", "pipeline"], """
                dealname dealstage pipeline hubspot_owner_id dealtype description deal_currency_code closed_lost_reason closed_won_reason hs_priority
                hs_is_closed:bool hs_is_closed_won:bool amount:number hs_deal_stage_probability:number closedate:datetime
                notes_next_activity_date:datetime notes_last_contacted:datetime hs_merged_object_ids hs_next_step
                """),
            New("companies", "company", "0-2", "createdate", "hs_lastmodifieddate", ["domain", "name"], """
                name domain phone city state zip country industry website lifecyclestage hubspot_owner_id numberofemployees:number annualrevenue:number description
                hs_merged_object_ids
                """),
            New("tasks", "task", "0-27", "hs_createdate", "hs_lastmodifieddate", ["hs_timestamp"], """
                hs_task_subject hs_task_body hs_task_status hs_task_priority hs_task_type hs_task_reminders hubspot_owner_id hs_timestamp:datetime
                """, required: ["hs_timestamp"]),
            New("notes", "note", "0-46", "hs_createdate", "hs_lastmodifieddate", ["hs_timestamp"], """
                hs_note_body hubspot_owner_id hs_attachment_ids hs_timestamp:datetime
                """, required: ["hs_timestamp"]),
        ];
        var types = all.ToDictionary(type => type.Name, StringComparer.OrdinalIgnoreCase);
        types["contacts"].Options["lifecyclestage"] = HubSpotOption.LifecycleStages();
        types["contacts"].Options["hs_lead_status"] = HubSpotOption.LeadStatuses();
        types["tasks"].Options["hs_task_status"] = HubSpotOption.Plain("NOT_STARTED", "IN_PROGRESS", "WAITING", "DEFERRED", "COMPLETED");
        types["tasks"].Options["hs_task_priority"] = HubSpotOption.Plain("LOW", "MEDIUM", "HIGH", "NONE");
        types["tasks"].Options["hs_task_type"] = HubSpotOption.Plain("EMAIL", "CALL", "TODO");
        return types;
    }

    private static HubSpotType New(
        string name, string singular, string typeId, string created, string modified, string[] shown, string properties, string[]? required = null)
    {
        var type = new HubSpotType(name, singular, typeId, created, modified, shown) { Required = required ?? [] };
        type.ReadOnly.UnionWith([created, modified]);
        type.Define("hs_object_id", HubSpotPropertyKind.Number);
        type.Define(created, HubSpotPropertyKind.DateTime);
        type.Define(modified, HubSpotPropertyKind.DateTime);
        foreach (var property in properties.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = property.Split(':');
            type.Define(parts[0], parts.Length == 1 ? HubSpotPropertyKind.Text : Enum.Parse<HubSpotPropertyKind>(parts[1], ignoreCase: true));
        }

        return type;
    }
}
