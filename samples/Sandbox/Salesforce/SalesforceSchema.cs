namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>The object types of the org.</summary>
internal sealed class SalesforceSchema
{
    private const string System = """
        Id:Id- IsDeleted:Bool- CreatedDate:DateTime- CreatedById:User- LastModifiedDate:DateTime- LastModifiedById:User- SystemModstamp:DateTime-
        """;

    private readonly Dictionary<string, SalesforceType> _types = new(StringComparer.OrdinalIgnoreCase);

    public SalesforceSchema(SalesforceOptions options)
    {
        Add("User", "005", "Name- FirstName LastName! Email:Email Username! IsActive:Bool");
        Add("Account", "001", "Name! OwnerId:User Website Phone Industry Type NumberOfEmployees:Number AnnualRevenue:Number BillingCity BillingCountry Description MasterRecordId:Account-");
        Add("Lead", "00Q", """
            FirstName LastName! Name- Company! Email:Email Phone MobilePhone Title Status LeadSource Rating Industry Website Street City State PostalCode Country
            Description OwnerId:User HasOptedOutOfEmail:Bool DoNotCall:Bool NumberOfEmployees:Number AnnualRevenue:Number LastActivityDate:Date- IsConverted:Bool- ConvertedDate:Date-
            ConvertedContactId:Contact- ConvertedAccountId:Account- ConvertedOpportunityId:Opportunity- MasterRecordId:Lead-
            """);
        Add("Contact", "003", """
            FirstName LastName! Name- Email:Email Phone MobilePhone Title Department LeadSource AccountId:Account OwnerId:User Description
            HasOptedOutOfEmail:Bool DoNotCall:Bool LastActivityDate:Date- MasterRecordId:Contact-
            """);
        Add("Opportunity", "006", """
            Name! StageName! CloseDate:Date! Amount:Number Probability:Number Type LeadSource NextStep Description AccountId:Account ContactId:Contact CampaignId:Campaign
            OwnerId:User IsClosed:Bool- IsWon:Bool- ForecastCategoryName- HasOpportunityLineItem:Bool- LastActivityDate:Date- LastStageChangeDate:DateTime-
            """);
        Add("OpportunityContactRole", "00K", "OpportunityId:Opportunity! ContactId:Contact! Role IsPrimary:Bool");
        Add("Task", "00T", """
            Subject Status Priority Type TaskSubtype Description ActivityDate:Date WhoId:Lead|Contact WhatId:Opportunity|Account|Campaign OwnerId:User
            IsClosed:Bool- CompletedDateTime:DateTime-
            """);
        Add("Event", "00U", "Subject Description StartDateTime:DateTime EndDateTime:DateTime ActivityDate:Date IsAllDayEvent:Bool WhoId:Lead|Contact WhatId:Opportunity|Account OwnerId:User");
        Add("Campaign", "701", "Name! Status Type IsActive:Bool StartDate:Date EndDate:Date OwnerId:User Description");
        Add("CampaignMember", "00v", "CampaignId:Campaign! LeadId:Lead ContactId:Contact Status HasResponded:Bool- FirstRespondedDate:Date-");
        Add("LeadHistory", "017", "LeadId:Lead- Field- OldValue- NewValue-");
        Add("OpportunityFieldHistory", "017", "OpportunityId:Opportunity- Field- OldValue- NewValue-");
        Add("LeadStatus", "01J", "ApiName- MasterLabel- IsConverted:Bool- IsDefault:Bool- SortOrder:Number-");
        Add("OpportunityStage", "01J", "ApiName- MasterLabel- IsActive:Bool- IsClosed:Bool- IsWon:Bool- DefaultProbability:Number- ForecastCategoryName- SortOrder:Number-");
        Add("Organization", "00D", "Name- OrganizationType- IsSandbox:Bool- DefaultLocaleSidKey-");

        Child("Account", "Contacts", "Contact", "AccountId");
        Child("Account", "Opportunities", "Opportunity", "AccountId");
        Child("Opportunity", "OpportunityContactRoles", "OpportunityContactRole", "OpportunityId");
        Child("Opportunity", "Tasks", "Task", "WhatId");
        Child("Contact", "OpportunityContactRoles", "OpportunityContactRole", "ContactId");
        Child("Contact", "Tasks", "Task", "WhoId");
        Child("Contact", "CampaignMembers", "CampaignMember", "ContactId");
        Child("Lead", "Tasks", "Task", "WhoId");
        Child("Lead", "Histories", "LeadHistory", "LeadId");
        Child("Lead", "CampaignMembers", "CampaignMember", "LeadId");
        Child("Campaign", "CampaignMembers", "CampaignMember", "CampaignId");

        Type("Lead").Defaults["Status"] = "Open - Not Contacted";
        Type("Task").Defaults["Status"] = "Not Started";
        Type("Task").Defaults["Priority"] = "Normal";
        Type("CampaignMember").Defaults["Status"] = "Sent";

        foreach (var field in options.CustomFields)
        {
            DefineField(field, externalId: false);
        }

        foreach (var field in options.ExternalIdFields)
        {
            DefineField(field, externalId: true);
        }
    }

    public IEnumerable<SalesforceType> Types => _types.Values;

    public SalesforceType Type(string name) => Find(name) ?? throw SalesforceException.NotFound();

    public SalesforceType? Find(string name) => _types.GetValueOrDefault(name);

    /// <summary>Adds a text field given as <c>Lead.Region__c</c>.</summary>
    public void DefineField(string path, bool externalId)
    {
        var parts = path.Split('.', 2);
        Type(parts[0]).Define(new(parts[1], FieldKind.Text) { ExternalId = externalId });
    }

    private void Add(string name, string prefix, string fields) => _types[name] = new SalesforceType(name, prefix).With(System).With(fields);

    private void Child(string parent, string relationship, string child, string field) => Type(parent).Children[relationship] = (child, field);
}
