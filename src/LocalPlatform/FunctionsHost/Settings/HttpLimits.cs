namespace IntegrationHub.LocalPlatform.FunctionsHost.Settings;

/// <summary>How many requests are served at once.</summary>
/// <param name="Concurrent">How many are with the worker at once; null for any number. Others wait.</param>
/// <param name="Outstanding">How many are with the worker or wait; null for any number. Others are refused.</param>
internal sealed record HttpLimits(int? Concurrent, int? Outstanding);
