using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.Generic;

/// <summary>How a tool proves what it sends.</summary>
internal enum SignatureScheme
{
    /// <summary>An HMAC over a text that has the body.</summary>
    Hmac,

    /// <summary>The secret in a header.</summary>
    Token,

    /// <summary>A user and the secret as their password, in <c>Authorization</c>.</summary>
    Basic,

    /// <summary>The secret in the address, as its parameter <c>token</c>.</summary>
    UrlToken,
}

/// <summary>How bytes are written as text.</summary>
internal enum BytesForm
{
    Hex,
    Base64,
    Text,
}

/// <summary>A part of the text that is signed.</summary>
internal sealed record SignedPart(string Name);

/// <summary>How a tool proves what it sends. Section <c>Signature</c>.</summary>
internal sealed record SignatureSettings
{
    public required SignatureScheme Scheme { get; init; }

    /// <summary>Gets the secrets, the present and the next; at least one.</summary>
    public required SigningSecrets Secrets { get; init; }

    /// <summary>Gets the header with the signature or the token.</summary>
    public required string Header { get; init; }

    /// <summary>Gets what stands before the signature or the token in the header.</summary>
    public required string Prefix { get; init; }

    /// <summary>Gets the name of the signature in a header such as <c>t=1772446501,v1=5bb5…</c>; null when the header has
    /// nothing else.</summary>
    public string? Part { get; init; }

    /// <summary>Gets the user of the scheme basic.</summary>
    public required string User { get; init; }

    public required HashAlgorithmName Algorithm { get; init; }

    /// <summary>Gets how the signature is written.</summary>
    public required BytesForm Encoding { get; init; }

    /// <summary>Gets how the secret is written.</summary>
    public required BytesForm KeyEncoding { get; init; }

    /// <summary>Gets the text that is signed.</summary>
    public required Template<SignedPart> Signed { get; init; }

    /// <summary>Gets the header with the time of sending; null for none.</summary>
    public string? TimestampHeader { get; init; }

    /// <summary>Gets the name of the time in the header of the signature; null for none.</summary>
    public string? TimestampPart { get; init; }

    public required string TimestampFormat { get; init; }

    /// <summary>Gets the largest difference between the time of sending and now, inclusive.</summary>
    public required TimeSpan Tolerance { get; init; }

    /// <summary>Gets a value indicating whether the tool says when it sent.</summary>
    public bool IsTimed => TimestampHeader is not null || TimestampPart is not null;

    /// <summary>Gets the headers that the check needs.</summary>
    public IEnumerable<string> Headers => Scheme switch
    {
        SignatureScheme.UrlToken => [],
        SignatureScheme.Basic => ["Authorization"],
        _ => ((string?[])
        [
            Header, TimestampHeader,
            .. Signed.Values.Select(part => part.Name.StartsWith(GenericSignature.HeaderPart, StringComparison.Ordinal)
                ? part.Name[GenericSignature.HeaderPart.Length..] : null),
        ]).OfType<string>(),
    };
}

/// <summary>Checks what proves a delivery, in constant time and over the raw bytes. Pure.</summary>
internal static class GenericSignature
{
    /// <summary>How a placeholder for a header begins.</summary>
    public const string HeaderPart = "header:";

    /// <summary>The placeholders of <c>Signature:Signed</c>.</summary>
    public static readonly ImmutableArray<string> Parts = ["body", "timestamp", "method", "url", "path"];

    /// <summary>Checks what shows without the body; returns null when it is worth reading, else the refusal.</summary>
    public static DeliveryCheck? Precheck(SignatureSettings? settings, Delivery head, DateTimeOffset now) =>
        settings?.Scheme == SignatureScheme.Hmac
            ? OfHead(settings, head, out var proof) ?? OfAge(settings, proof, now)
            : Refusal(settings, head, now);

    /// <summary>Checks a delivery; returns null when it is genuine and fresh, else the refusal.</summary>
    public static DeliveryCheck? Refusal(SignatureSettings? settings, Delivery delivery, DateTimeOffset now)
    {
        if (settings is null)
        {
            return Forged("no signature is set, so no delivery can be genuine");
        }

        return settings.Scheme switch
        {
            SignatureScheme.Hmac => OfHmac(settings, delivery, now),
            SignatureScheme.Token => Matches(settings, secret => settings.Prefix + secret, delivery.Header(settings.Header)),
            SignatureScheme.Basic => Matches(settings, secret => PasswordOf(settings, secret), delivery.Header("Authorization")),
            SignatureScheme.UrlToken => UrlToken.Matches(settings.Secrets, delivery.PublicUrl)
                ? null : Forged("the token in the address is missing or wrong"),
            _ => throw new InvalidOperationException($"Unknown scheme {settings.Scheme}."),
        };
    }

