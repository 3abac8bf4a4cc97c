using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Functions;

/// <summary>
/// Reads the functions that a worker describes. What the local host cannot do is a fault, never ignored.
/// </summary>
internal sealed class FunctionReader(AppSettings settings)
{
    private const string DefaultConnection = "AzureWebJobsServiceBus";

    private readonly List<string> _faults = [];

    /// <summary>Reads all functions that are not disabled by <c>AzureWebJobs.{name}.Disabled</c>.</summary>
    /// <exception cref="InvalidConfigurationException">A function cannot run as it is written; all faults are
    /// listed.</exception>
    public static IReadOnlyList<FunctionDefinition> Read(IEnumerable<RpcFunctionMetadata> described, AppSettings settings)
    {
        var reader = new FunctionReader(settings);
        FunctionDefinition[] functions =
            [.. described.Where(each => !reader.IsDisabled(each.Name)).Select(reader.Read).OfType<FunctionDefinition>()];
        return reader._faults.Count == 0 ? functions : throw new InvalidConfigurationException(reader._faults);
    }

    private bool IsDisabled(string name) =>
        settings[$"AzureWebJobs.{name}.Disabled"] is { } text && (text == "1" || (bool.TryParse(text, out var flag) && flag));

    private FunctionDefinition? Read(RpcFunctionMetadata metadata)
    {
        if (metadata.RetryOptions is not null)
        {
            _faults.Add($"Function {metadata.Name}: retry attributes are not supported by the local host.");
        }

        FunctionBinding? trigger = null;
        foreach (var binding in metadata.RawBindings.Select(each => new FunctionBinding(each)))
        {
            if (binding.IsTrigger)
            {
                trigger = binding;
            }
            else if (!binding.IsHttpAnswer)
            {
                _faults.Add(
                    $"Function {metadata.Name}: binding '{binding.Name}' of type {binding.Type} "
                    + "is not supported by the local host; only triggers are.");
            }
        }

        if (trigger is null)
        {
            _faults.Add($"Function {metadata.Name} has no trigger.");
            return null;
        }

        return ReadTrigger(metadata.Name, trigger) is { } read ? new(read, metadata) : null;
    }

    private Trigger? ReadTrigger(string function, FunctionBinding binding)
    {
        switch (binding.Type.ToUpperInvariant())
        {
            case "HTTPTRIGGER":
                return new HttpTrigger(
                    binding.Name, Level(function, binding), binding.List("methods"), Expand(function, binding.Text("route") ?? function));
            case "TIMERTRIGGER":
                return ReadTimer(function, binding);
            case "SERVICEBUSTRIGGER":
                return ReadServiceBus(function, binding);
            default:
                _faults.Add(
                    $"Function {function}: trigger {binding.Type} is not supported by the local host. "
                    + "It has httpTrigger, timerTrigger and serviceBusTrigger.");
                return null;
        }
    }

    private TimerTrigger ReadTimer(string function, FunctionBinding binding) => new(
        binding.Name,
        Expand(function, binding.Text("schedule") ?? ""),
        binding.Flag("runOnStartup") ?? false,
        binding.Flag("useMonitor") ?? true);

    private ServiceBusTrigger ReadServiceBus(string function, FunctionBinding binding)
    {
        if (binding.Flag("isSessionsEnabled") == true)
        {
            _faults.Add($"Function {function}: isSessionsEnabled is not supported by the local host.");
        }

        var isBatched = string.Equals(binding.Text("cardinality"), "Many", StringComparison.OrdinalIgnoreCase);
        if (isBatched && !binding.SupportsDeferredBinding)
        {
            _faults.Add($"Function {function}: a batch must be taken as ServiceBusReceivedMessage[] on the local host.");
        }

        return new(
            binding.Name,
            Expand(function, binding.Text("queueName") ?? binding.Text("topicName") ?? ""),
            binding.Text("subscriptionName") is { } subscription ? Expand(function, subscription) : null,
            Expand(function, binding.Text("connection") ?? DefaultConnection),
            isBatched,
            IsText: !binding.SupportsDeferredBinding,
            binding.Flag("autoCompleteMessages"));
    }

    private AccessLevel Level(string function, FunctionBinding binding)
    {
        if (binding.Text("authLevel") is not { } text)
        {
            return AccessLevel.Function;
        }

        if (Enum.TryParse<AccessLevel>(text, ignoreCase: true, out var level))
        {
            return level;
        }

        _faults.Add($"Function {function}: authorization level {text} is not supported by the local host.");
        return AccessLevel.Admin;
    }

    private string Expand(string function, string text)
    {
        var missing = new List<string>();
        var expanded = settings.Expand(text, missing);
        _faults.AddRange(missing.Select(name => $"{name}: is missing. Function {function} needs this setting, its trigger says '{text}'."));
        return expanded;
    }
}
