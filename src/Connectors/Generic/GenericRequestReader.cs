using System.Collections.Immutable;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Reads the sections <c>Api</c>, <c>Person</c>, <c>Write</c> and <c>Poll</c>.</summary>
internal sealed class GenericRequestReader(SettingsReader reader, GenericPlaces places)
{
    private const string UrlExample = "/people/{id}", BaseUrlExample = "https://api.example.com";

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    private static readonly string[] Id = ["id"];

    private static readonly string[] OfPerson =
        ["id", "email", "firstName", "lastName", "name", "company", "jobTitle", "phone", "region", "owner", "optedOut"];

    private static readonly string[] OfProfile = ["id", "firstName", "lastName", "company", "jobTitle", "phone", "region"];

    private static readonly string[] OfTask = [.. OfPerson, "subject", "dueAt", "dueOn", "key", "text"];

    private static readonly string[] OfNote = ["id", "reason", "at", "key", "text"];

    /// <summary>Reads how the tool is called; null when no setting needs it.</summary>
    public GenericApi? Api()
    {
        var secret = SigningSecrets.ReadOne(reader, "ApiSecret");
        reader.OnlyKnown("Api", "BaseUrl", "Scheme", "Header", "User", "TokenUrl", "Scope");
        if (reader.Text("Api:BaseUrl") is null)
        {
            if (reader.Names("Person").Any() || reader.Names("Write").Any() || reader.Names("Poll").Any())
            {
                reader.Fault("Api:BaseUrl", "the address of the tool's API", BaseUrlExample);
            }

            return null;
        }

        var scheme = reader.Named<ApiScheme>("Api:Scheme") ?? ApiScheme.None;
        Needs("Api:Header", scheme == ApiScheme.Header, "the header for the secret", "X-Api-Key");
        Needs("Api:User", scheme is ApiScheme.Basic or ApiScheme.OAuth, "the user or the client id", "hub");
        Needs("Api:TokenUrl", scheme == ApiScheme.OAuth, "the address of tokens", $"{BaseUrlExample}/oauth/token");
        Needs("ApiSecret", scheme != ApiScheme.None, "the token, the password or the client secret", "1f0c…");
        return new()
        {
            BaseUrl = reader.ToolUrl("Api:BaseUrl", BaseUrlExample) ?? new(BaseUrlExample),
            Scheme = scheme,
            Header = reader.Text("Api:Header") ?? "Authorization",
            User = reader.Text("Api:User") ?? "",
            Secret = secret ?? "",
            TokenUrl = reader.ToolUrl("Api:TokenUrl", $"{BaseUrlExample}/oauth/token"),
            Scope = reader.Text("Api:Scope"),
        };
    }

    /// <summary>Reads how a person's record is read; null when it is not set.</summary>
    public GenericPerson? Person()
    {
        GenericField[] read = [.. GenericWriting.Fields.Values, GenericField.Email, GenericField.Stage];
        string[] fields = [.. read.Select(field => $"{field}")];
        reader.OnlyKnown("Person", ["Url", "Headers", "OptedOut", "OptedOutWhen", .. fields]);
        return RequestAt("Person", "GET", Id) is { } request
            ? new(request)
            {
                Fields = read.Select(field => (Field: field, Place: places.PlaceAt($"Person:{field}", isJson: true)))
                    .Where(pair => pair.Place is not null).ToImmutableDictionary(pair => pair.Field, pair => pair.Place!),
                OptedOut = places.PlaceAt("Person:OptedOut", isJson: true),
                OptedOutWhen = reader.List("Person:OptedOutWhen", "true", "1", "yes"),
            }
            : null;
    }

    /// <summary>Reads the requests that write.</summary>
    public GenericWrite Write()
    {
        reader.OnlyKnown("Write", "Stage", "OptOut", "OptIn", "Profile", "Note", "Notes", "Task", "Tasks", "Find", "Upsert");
        return new()
        {
            Stage = RequestAt("Write:Stage", "POST", [.. Id, "stage"], isRepeatable: true),
            OptOut = RequestAt("Write:OptOut", "POST", Id, isRepeatable: true),
            OptIn = RequestAt("Write:OptIn", "POST", Id, isRepeatable: true),
            Profile = RequestAt("Write:Profile", "PATCH", OfProfile, isRepeatable: true),
            Note = RequestAt("Write:Note", "POST", OfNote),
            Notes = ListAt("Write:Notes", "GET", ["id", "at"], "/text"),
            Task = RequestAt("Write:Task", "POST", OfTask),
            Tasks = ListAt("Write:Tasks", "GET", OfPerson, "/text"),
            Find = ListAt("Write:Find", "GET", ["email"], "/id"),
            Upsert = ListAt("Write:Upsert", "POST", OfPerson, "/id"),
        };
    }

