using System.Security.Cryptography;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Reads the section <c>Signature</c>.</summary>
internal sealed class GenericSignatureReader(ConnectorSettings settings, GenericPlaces places)
{
    /// <summary>The names in the section.</summary>
    public static readonly string[] Known =
    [
        "Scheme", "Header", "Prefix", "Part", "User", "Algorithm", "Encoding", "KeyEncoding", "Signed", "TimestampHeader", "TimestampPart",
        "TimestampFormat", "Tolerance",
    ];

    private static readonly string[] Algorithms = ["sha1", "sha256", "sha384", "sha512"];

    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    public SignatureSettings Read(SignatureScheme scheme)
    {
        var reader = settings.Reader;
        if (scheme == SignatureScheme.Hmac)
        {
            reader.Required("Signature:Header", "the header with the signature", "X-Signature");
        }

        if (scheme == SignatureScheme.Basic)
        {
            reader.Required("Signature:User", "the user whose password is the secret", "hub");
        }

        var signed = ReadSigned(reader);
        var (header, part) = (reader.Text("Signature:TimestampHeader"), reader.Text("Signature:TimestampPart"));
        if (signed.Values.Any(value => value.Name == "timestamp") && header is null && part is null)
        {
            reader.Fault("Signature:TimestampHeader", "the header with the time that is signed", "X-Timestamp");
        }

        var isTimeSigned = signed.Values.Any(value => value.Name == "timestamp" || value.Name == $"{GenericSignature.HeaderPart}{header}");
        if ((header ?? part) is not null && !isTimeSigned)
        {
            reader.Fault("Signature:Signed", "a text that has the timestamp, since an unsigned one proves nothing", "{timestamp}.{body}");
        }

        return new()
        {
            Scheme = scheme,
            Secrets = settings.Secrets("WebhookSecret", "the secret with which the tool proves what it sends", "a-long-random-text"),
            Header = reader.Text("Signature:Header") ?? "X-Hub-Token",
            Prefix = PrefixOf(reader, scheme),
            Part = reader.Text("Signature:Part"),
            User = reader.Text("Signature:User") ?? "",
            Algorithm = AlgorithmOf(reader),
            Encoding = reader.Named<BytesForm>("Signature:Encoding") ?? BytesForm.Hex,
            KeyEncoding = reader.Named<BytesForm>("Signature:KeyEncoding") ?? BytesForm.Text,
            Signed = signed,
            TimestampHeader = header,
            TimestampPart = part,
            TimestampFormat = places.FormatAt("Signature:TimestampFormat"),
            Tolerance = reader.Duration("Signature:Tolerance", FiveMinutes, TimeSpan.FromSeconds(30), TimeSpan.FromDays(7)),
        };
    }

    /// <summary>Returns the prefix. A token in <c>Authorization</c> stands behind its scheme, with a blank.</summary>
    private static string PrefixOf(SettingsReader reader, SignatureScheme scheme)
    {
        var prefix = reader.Text("Signature:Prefix") ?? "";
        return scheme == SignatureScheme.Token && prefix.Length > 0 && char.IsLetter(prefix[^1]) ? $"{prefix} " : prefix;
    }

    private static HashAlgorithmName AlgorithmOf(SettingsReader reader) => reader.Text(
        "Signature:Algorithm", Algorithms.Contains, $"one of {string.Join(", ", Algorithms)}", "sha256") switch
    {
        "sha1" => HashAlgorithmName.SHA1,
        "sha384" => HashAlgorithmName.SHA384,
        "sha512" => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA256,
    };

    private static Template<SignedPart> ReadSigned(SettingsReader reader) =>
        reader.Parse(
            "Signature:Signed",
            text => Parse(text) is { } template && template.Values.Any(part => part.Name == "body") ? template : null,
            $"a text with {{body}}, which may have {{{string.Join("}, {", GenericSignature.Parts)}}} and {{header:Name}}",
            "{timestamp}.{body}")
        ?? Parse("{body}")!;

    private static Template<SignedPart>? Parse(string text) => Template<SignedPart>.Parse(
        text,
        name => GenericSignature.Parts.Contains(name)
            || (name.StartsWith(GenericSignature.HeaderPart, StringComparison.Ordinal) && name.Length > GenericSignature.HeaderPart.Length)
            ? new(name) : null);
}
