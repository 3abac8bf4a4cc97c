using System.Text.Json;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Timers;

/// <summary>
/// Stores the state of monitored timers, one file each, so that a run missed while the host was down is known.
/// </summary>
internal sealed class TimerStore(string directory)
{
    /// <summary>Reads a timer's state; null when there is none or it is unreadable, as on the first start.</summary>
    public TimerStatus? Read(string function)
    {
        try
        {
            return JsonSerializer.Deserialize<TimerStatus>(File.ReadAllBytes(PathOf(function)));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// Stores a timer's state. A kill at any moment leaves the old or the new file, never half of one.
    /// </summary>
    public void Write(string function, TimerStatus status)
    {
        Directory.CreateDirectory(directory);
        var temporary = PathOf(function) + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(status));
        File.Move(temporary, PathOf(function), overwrite: true);
    }

    private string PathOf(string function) => Path.Combine(directory, function + ".json");
}
