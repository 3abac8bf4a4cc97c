namespace Refit;

/// <summary>The settings of one interface, as the service provider knows them.</summary>
public interface ISettingsFor
{
    /// <summary>Gets the settings; null is the default.</summary>
    RefitSettings? Settings { get; }
}