    /// <summary>Returns a delivery without what proved it, where that is the secret itself.</summary>
    public static Delivery WithoutSecrets(SignatureSettings? settings, Delivery delivery) => settings?.Scheme switch
    {
        SignatureScheme.UrlToken => delivery with { PublicUrl = null },
        SignatureScheme.Token or SignatureScheme.Basic => delivery with
        {
            Headers = delivery.Headers
                .Where(header => !settings.Headers.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
                .ToDictionary(StringComparer.OrdinalIgnoreCase),
        },
        _ => delivery,
    };

    /// <summary>Returns the signature that a secret makes, as the tool writes it; null when the secret or the delivery lacks
    /// something.</summary>
    public static string? Sign(SignatureSettings settings, string secret, Delivery delivery, string? timestamp)
    {
        if (KeyOf(settings, secret) is not { } key)
        {
            return null;
        }

        using var hmac = IncrementalHash.CreateHMAC(settings.Algorithm, key);
        foreach (var (text, part) in settings.Signed.Parts)
        {
            if (part?.Name == "body")
            {
                hmac.AppendData(delivery.Body.Span);
            }
            else if ((part is null ? text : ValueOf(part.Name, delivery, timestamp)) is { } value)
            {
                hmac.AppendData(Encoding.UTF8.GetBytes(value));
            }
            else
            {
                return null;
            }
        }

        var bytes = hmac.GetHashAndReset();
        return settings.Encoding == BytesForm.Hex ? Convert.ToHexStringLower(bytes) : Convert.ToBase64String(bytes);
    }

    private static DeliveryCheck? OfHmac(SignatureSettings settings, Delivery delivery, DateTimeOffset now) =>
        OfHead(settings, delivery, out var proof) is { } refusal ? refusal
        : !SignedWebhook.Matches(settings.Secrets, secret => Sign(settings, secret, delivery, proof.Timestamp) ?? "", proof.Signature)
            ? Forged("the signature does not match")
            : OfAge(settings, proof, now);

    /// <summary>Reads what proves a delivery. Returns the refusal when it cannot be a proof.</summary>
    private static DeliveryCheck? OfHead(SignatureSettings settings, Delivery head, out Proof proof)
    {
        proof = new("", null, null);
        if (head.Header(settings.Header) is not { } header
            || SignatureIn(settings, header) is not { } signature
            || !IsSignature(settings, signature))
        {
            return Forged($"{settings.Header} is missing or has no signature");
        }

        var timestamp = settings.TimestampPart is { } part ? PartOf(header, part)
            : settings.TimestampHeader is { } name ? head.Header(name) : null;
        proof = new(signature, timestamp, GenericTimes.Parse(timestamp, settings.TimestampFormat));
        return settings.IsTimed && (proof.SentAt is null || timestamp != timestamp?.Trim())
            ? Forged("the time of sending is missing or of another format")
            : null;
    }

    private static DeliveryCheck? OfAge(SignatureSettings settings, Proof proof, DateTimeOffset now) =>
        settings.IsTimed && proof.SentAt is { } at ? SignedWebhook.Stale(at, now, settings.Tolerance) : null;

    /// <summary>Whether a text has as many bytes as the hash.</summary>
    private static bool IsSignature(SignatureSettings settings, string text)
    {
        Span<byte> bytes = stackalloc byte[HMACSHA512.HashSizeInBytes];
        var written = 0;
        var isEncoded = settings.Encoding == BytesForm.Hex
            ? Convert.FromHexString(text, bytes, out _, out written) == OperationStatus.Done
            : Convert.TryFromBase64String(text, bytes, out written);
        return isEncoded && written == LengthOf(settings.Algorithm);
    }

    private static int LengthOf(HashAlgorithmName algorithm) =>
        algorithm == HashAlgorithmName.SHA1 ? HMACSHA1.HashSizeInBytes
        : algorithm == HashAlgorithmName.SHA256 ? HMACSHA256.HashSizeInBytes
        : algorithm == HashAlgorithmName.SHA384 ? HMACSHA384.HashSizeInBytes : HMACSHA512.HashSizeInBytes;

    private static DeliveryCheck? Matches(SignatureSettings settings, Func<string, string> proofOf, string? given) =>
        SignedWebhook.Matches(settings.Secrets, proofOf, given ?? "") ? null : Forged("the secret is missing or wrong");

    private static string? SignatureIn(SignatureSettings settings, string header)
    {
        var text = settings.Part is { } part ? PartOf(header, part) : header;
        var given = text?.StartsWith(settings.Prefix, StringComparison.Ordinal) == true ? text[settings.Prefix.Length..] : null;

        // Hexadecimal digits are the same in either case.
        return settings.Encoding == BytesForm.Hex ? given?.ToLowerInvariant() : given;
    }

    /// <summary>Returns a part of a header such as <c>t=1,v1=2</c>; null for none and for one that comes twice.</summary>
    private static string? PartOf(string header, string name)
    {
        var found = header.Split(',').Select(part => part.Split('=', 2)).Where(part => part[0].Trim() == name && part.Length == 2).ToList();
        return found is [var only] ? only[1].Trim() : null;
    }

    private static string? ValueOf(string name, Delivery delivery, string? timestamp) => name switch
    {
        "timestamp" => timestamp,
        "method" => delivery.Method,
        "url" => delivery.PublicUrl?.AbsoluteUri,
        "path" => delivery.PublicUrl?.PathAndQuery,
        _ => delivery.Header(name[HeaderPart.Length..]),
    };

    private static byte[]? KeyOf(SignatureSettings settings, string secret)
    {
        try
        {
            return settings.KeyEncoding switch
            {
                BytesForm.Hex => Convert.FromHexString(secret),
                BytesForm.Base64 => Convert.FromBase64String(secret),
                _ => Encoding.UTF8.GetBytes(secret),
            };
        }
        catch (FormatException)
        {
            // A secret of another form signs nothing.
            return null;
        }
    }

    private static string PasswordOf(SignatureSettings settings, string secret) =>
        $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.User}:{secret}"))}";

    private static DeliveryCheck Forged(string why) => DeliveryCheck.Refuse(DeliveryVerdict.Forged, why);

    /// <summary>What the head of a delivery shows.</summary>
    private readonly record struct Proof(string Signature, string? Timestamp, DateTimeOffset? SentAt);
}
