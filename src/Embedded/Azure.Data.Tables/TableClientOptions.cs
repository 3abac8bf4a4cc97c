using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>How a client talks to the service: version, transport, retries, diagnostics and additional policies.</summary>
public class TableClientOptions : ClientOptions
{
    /// <summary>Makes options for a version of the service.</summary>
    /// <param name="serviceVersion">The version each request names. Default: the newest.</param>
    public TableClientOptions(ServiceVersion serviceVersion = ServiceVersion.V2020_12_06) =>
        Version = serviceVersion switch
        {
            ServiceVersion.V2019_02_02 => "2019-02-02",
            ServiceVersion.V2020_12_06 => "2020-12-06",
            _ => throw new ArgumentOutOfRangeException(nameof(serviceVersion)),
        };

    /// <summary>A version of the service's protocol.</summary>
    public enum ServiceVersion
    {
        /// <summary>The version of February 2019.</summary>
        V2019_02_02 = 1,

        /// <summary>The version of December 2020, the first to take tokens.</summary>
        V2020_12_06 = 2,
    }

    internal string Version { get; }
}
