namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>What starts a function again and again while the host runs.</summary>
internal interface ITriggerLoop
{
    /// <summary>Runs until <paramref name="stopping"/>, then ends once what is in hand is finished.</summary>
    /// <param name="stopping">Cancelled when nothing new may be started.</param>
    /// <param name="givenUp">Cancelled when the host cannot wait any longer: the functions' own token.</param>
    Task RunAsync(CancellationToken stopping, CancellationToken givenUp);
}
