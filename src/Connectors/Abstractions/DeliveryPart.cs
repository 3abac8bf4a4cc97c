using System.Globalization;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A share of the leads of a delivery that has too many for one message.</summary>
/// <param name="Number">The part, from 0.</param>
/// <param name="Count">How many parts there are.</param>
public sealed record DeliveryPart(int Number, int Count)
{
    /// <summary>Returns all parts.</summary>
    public static IReadOnlyList<DeliveryPart> Of(int count) =>
        [.. Enumerable.Range(0, count).Select(number => new DeliveryPart(number, count))];

    /// <summary>Parses the result of <see cref="ToString"/>; returns null for anything else.</summary>
    public static DeliveryPart? Parse(string? text) =>
        text?.Split('/') is [var number, var count]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var c) && n < c
            ? new(n, c) : null;

    /// <summary>Whether a lead belongs to the part. Each lead belongs to exactly one.</summary>
    /// <param name="leadId">The lead's id in hexadecimal.</param>
    public bool Holds(string leadId) => Convert.ToUInt32(leadId[..8], 16) % Count == Number;

    /// <summary>Returns the text form: <c>2/10</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Count}");
}
