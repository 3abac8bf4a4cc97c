using System.Runtime.CompilerServices;

namespace IntegrationHub.Functions.Tests;

/// <summary>What mails say, and what sweeps go by, does not depend on the machine's zone.</summary>
public sealed class ZoneTests : MachineZoneChecks
{
    [ModuleInitializer]
    internal static void SetZone() => MachineZone.Set(MachineZone.Ahead);
}
