using System.Runtime.Serialization;
using System.Text.Json.Serialization;
using Refit;

namespace IntegrationHub.Embedded.Tests.Refit;

public enum Colour
{
    Red,

    [EnumMember(Value = "deep-blue")]
    Blue,
}

public sealed record Contact(string? Id, string? FirstName, int Score = 0, Colour Favourite = Colour.Red);

public sealed record Place(string Country, Town Town);

public sealed record Town(string Name, int Zip);

public sealed record Page(
    int? Limit,
    string? After,
    [property: AliasAs("q")] string? Text,
    [property: JsonPropertyName("sort_by")] string? SortBy,
    [property: Query(CollectionFormat.Multi)] string[]? Tags,
    Town? Near);

public sealed record Token([property: AliasAs("grant_type")] string GrantType, [property: JsonPropertyName("client_id")] string ClientId, string? Scope, int Seconds);

public abstract record Change(string Id);

public sealed record Rename(string Id, string Name) : Change(Id);

[JsonDerivedType(typeof(Called), "call")]
public abstract record Activity(string Id);

public sealed record Called(string Id, int Seconds) : Activity(Id);

public interface IPathApi
{
    [Get("/contacts")]
    Task PlainAsync();

    [Get("/contacts/{id}")]
    Task ByIdAsync(string? id);

    [Get("/contacts/{contactId}/notes/{NOTE}")]
    Task AliasedAsync([AliasAs("contactId")] int id, string note);

    [Get("/places/{place.country}/{place.town.name}")]
    Task ByPropertiesAsync(Place place);

    [Get("/files/{**path}")]
    Task RestAsync(string path);

    [Get("/lists/{list?}/members")]
    Task OptionalAsync(string? list);

    [Get("/raw/{id}")]
    Task EncodedAsync([Encoded] string id);

    [Get("/query?q={soql}")]
    Task InQueryAsync(string soql, int? limit);

    [Get("/days/{day}")]
    Task ByDayAsync([Query(Format = "yyyy-MM-dd")] DateTimeOffset day);

    [Get("/colours/{colour}")]
    Task ByColourAsync(Colour colour);
}

public interface IQueryApi
{
    [Get("/search")]
    Task SimpleAsync(string? text, int? limit, bool? archived, [AliasAs("page_token")] string? after = null);

    [Get("/search")]
    Task ValuesAsync(double amount, DateTime at, Guid id, Colour colour, Colour other);

    [Get("/search")]
    Task FormattedAsync([Query(Format = "yyyy-MM-dd")] DateTime day, [Query(Format = "0.00")] decimal price);

    [Get("/search")]
    Task ObjectAsync(Page page);

    [Get("/search")]
    Task PrefixedAsync([Query("-", "page")] Page page);

    [Get("/search")]
    Task DictionaryAsync(IDictionary<string, object?> filter);

    [Get("/search")]
    Task ListAsync(int[] ids);

    [Get("/search")]
    Task CsvAsync([Query(CollectionFormat.Csv)] string[] ids);

    [Get("/search")]
    Task SsvAsync([Query(CollectionFormat.Ssv)] int[] ids);

    [Get("/search")]
    Task TsvAsync([Query(CollectionFormat.Tsv)] int[] ids);

    [Get("/search")]
    Task PipesAsync([Query(CollectionFormat.Pipes)] int[] ids);

    [Get("/search")]
    Task MultiAsync([Query(CollectionFormat.Multi)] string?[] ids);

    [Get("/search")]
    Task IndexedAsync([Query(CollectionFormat.Indexed)] Town[] towns);

    [Get("/search")]
    Task NullAsEmptyAsync([Query(SerializeNull = true)] string? text);

    [Get("/search")]
    Task AsTextAsync([Query(TreatAsString = true)] Uri address, [Query(TreatAsString = true)] Version version);

    [Get("/search")]
    Task EncodedAsync([Encoded] string filter);

    [Get("/towns/{town.name}")]
    Task PartlyInPathAsync(Town town);

    [Post("/search")]
    Task PostedAsync([Query] Page page, [Body] Contact contact, string trace);
}

public interface IBodyApi
{
    [Post("/contacts")]
    Task JsonAsync([Body] Contact contact);

    [Post("/contacts")]
    Task UnmarkedAsync(Contact contact, CancellationToken cancellationToken);

