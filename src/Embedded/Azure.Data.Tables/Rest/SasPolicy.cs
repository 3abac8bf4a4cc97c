using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Data.Tables;

/// <summary>Adds a shared access signature to each try of a request, with the signature that the credential has at that moment.</summary>
internal sealed class SasPolicy(AzureSasCredential credential) : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        Authorize(message);
        ProcessNext(message, pipeline);
    }

    public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        Authorize(message);
        return ProcessNextAsync(message, pipeline);
    }

    private void Authorize(HttpMessage message)
    {
        var unsigned = message.TryGetProperty(typeof(SasPolicy), out var kept) ? (string)kept! : message.Request.Uri.Query;
        message.SetProperty(typeof(SasPolicy), unsigned);
        var signature = credential.Signature.TrimStart('?');
        message.Request.Uri.Query = string.IsNullOrEmpty(unsigned) ? $"?{signature}" : $"{unsigned}&{signature}";
    }
}
