using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Marketo;

/// <summary>Something that happened to a lead.</summary>
/// <param name="Number">Its place in time, which paging tokens name.</param>
/// <param name="Details">What its type adds, such as attributes or fields.</param>
internal sealed record MarketoActivity(int Number, int Type, int Lead, DateTimeOffset At, JsonObject Details)
{
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["id"] = Number, ["marketoGUID"] = $"{Number}", ["leadId"] = Lead, ["activityTypeId"] = Type,
            ["activityDate"] = At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in Details)
        {
            json[name] = value?.DeepClone();
        }

        return json;
    }
}
