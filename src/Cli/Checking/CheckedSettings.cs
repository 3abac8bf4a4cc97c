using IntegrationHub.Cli.Bicep;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Cli.Checking;

/// <summary>Reads the settings of parameters files that are right.</summary>
internal static class CheckedSettings
{
    /// <summary>Checks files and returns the settings that each would write, with fake secrets.</summary>
    /// <param name="bicep">The compiler's file; null to look for it.</param>
    /// <param name="files">The parameters files.</param>
    /// <returns>The settings of each, or the faults of all.</returns>
    /// <exception cref="InvalidDataException">The compiler is missing, or a file cannot be a parameters
    /// file.</exception>
    public static async Task<(IReadOnlyList<IConfigurationRoot> Settings, IReadOnlyList<string> Faults)> ReadAsync(
        string? bicep, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var (written, faults) = await WrittenAsync(bicep, files, cancellationToken);
        return (
            [
                .. written.Select(settings => new ConfigurationBuilder()
                    .AddInMemoryCollection(TemplateSettings.Resolve(settings, TemplateSettings.FakeSecret)).Build()),
            ],
            faults);
    }

    /// <summary>Checks files and returns the settings as the template would write each.</summary>
    /// <param name="bicep">The compiler's file; null to look for it.</param>
    /// <param name="files">The parameters files.</param>
    /// <returns>The settings of each, or the faults of all.</returns>
    /// <exception cref="InvalidDataException">The compiler is missing, or a file cannot be a parameters
    /// file.</exception>
    public static async Task<(IReadOnlyList<IReadOnlyDictionary<string, string>> Settings, IReadOnlyList<string> Faults)> WrittenAsync(
        string? bicep, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        if (!BicepProgram.TryFind(bicep, out var program))
        {
            throw new InvalidDataException(BicepProgram.Missing);
        }

        var (settings, faults) = (new List<IReadOnlyDictionary<string, string>>(), new List<string>());
        await using var compiler = BicepCompiler.Start(program);
        var check = new CheckFlow(compiler);
        foreach (var file in files)
        {
            using var source = ParameterSource.Open(file, null, Environment.GetEnvironmentVariable);
            var outcome = await check.CheckAsync(source, cancellationToken);
            faults.AddRange(outcome.Faults.Select(fault => fault.Describe(file)));
            if (outcome is { Faults.Count: 0, Settings: { } written })
            {
                settings.Add(written);
            }
        }

        return (settings, faults);
    }
}
