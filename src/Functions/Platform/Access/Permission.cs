namespace IntegrationHub.Functions.Platform.Access;

/// <summary>What a caller may do. Roles carry permissions: <see cref="RoleRules"/>.</summary>
internal enum Permission
{
    /// <summary>Reads figures without companies or people.</summary>
    FiguresRead,

    /// <summary>Reads leads and why they stand where they stand.</summary>
    LeadsRead,

    /// <summary>Erases people, and lifts tombstones.</summary>
    LeadsErase,

    /// <summary>Exports all that is stored about a person.</summary>
    LeadsExport,

    /// <summary>Reads and answers questions about whose record something is.</summary>
    ReviewsDecide,

    /// <summary>Reads the state of the hub: health in detail, queues, unmapped stages, breakers.</summary>
    OpsRead,

    /// <summary>Replays, drops or releases what waits, and closes breakers.</summary>
    OpsReplay,

    /// <summary>Reads the audit.</summary>
    AuditRead,
}
