namespace IntegrationHub.Connectors.Dynamics;

/// <summary>A table that the hub reads.</summary>
/// <param name="Entity">Its logical name.</param>
/// <param name="Set">Its name in addresses.</param>
/// <param name="Key">The column with the id.</param>
/// <param name="Columns">The columns that the hub reads.</param>
internal sealed record DynamicsTable(string Entity, string Set, string Key, string Columns)
{
    private const string Person =
        "emailaddress1,firstname,lastname,telephone1,jobtitle,donotemail,donotbulkemail,statecode,statuscode,_ownerid_value,"
        + "_createdby_value,_modifiedby_value,createdon,modifiedon,_masterid_value,merged";

    public static readonly DynamicsTable Leads = new(
        DynamicsId.Lead, "leads", "leadid", $"leadid,{Person},companyname,address1_country,_parentcontactid_value");

    public static readonly DynamicsTable Contacts = new(DynamicsId.Contact, "contacts", "contactid",
        $"contactid,{Person},address1_country");

    public static readonly DynamicsTable Opportunities = new(
        "opportunity", "opportunities", "opportunityid",
        "opportunityid,salesstage,statecode,statuscode,estimatedvalue,actualvalue,estimatedclosedate,actualclosedate,emailaddress,"
        + "_transactioncurrencyid_value,_ownerid_value,_parentcontactid_value,_customerid_value,createdon,modifiedon");

    public static readonly DynamicsTable Tasks = new(
        "task", "tasks", "activityid",
        "activityid,subject,description,statecode,scheduledend,_regardingobjectid_value,_ownerid_value,_modifiedby_value,modifiedon");

    /// <summary>Gets all of them. A lead precedes its contact, and a person their deals.</summary>
    public static IReadOnlyList<DynamicsTable> All { get; } = [Leads, Contacts, Opportunities, Tasks];

    /// <summary>Returns the columns to read, with those that the settings name.</summary>
    public string ColumnsOf(DynamicsOptions options)
    {
        string?[] more = Entity switch
        {
            DynamicsId.Lead => [options.LeadKey, options.StageField, options.ReturnReasonField],
            DynamicsId.Contact => [options.StageField],
            _ => [],
        };
        return string.Join(',', more.OfType<string>().Prepend(Columns));
    }
}
