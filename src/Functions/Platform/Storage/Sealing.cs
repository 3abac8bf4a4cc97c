using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>Encrypts with AES-256-GCM. The form is nonce, tag, cipher text.</summary>
internal static class Sealing
{
    public const int KeyBytes = 32;

    private const int NonceBytes = 12, TagBytes = 16;

    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeyBytes);

    /// <summary>Encrypts a content.</summary>
    /// <param name="context">What the content belongs to. It opens in this context only.</param>
    public static byte[] Seal(byte[] key, ReadOnlySpan<byte> content, string context)
    {
        var form = new byte[NonceBytes + TagBytes + content.Length];
        var nonce = form.AsSpan(0, NonceBytes);
        var tag = form.AsSpan(NonceBytes, TagBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, content, form.AsSpan(NonceBytes + TagBytes), tag, Encoding.UTF8.GetBytes(context));
        return form;
    }

    /// <summary>Decrypts a content.</summary>
    /// <exception cref="CryptographicException">Key, context or content is another one.</exception>
    public static byte[] Open(byte[] key, ReadOnlySpan<byte> form, string context)
    {
        if (form.Length < NonceBytes + TagBytes)
        {
            throw new CryptographicException("The content is too short to be sealed.");
        }

        var content = new byte[form.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(
            form[..NonceBytes], form[(NonceBytes + TagBytes)..], form.Slice(NonceBytes, TagBytes), content,
            Encoding.UTF8.GetBytes(context));
        return content;
    }
}
