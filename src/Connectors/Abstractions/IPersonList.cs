using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool whose people can be listed, to compare it with another tool. Nothing is changed in it.</summary>
public interface IPersonList : IConnector
{
    /// <summary>Lists the next people of the tool in an order of its own. Deleted records are left out.</summary>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <exception cref="VendorUnavailableException">The vendor does not answer; ask again later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses.</exception>
    Task<PersonPage> ListAsync(string? after, CancellationToken cancellationToken);

    /// <summary>Returns those of some people's records that the tool still has.</summary>
    /// <exception cref="VendorUnavailableException">The vendor does not answer; ask again later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses.</exception>
    Task<IReadOnlySet<string>> ExistingAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);
}

/// <summary>A page of a tool's people.</summary>
/// <param name="Next">Where the next page begins; null after the last. A page may be empty and still have a next.</param>
public sealed record PersonPage(IReadOnlyList<ListedPerson> People, string? Next);

/// <summary>A person's record in a list.</summary>
/// <param name="Id">The id in the form that the hub stores.</param>
/// <param name="Email">The address; null for none.</param>
/// <param name="ChangedAt">When the record last changed; null when the tool does not say.</param>
public sealed record ListedPerson(string Id, EmailAddress? Email, DateTimeOffset? ChangedAt);
