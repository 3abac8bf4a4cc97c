namespace Refit;

/// <summary>The settings of one interface, as the service provider knows them.</summary>
/// <typeparam name="T">The interface.</typeparam>
/// <param name="settings">The settings; null is the default.</param>
public class SettingsFor<T>(RefitSettings? settings) : ISettingsFor
{
    /// <inheritdoc/>
    public RefitSettings? Settings { get; } = settings;
}