    /// <summary>Reads how the tool is polled; null when it is not set.</summary>
    public PollSettings? Poll()
    {
        reader.OnlyKnown("Poll", "Url", "Headers", "Items", "Time", "TimeFormat", "Id", "Next", "Limit", "Overlap", "Since");
        if (RequestAt("Poll", "GET", GenericPoll.Variables) is not { } request)
        {
            return null;
        }

        reader.Required("Poll:Time", "the place of a row's time", "/updated_at");
        return new()
        {
            Request = request,
            Items = new(places.StepsAt("Poll:Items") ?? []),
            Time = places.PlaceAt("Poll:Time", isJson: true) ?? Place.Parse("$hash", false)!,
            TimeFormat = places.FormatAt("Poll:TimeFormat"),
            Id = places.PlaceAt("Poll:Id", isJson: true) ?? Place.Parse("/id", isForm: false)!,
            Next = places.PlaceAt("Poll:Next", isJson: true),
            Limit = reader.Value<int>("Poll:Limit", limit => limit is > 0 and <= 10_000, "a number from 1 to 10000", "100"),
            Overlap = reader.Duration("Poll:Overlap", TimeSpan.FromMinutes(5), TimeSpan.Zero, TimeSpan.FromDays(1)),
            Since = reader.Instant("Poll:Since"),
        };
    }

    private GenericList? ListAt(string section, string method, IReadOnlyCollection<string> known, string text)
    {
        var request = RequestAt(section, method, known, "Items", "Text");
        var place = places.PlaceAt($"{section}:Text", isJson: true) ?? Place.Parse(text, isForm: false)!;
        return request is null ? null : new(request, new(places.StepsAt($"{section}:Items") ?? []), place);
    }

    private GenericRequest? RequestAt(
        string section, string method, IReadOnlyCollection<string> known, params IReadOnlyCollection<string> others) =>
        RequestAt(section, method, known, isRepeatable: false, others);

    private GenericRequest? RequestAt(
        string section, string method, IReadOnlyCollection<string> known, bool isRepeatable, params IReadOnlyCollection<string> others)
    {
        if (section.StartsWith("Write:", StringComparison.Ordinal))
        {
            reader.OnlyKnown(section, ["Method", "Url", "Headers", "Body", "Repeatable", .. others]);
        }

        if (reader.Text($"{section}:Url") is not { } url)
        {
            if (reader.Names(section).Any())
            {
                reader.Fault($"{section}:Url", $"{GenericRequest.UrlMustBe} {Placeholders(known)}", UrlExample);
            }

            return null;
        }

        var (path, body) = (GenericRequest.UrlOf(url, known), GenericRequest.BodyOf(reader.Text($"{section}:Body"), known));
        if (path is null)
        {
            reader.Fault($"{section}:Url", $"{GenericRequest.UrlMustBe} {Placeholders(known)}", UrlExample);
        }

        if (body is null)
        {
            reader.Fault($"{section}:Body", $"JSON or a form with only the placeholders {Placeholders(known)}", """{"id":"{id}"}""");
        }

        var verb = reader.Text($"{section}:Method", Methods.Contains, string.Join(", ", Methods), method);
        var headers = HeadersAt(section, known);
        return path is { } address && body is not null
            ? GenericRequest.Of(section, new(verb ?? method), address, headers, body, reader.Flag($"{section}:Repeatable", isRepeatable))
            : null;
    }

    private ImmutableArray<(string Name, Template<Variable> Value)> HeadersAt(string section, IReadOnlyCollection<string> known)
    {
        var headers = ImmutableArray.CreateBuilder<(string, Template<Variable>)>();
        foreach (var name in reader.Names($"{section}:Headers"))
        {
            var key = $"{section}:Headers:{name}";
            var isName = name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
                && !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
                && !name.Equals("Host", StringComparison.OrdinalIgnoreCase);
            var mustBe = $"a text for a header that is not Host or Content-…, with only the placeholders {Placeholders(known)}";
            if (reader.Parse(key, text => isName ? GenericRequest.HeaderOf(text, known) : null, mustBe, "2026-03-02") is { } template)
            {
                headers.Add((name, template));
            }
        }

        return headers.ToImmutable();
    }

    private void Needs(string key, bool isNeeded, string mustBe, string example)
    {
        if (isNeeded)
        {
            reader.Required(key, mustBe, example);
        }
    }

    private static string Placeholders(IEnumerable<string> known) => string.Join(", ", known.Select(name => $"{{{name}}}"));
}
