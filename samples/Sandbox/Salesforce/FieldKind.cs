namespace IntegrationHub.Sandbox.Salesforce;

internal enum FieldKind
{
    Text,
    Email,
    Number,
    Bool,
    Date,
    DateTime,
    Id,
}
