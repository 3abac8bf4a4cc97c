using Grpc.Net.Client;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Azure.Functions.Worker.Wire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

[assembly: WorkerExtensionStartup(typeof(ServiceBusExtensionStartup))]

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Registers the client through which messages are settled. The worker calls it when it starts.</summary>
public sealed class ServiceBusExtensionStartup : WorkerExtensionStartup
{
    private const string HostEndpoint = "Functions:Worker:HostEndpoint";

    /// <inheritdoc/>
    public override void Configure(IFunctionsWorkerApplicationBuilder applicationBuilder)
    {
        ArgumentNullException.ThrowIfNull(applicationBuilder);
        applicationBuilder.Services.AddSingleton(provider => new Settlement.SettlementClient(GrpcChannel.ForAddress(
            provider.GetRequiredService<IConfiguration>()[HostEndpoint]
            ?? throw new InvalidOperationException(
                $"{HostEndpoint} must be the address of the Functions host; the host passes it on the command line."))));
    }
}
