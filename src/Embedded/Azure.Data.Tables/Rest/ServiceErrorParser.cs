using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Finds code and message in the service's error body and, in that of a transaction, the place of the action that failed.</summary>
internal sealed class ServiceErrorParser : RequestFailedDetailsParser
{
    internal static readonly ServiceErrorParser Instance = new();

    public override bool TryParse(Response response, [NotNullWhen(true)] out ResponseError? error, out IDictionary<string, string>? data)
    {
        error = null;
        data = null;
        if (Find(response) is not { } found)
        {
            return false;
        }

        error = new ResponseError(found.Code, found.Message);
        if (ActionIndex(found.Message) is { } index)
        {
            data = new Dictionary<string, string> { [TableTransactionFailedException.IndexKey] = index.ToString(CultureInfo.InvariantCulture) };
        }

        return true;
    }

    private static (string? Code, string? Message)? Find(Response response)
    {
        try
        {
            using var body = JsonDocument.Parse(response.Content.ToMemory());
            return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("odata.error", out var error)
                ? (error.GetProperty("code").GetString(), error.GetProperty("message").GetProperty("value").GetString())
                : null;
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null; // A proxy's page, or nothing: the status alone must tell.
        }
    }

    private static int? ActionIndex(string? message) =>
        message?.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
        && int.TryParse(message.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
