using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Settings;

/// <summary>The settings of one connector.</summary>
/// <param name="all">Reads all settings and collects the faults.</param>
public sealed class ConnectorSettings(string name, SettingsReader all)
{
    private const string Stages = "awareness, interest, evaluation, commitment, referral or repeat";

    /// <summary>Gets the connector's name in lower case.</summary>
    public string Name { get; } = name.ToLowerInvariant();

    /// <summary>Gets the reader of <c>Connectors:{name}</c>.</summary>
    public SettingsReader Reader { get; } = all.Below($"Connectors:{name}");

    /// <summary>Gets the users that routes assign leads to in this tool, by setting
    /// (<c>Owners:{name}:Id:{connector}</c>).</summary>
    public IReadOnlyDictionary<string, string> Owners { get; } = all.Names("Owners")
        .Select(owner => $"Owners:{owner}:Id:{name}")
        .Where(key => all.Text(key) is not null)
        .ToDictionary(key => key, key => all.Text(key)!);

    /// <summary>Adds a fault for a user id in <see cref="Owners"/>.</summary>
    public void OwnerFault(string setting, string mustBe, string example) => all.Fault(setting, mustBe, example);

    /// <summary>Returns the secrets with which the tool proves what it sends; none, with a fault, when none is set.</summary>
    public SigningSecrets Secrets(string key, string mustBe, string example)
    {
        Reader.Required(key, mustBe, example);
        return SigningSecrets.Read(Reader, key);
    }

    /// <summary>Returns a secret that the hub signs in with; empty, with a fault, when it is missing or a reference that the
    /// vault did not answer.</summary>
    public string Secret(string key, string mustBe, string example)
    {
        Reader.Required(key, mustBe, example);
        return SigningSecrets.ReadOne(Reader, key) ?? "";
    }

    /// <summary>Returns the map of the vendor's person stages: the defaults, overridden by
    /// <c>StageMap:{raw}</c>.</summary>
    public StageMap<FunnelStage> PersonStages(IReadOnlyDictionary<string, FunnelStage> defaults) =>
        Map("StageMap", defaults, Stages, text => Stage(text));

    /// <summary>Returns the map of the vendor's deal stages: the defaults, overridden by <c>DealStageMap:{raw}</c>,
    /// which may also be <c>won</c> or <c>lost</c>.</summary>
    public StageMap<DealStageMeaning> DealStages(IReadOnlyDictionary<string, DealStageMeaning> defaults) =>
        Map("DealStageMap", defaults, $"{Stages}, or won or lost", text => text.ToLowerInvariant() switch
        {
            "won" => DealStageMeaning.Won,
            "lost" => DealStageMeaning.Lost,
            _ => Stage(text) is { } stage ? DealStageMeaning.Open(stage) : null,
        });

    /// <summary>Returns the vendor's deal types of business with existing customers, by <c>DealTypeMap:{raw}</c>, whose
    /// only value is <c>repeat</c>.</summary>
    public StageMap<FunnelStage> DealTypes() => Map(
        "DealTypeMap", new Dictionary<string, FunnelStage>(), "repeat", text =>
            Stage(text) is FunnelStage.Repeat ? FunnelStage.Repeat : null, "repeat");

    private static FunnelStage? Stage(string text) =>
        Enum.GetNames<FunnelStage>().Contains(text, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<FunnelStage>(text, ignoreCase: true) : null;

    private StageMap<T> Map<T>(
        string section, IReadOnlyDictionary<string, T> defaults, string mustBe, Func<string, object?> read, string example = "interest")
        where T : notnull
    {
        var map = new Dictionary<string, T>(defaults, StringComparer.OrdinalIgnoreCase);
        foreach (var raw in Reader.Names(section))
        {
            if (read(Reader.Text($"{section}:{raw}") ?? "") is T meaning)
            {
                map[raw] = meaning;
            }
            else
            {
                Reader.Fault($"{section}:{raw}", mustBe, example);
            }
        }

        return new(map);
    }
}
