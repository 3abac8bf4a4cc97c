using System.Text;

namespace IntegrationHub.Fuzzing;

/// <summary>
/// Makes inputs that are almost right of inputs that are right: half of them by what their fields say, half by their
/// bytes. The same seed makes the same inputs.
/// </summary>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, int seed)
{
    private const int MostChanges = 8;
    private const int Longest = 256 * 1024;

    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "\"", "\\", "\\u", "\\ud800", "\\udc00\\ud800", "\\u0000", "null", "true", "[]", "{}", "[", "{", ",", ":", "-1", "0", "1e400", "-9223372036854775809", "99999999999999999999", "253402300800000",
            "<", ">", "]]>", "<!DOCTYPE x [<!ENTITY e \"e\">]>", "&e;", "&#xD800;", "&#0;", "<![CDATA[", "xsi:type=\"\"", "REDACTED", "00Q5g00000", "a@b", "=", "\n\n", "|", ".",
            new string('[', 500), new string('A', 5_000), string.Concat(Enumerable.Repeat("{\"a\":", 100)), string.Concat(Enumerable.Repeat("<a>", 500)),
        }.Select(Encoding.UTF8.GetBytes),
        [0x00], [0xFF], [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xEF, 0xBB, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0x1F, 0x8B, 0x08],
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next input.</summary>
    public byte[] Next()
    {
        var seed = seeds[_random.Next(seeds.Count)];
        var structured = _random.Next(2) == 0 ? StructureMutator.Change(seed, _random) : null;
        var input = (structured ?? seed).ToList();
        for (var changes = structured is not null ? _random.Next(2) : _random.Next(3) == 0 ? 1 + _random.Next(MostChanges) : 1; changes > 0; changes--)
        {
            Change(input);
        }

        return input.Count > Longest ? [.. input.Take(Longest)] : [.. input];
    }

    private void Change(List<byte> input)
    {
        var at = _random.Next(input.Count + 1);
        var length = Math.Min(input.Count - at, 1 + _random.Next(_random.Next(4) == 0 ? 400 : 12));
        switch (_random.Next(10))
        {
            case 0 when at < input.Count:
                input[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < input.Count:
                input[at] = (byte)_random.Next(256);
                break;
            case 2:
                input.RemoveRange(at, length);
                break;
            case 3:
                input.InsertRange(_random.Next(input.Count + 1), input.GetRange(at, length));
                break;
            case 4:
                var other = seeds[_random.Next(seeds.Count)];
                var from = _random.Next(other.Length + 1);
                input.InsertRange(at, other[from..Math.Min(other.Length, from + length)]);
                break;
            case 5 or 6 or 7 or 8 when at < input.Count:
                // A letter or digit for another: what comes of it is still whole, and says something else.
                var next = input.FindIndex(at, value => char.IsAsciiLetterOrDigit((char)value));
                if (next >= 0)
                {
                    input[next] = (byte)"0123456789ABCXYZabcxyz"[_random.Next(22)];
                }

                break;
            default:
                input.InsertRange(at, Tokens[_random.Next(Tokens.Length)]);
                break;
        }
    }
}
