using System.Collections.Immutable;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Reads places, conditions, templates and formats from settings, each with its fault.</summary>
internal sealed class GenericPlaces(SettingsReader reader)
{
    private const string PointerMustBe = "a JSON Pointer, in which * stands for any member";

    /// <summary>Gets a value indicating whether webhooks are forms.</summary>
    public bool IsForm { get; } = reader.Text("Form", text => text is "json" or "form", "json or form", "form") == "form";

    /// <summary>Reads a place; null when it is not set or wrong.</summary>
    /// <param name="isJson">Whether the place is in an answer, which is JSON always.</param>
    public Place? PlaceAt(string key, bool isJson = false) => reader.Parse(
        key, text => Place.Parse(text, IsForm && !isJson) is { } place && !place.Headers.Any() ? place : null, Place.MustBe, Place.Example);

    /// <summary>Parses a condition of a list; null, with a fault, when it is wrong.</summary>
    public Condition? ConditionOf(string key, string text, bool mayUseHeaders)
    {
        if (Condition.Parse(text, IsForm) is { } condition && (mayUseHeaders || !condition.Headers.Any()))
        {
            return condition;
        }

        reader.Fault(key, Condition.MustBe, Condition.Example);
        return null;
    }

    /// <summary>Reads a template of places; null when it is wrong.</summary>
    public Template<Place>? TemplateAt(string key, string fallback) => TemplateOf(reader.Text(key) is null ? fallback : reader.Parse(
        key, text => TemplateOf(text) is null ? null : text, "a text with places in braces", "{/meta/action}.{/meta/entity}"));

    /// <summary>Reads a pointer; null when it is not set or wrong.</summary>
    public ImmutableArray<Place.Step>? StepsAt(string key) =>
        reader.Parse(key, text => Place.StepsOf(text) is { } steps && steps.All(step => step.Kind != Place.StepKind.Where) ? text : null,
            PointerMustBe, "/events") is { } right ? Place.StepsOf(right) : null;

    /// <summary>Reads a format of times.</summary>
    public string FormatAt(string key) =>
        reader.Text(key, GenericTimes.IsFormat, GenericTimes.MustBe, GenericTimes.Example) ?? GenericTimes.Auto;

    private Template<Place>? TemplateOf(string? text) => text is null ? null : Template<Place>.Parse(
        text, name => Place.Parse(name, IsForm) is { } place && !place.Headers.Any() ? place : null);
}
