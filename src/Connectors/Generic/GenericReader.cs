using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Reads the settings of a tool. Every template, place and condition is checked here, so that a wrong one is a fault
/// of the start and not of a delivery.</summary>
internal sealed class GenericReader(ConnectorSettings settings)
{
    private static readonly Dictionary<string, DealStatus> Statuses = new(StringComparer.OrdinalIgnoreCase)
    {
        ["open"] = DealStatus.Open, ["won"] = DealStatus.Won, ["lost"] = DealStatus.Lost,
    };

    private static readonly Dictionary<string, MailConsent> Consents = new(StringComparer.OrdinalIgnoreCase)
    {
        ["subscribed"] = MailConsent.Subscribed, ["unsubscribed"] = MailConsent.Unsubscribed, ["bounced"] = MailConsent.Bounced,
        ["complained"] = MailConsent.Complained,
    };

    private readonly GenericPlaces _places = new(settings.Reader);

    private SettingsReader Reader => settings.Reader;

    /// <summary>Returns the connector's class, which has the interfaces that the settings ask for.</summary>
    public static Type ClassOf(SettingsReader reader)
    {
        var (isPolled, isCrm) = (reader.Text("Poll:Url") is not null, reader.Text("Write:Task:Url") is not null);
        return isPolled && isCrm ? typeof(GenericPolledCrmConnector)
            : isPolled ? typeof(GenericPolledConnector)
            : isCrm ? typeof(GenericCrmConnector)
            : typeof(GenericConnector);
    }

    /// <summary>Reads the settings; faults go to the reader.</summary>
    public GenericOptions Read()
    {
        var (stages, requests) = (settings.PersonStages(FunnelStageNames.Own), new GenericRequestReader(Reader, _places));
        var write = requests.Write();
        var options = new GenericOptions
        {
            Name = settings.Name,
            Side = Reader.Named<ToolSide>("Side") ?? ToolSide.Marketing,
            IsForm = _places.IsForm,
            Signature = ReadSignature(),
            Ours = [.. Reader.List("Ours").Select(text => _places.ConditionOf("Ours", text, mayUseHeaders: true)).OfType<Condition>()],
            Items = new(_places.StepsAt("Items") ?? []),
            Rules = new GenericRuleReader(Reader, _places).Read(),
            UnreadName = _places.TemplateAt("Unread", "") ?? Template<Place>.Parse("", _ => null)!,
            TimeFormat = _places.FormatAt("TimeFormat"),
            AmountDivisor = Reader.Value<decimal>("AmountDivisor", 1, divisor => divisor >= 1, "a number from 1", "100"),
            Stages = stages,
            DealStages = settings.DealStages(new Dictionary<string, DealStageMeaning>()),
            DealStatuses = MapOf("DealStatusMap", Statuses),
            Consents = MapOf("ConsentMap", Consents),
            Api = requests.Api(),
            Person = requests.Person(),
            Write = write,
            WriteStages = ReadWriteStages(stages),
            WriteProfile = ProfileFields.Read(Reader, GenericWriting.Fields.Keys),
            Poll = requests.Poll(),
            RecordUrl = ReadRecordUrl(),
            PhoneRegion = ProfileFields.ReadPhoneRegion(Reader),
        };
        Compare(options);
        return options;
    }

    /// <summary>Adds faults for settings that need others.</summary>
    private void Compare(GenericOptions options)
    {
        if (options.Signature is null && options.Poll is null)
        {
            Reader.Fault("Signature:Scheme", "set, unless Poll is", "hmac");
        }

        if (options.IsForm && options.Poll is not null)
        {
            Reader.Fault("Form", "json for a tool that is polled", "json");
        }

        if (options.Rules.IsEmpty)
        {
            Reader.Fault("Rules:1:Kind", "the meaning of at least one rule", "updated");
        }

        Needs("Person:OptedOut", options.Write.OptOut is not null && options.Person?.OptedOut is null, "/data/opted_out");
        var readsStage = options.Person?.Fields.ContainsKey(GenericField.Stage) == true;
        Needs("Person:Stage", options.WriteStages.Count > 0 && !readsStage, "/data/stage");
        Needs("Write:Stage:Url", options.WriteStages.Count > 0 && options.Write.Stage is null, "/people/{id}/stage");
        Needs("Write:Profile:Url", options.WriteProfile.Count > 0 && options.Write.Profile is null, "/people/{id}");
        Needs("Person:Url", options.WriteProfile.Count > 0 && options.Person is null, "/people/{id}");
        Needs("Write:Upsert:Url", options.Write.Task is not null && options.Write.Upsert is null, "/people");
    }

    private void Needs(string key, bool isMissing, string example)
    {
        if (isMissing)
        {
            Reader.Fault(key, "set beside what the hub writes", example);
        }
    }

    private SignatureSettings? ReadSignature()
    {
        Reader.OnlyKnown("Signature", GenericSignatureReader.Known);
        return Reader.Named<SignatureScheme>("Signature:Scheme") is { } scheme
            ? new GenericSignatureReader(settings, _places).Read(scheme)
            : null;
    }

    /// <summary>Reads a map of the tool's words. The words of the hub mean themselves.</summary>
    private Dictionary<string, T> MapOf<T>(string section, Dictionary<string, T> words)
    {
        var map = new Dictionary<string, T>(words, StringComparer.OrdinalIgnoreCase);
        foreach (var raw in Reader.Names(section))
        {
            var mustBe = $"one of {string.Join(", ", words.Keys)}";
            if (Reader.Text($"{section}:{raw}", words.ContainsKey, mustBe, words.Keys.First()) is { } word)
            {
                map[raw] = words[word];
            }
        }

        return map;
    }

    private Dictionary<FunnelStage, string> ReadWriteStages(StageMap<FunnelStage> map)
    {
        Reader.OnlyKnown("WriteStage", Enum.GetNames<FunnelStage>());
        var written = new Dictionary<FunnelStage, string>();
        foreach (var stage in Enum.GetValues<FunnelStage>())
        {
            var (key, mustBe) = ($"WriteStage:{stage}", $"a stage that StageMap maps to {stage}");
            if (Reader.Text(key, raw => map.TryGet(raw, out var meaning) && meaning == stage, mustBe, $"{stage}") is { } name)
            {
                written[stage] = name;
            }
        }

        return written;
    }

    private Template<Variable>? ReadRecordUrl() => Reader.Parse(
        "RecordUrl",
        text => Template<Variable>.Parse(text, name => name == "id" ? new(name, false) : null) is { } url
            && Uri.TryCreate(url.Write(_ => "1"), UriKind.Absolute, out var sample) && sample.Scheme == "https"
            && Uri.TryCreate(url.Write(_ => "2.example"), UriKind.Absolute, out var other) && other.Host == sample.Host ? url : null,
        "an https address with {id} behind the host",
        "https://app.example.com/people/{id}");
}
