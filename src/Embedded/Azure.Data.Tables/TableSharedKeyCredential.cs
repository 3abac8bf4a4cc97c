using System.Security.Cryptography;
using System.Text;

namespace Azure.Data.Tables;

/// <summary>An account's name and key. The key may be changed while clients use the credential.</summary>
public class TableSharedKeyCredential
{
    private byte[] _key;

    /// <summary>Makes a credential.</summary>
    /// <param name="accountName">The account's name.</param>
    /// <param name="accountKey">The account's key, Base64 as the portal shows it.</param>
    public TableSharedKeyCredential(string accountName, string accountKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(accountName);
        ArgumentException.ThrowIfNullOrEmpty(accountKey);
        AccountName = accountName;
        _key = Convert.FromBase64String(accountKey);
    }

    /// <summary>Gets the account's name.</summary>
    public string AccountName { get; }

    /// <summary>Changes the key; requests from now on are signed with the new one.</summary>
    /// <param name="accountKey">The new key, Base64.</param>
    public void SetAccountKey(string accountKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(accountKey);
        Volatile.Write(ref _key, Convert.FromBase64String(accountKey));
    }

    internal string Sign(string text)
    {
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Volatile.Read(ref _key), Encoding.UTF8.GetBytes(text), signature);
        return Convert.ToBase64String(signature);
    }
}
