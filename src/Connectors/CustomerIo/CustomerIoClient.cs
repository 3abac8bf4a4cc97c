using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.CustomerIo;

/// <summary>Calls one Customer.io workspace.</summary>
internal sealed class CustomerIoClient(ICustomerIoApi track, ICustomerIoAppApi app, VendorCalls calls)
{
    /// <summary>Customer.io's JSON: attributes have the names that the customer gave.</summary>
    public static readonly JsonSerializerOptions Json = new() { MaxDepth = WellFormed.MostNested };

    /// <summary>Reads a person's attributes; undefined when the person does not exist.</summary>
    public async Task<JsonElement> AttributesAsync(string person, CancellationToken cancellationToken)
    {
        var isProfile = person.StartsWith(CustomerIoMapper.ProfilePrefix, StringComparison.Ordinal);
        var (id, type) = isProfile ? (person[CustomerIoMapper.ProfilePrefix.Length..], "cio_id") : (person, "id");
        var found = await calls.FindAsync(() => app.AttributesAsync(id, type, cancellationToken));
        return found.Member("customer").Member("attributes");
    }

    /// <summary>Deletes a person, and keeps them from being added again. Idempotent.</summary>
    public async Task EraseAsync(string person, CancellationToken cancellationToken)
    {
        await calls.FindAsync(() => track.DeleteAsync(person, cancellationToken));
        await calls.FindAsync(() => track.SuppressAsync(person, repeatable: true, cancellationToken));
    }

    /// <summary>Writes attributes of a person.</summary>
    public Task WriteAsync(string person, IReadOnlyDictionary<string, object> attributes, CancellationToken cancellationToken) =>
        calls.RunAsync(() => track.WriteAsync(person, attributes, repeatable: true, cancellationToken));
}
