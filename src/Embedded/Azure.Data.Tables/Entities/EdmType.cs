using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>The types that JSON cannot tell apart by itself, as the protocol names them.</summary>
internal static class EdmType
{
    internal static readonly JsonEncodedText Binary = JsonEncodedText.Encode("Edm.Binary");
    internal static readonly JsonEncodedText DateTime = JsonEncodedText.Encode("Edm.DateTime");
    internal static readonly JsonEncodedText Double = JsonEncodedText.Encode("Edm.Double");
    internal static readonly JsonEncodedText Guid = JsonEncodedText.Encode("Edm.Guid");
    internal static readonly JsonEncodedText Int64 = JsonEncodedText.Encode("Edm.Int64");
}