    [Post("/contacts")]
    Task BufferedAsync([Body(buffered: true)] Contact contact);

    [Post("/contacts")]
    Task TextAsync([Body] string text);

    [Post("/contacts")]
    Task SerializedTextAsync([Body(BodySerializationMethod.Serialized)] string text);

    [Post("/contacts")]
    Task StreamAsync([Body] Stream stream);

    [Post("/contacts")]
    Task ContentAsync([Body] HttpContent content);

    [Post("/token")]
    Task FormAsync([Body(BodySerializationMethod.UrlEncoded)] Token token);

    [Post("/token")]
    Task FormOfDictionaryAsync([Body(BodySerializationMethod.UrlEncoded)] Dictionary<string, object?> fields);

    [Post("/token")]
    Task FormOfTextAsync([Body(BodySerializationMethod.UrlEncoded)] string fields);

    [Patch("/contacts/{id}")]
    Task DictionaryAsync(string id, [Body] IReadOnlyDictionary<string, string?> changes);

    [Post("/contacts")]
    Task NothingAsync([Body] Contact? contact);

    [Post("/changes")]
    Task AbstractAsync([Body] Change change);

    [Post("/activities")]
    Task PolymorphicAsync([Body] Activity activity);

    [Delete("/contacts")]
    Task DeleteWithBodyAsync([Body] string[] ids);
}

[Headers("X-Team: sales", "X-Kept: interface", "Authorization: Bearer")]
public interface IHeaderApi
{
    [Get("/")]
    Task InterfaceAsync();

    [Get("/")]
    [Headers("X-Team: marketing", "X-Own: method")]
    Task MethodAsync();

    [Get("/")]
    [Headers("X-Team", "X-Kept:")]
    Task RemovedAsync();

    [Get("/")]
    [Headers("X-Team: marketing")]
    Task ParameterAsync([Header("X-Team")] string? team, [Header("X-Count")] int? count);

    [Get("/")]
    Task CollectionAsync([HeaderCollection] IDictionary<string, string> headers);

    [Get("/")]
    Task AuthorizedAsync([Authorize] string? token);

    [Get("/")]
    Task OtherSchemeAsync([Authorize("Zoho")] string token);

    [Get("/")]
    Task PropertiesAsync([Property] string tenant, [Property("idempotent")] bool idempotent);

    [Post("/")]
    [Headers("Content-Type: application/vnd.vendor+json")]
    Task ContentTypeAsync([Body] string body);
}

public interface IResultApi
{
    [Get("/r")]
    Task NothingAsync();

    [Get("/r")]
    Task<Contact> ObjectAsync(CancellationToken cancellationToken);

    [Get("/r")]
    Task<Contact?> MaybeAsync();

    [Get("/r")]
    Task<string> TextAsync();

    [Get("/r")]
    Task<Stream> StreamAsync();

    [Get("/r")]
    Task<HttpContent> ContentAsync();

    [Get("/r")]
    Task<HttpResponseMessage> MessageAsync();

    [Get("/r")]
    Task<IApiResponse> ResponseAsync();

    [Get("/r")]
    Task<IApiResponse<Contact>> TypedResponseAsync(CancellationToken cancellationToken);

    [Get("/r")]
    Task<ApiResponse<Contact>> OwnResponseAsync();

    [Get("/r/{kind}")]
    Task<T> GenericAsync<T>(string kind);
}

public interface IVerbApi
{
    [Get("/v")]
    Task GetAsync();

    [Post("/v")]
    Task PostAsync();

    [Put("/v")]
    Task PutAsync();

    [Delete("/v")]
    Task DeleteAsync();

    [Patch("/v")]
    Task PatchAsync();

    [Head("/v")]
    Task HeadAsync();

    [Options("/v")]
    Task OptionsAsync();
}

public interface IBaseApi<T>
{
    [Get("/base/{id}")]
    Task<T> FindAsync(string id);
}

[Headers("X-Derived: yes")]
public interface IDerivedApi : IBaseApi<Contact>
{
    [Get("/derived")]
    Task OwnAsync();
}

internal interface IHiddenApi
{
    [Get("/hidden/{id}")]
    Task<Contact> FindAsync(string id, CancellationToken cancellationToken);
}
