using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Klaviyo;

/// <summary>A JSON:API document.</summary>
internal sealed record KlaviyoDocument<T>(T Data);

/// <summary>A profile to write: its fields, and the properties that the customer made.</summary>
internal sealed record KlaviyoProfile(string Id, IReadOnlyDictionary<string, object> Attributes, string Type = "profile");

/// <summary>A job that erases a profile for privacy.</summary>
internal sealed record KlaviyoErasure(KlaviyoErasureAttributes Attributes, string Type = "data-privacy-deletion-job");

internal sealed record KlaviyoErasureAttributes(KlaviyoDocument<KlaviyoErasedProfile> Profile);

internal sealed record KlaviyoErasedProfile(string Id, string Type = "profile");

/// <summary>A job that changes the consent of profiles.</summary>
internal sealed record KlaviyoJob(string Type, KlaviyoJobAttributes Attributes);

internal sealed record KlaviyoJobAttributes(KlaviyoJobProfiles Profiles);

internal sealed record KlaviyoJobProfiles(IReadOnlyList<KlaviyoJobProfile> Data);

internal sealed record KlaviyoJobProfile(KlaviyoJobProfileAttributes Attributes, string Type = "profile");

internal sealed record KlaviyoJobProfileAttributes(string Email, KlaviyoSubscriptions Subscriptions);

internal sealed record KlaviyoSubscriptions(KlaviyoChannel Email);

internal sealed record KlaviyoChannel(KlaviyoMarketing Marketing);

internal sealed record KlaviyoMarketing(string Consent);

/// <summary>Klaviyo's JSON.</summary>
internal static class KlaviyoJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        MaxDepth = WellFormed.MostNested,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
