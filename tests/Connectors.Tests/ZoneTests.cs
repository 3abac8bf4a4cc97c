using System.Runtime.CompilerServices;

namespace IntegrationHub.Connectors.Tests;

/// <summary>What the vendors' times are read as, and from when they are asked, does not depend on the machine's zone.</summary>
public sealed class ZoneTests : MachineZoneChecks
{
    [ModuleInitializer]
    internal static void SetZone() => MachineZone.Set(MachineZone.Behind);
}
