using System.Text.Json;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Where monitored timers stand, one small file each, so that a run missed while the host was down is known.</summary>
internal sealed class TimerMemory(string directory)
{
    /// <summary>Reads where a timer stands; null when nothing readable is kept, which is a first start.</summary>
    public ScheduleStatus? Read(string function)
    {
        try
        {
            return JsonSerializer.Deserialize<ScheduleStatus>(File.ReadAllBytes(PathOf(function)));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps where a timer stands; a kill at any moment leaves the old or the new file, never half of one.</summary>
    public void Write(string function, ScheduleStatus status)
    {
        Directory.CreateDirectory(directory);
        var temporary = PathOf(function) + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(status));
        File.Move(temporary, PathOf(function), overwrite: true);
    }

    private string PathOf(string function) => Path.Combine(directory, function + ".json");
}
