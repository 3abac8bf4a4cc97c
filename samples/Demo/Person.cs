namespace IntegrationHub.Demo;

/// <summary>Somebody in the story.</summary>
internal sealed record Person(string FirstName, string LastName, string Company)
{
    public string Name => $"{FirstName} {LastName}";

    public string Email => $"{FirstName}.{LastName}@example.com".ToLowerInvariant();

    /// <summary>Gets or sets the contact's id in HubSpot; zero before they come in.</summary>
    public long ContactId { get; set; }
}
