using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntegrationHub.Fuzzing;

/// <summary>
/// Changes an input where it says something: a known field gets a hostile value, is named twice, moves or goes. All else
/// stays well-formed, so that whatever reads the field meets the value.
/// </summary>
internal static partial class StructureMutator
{
    private const string Mark = "@@mark@@";

    /// <summary>Values as JSON has them.</summary>
    private static readonly string[] Json =
    [
        "null", "true", "false", "0", "-1", "-0.0", "1e400", "1E-400", "1.5", "01", "9223372036854775807", "9223372036854775808", "99999999999999999999999999999999999999", "253402300799999", "253402300800000",
        "-62135596800001", "{}", "[]", "[[]]", "[null]", "\"\"", "\" \"", "\"\\ud83d\"", "\"\\udc00\\ud83d\"", "\"\\u0000\"", "\"\\u202e\"", "\"\\ufeff\"", "\"\\ufffd\"", "\"|#>,;=\"", "\"..\"", "\"%\"",
        "\"REDACTED\"", "\"*****\"", "\"NaN\"", "\"Infinity\"", "\"1e400\"", "\"79228162514264337593543950336\"", "\"-0\"", "\"1,5\"", "\"0x10\"", "\"٣\"", "\"True\"", "\"ja\"",
        "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59-14:00\"", "\"2026-03-02T10:15:00.000+0000\"", "\"2026-03-02T10:15:00+25:00\"",
        "\"2026-02-30\"", "\"20260302\"", "\"10:15\"", "\"00Q5g00000AbCdE\"", "\"00Q5g00000AbCdEEAV\"", "\"00q5g00000abcdeeav\"", "\"000000000000000AAA\"", "\"00Q*\"", "\"003*\"", "\"0065g00000XyZ01\"",
        "\"0-1\"", "\"0-3\"", "\"2-4711\"", "\"contact\"", "\"object.merge\"", "\"contact.propertyChange\"", "\"deal.associationChange\"", "\"DELETE\"", "\"UNDELETE\"", "\"GAP_OVERFLOW\"", "\"GAP_DELETE\"",
        "\"OpportunityContactRole\"", "\"Contact\"", "\"Lead\"", "\"Task\"", "\"Event\"", "\"Account\"", "\"Email\"", "\"lifecyclestage\"", "\"hs_additional_emails\"", "\"notes_next_activity_date\"",
        "\"a@b.example\"", "\"A..b@b.example;c@d.example;;\"", "\"x@xn--bcher-kva.example\"", "\"x@xn--.example\"", "\"\\\"a b\\\"@c.example\"", "\"ａ＠ｂ．ｃ\"",
        $"\"{new string('A', 20_000)}\"", $"\"{new string('@', 5_000)}\"", $"\"{string.Concat(Enumerable.Repeat("a@b.c;", 2_000))}\"", $"\"{new string('9', 5_000)}\"",
        $"{string.Concat(Enumerable.Repeat("[", 60))}{string.Concat(Enumerable.Repeat("]", 60))}", $"{string.Concat(Enumerable.Repeat("{\"a\":", 400))}1{new string('}', 400)}",
        $"[{string.Join(',', Enumerable.Repeat("\"0065g00000XyZ01AAF\"", 500))}]",
    ];

    /// <summary>The same values as text, for what is no JSON.</summary>
    private static readonly string[] Texts = [.. Json.Where(value => value.StartsWith('"')).Select(value => value[1..^1]), "0", "-1", "1e400", "null", "&#0;", "&#xD800;", "&nbsp;", "<![CDATA[]]>", "<!---->", "<a/>"];

    /// <summary>The input with one to four of its values changed; null for one that has no structure.</summary>
    public static byte[]? Change(byte[] input, Random random)
    {
        var (text, body) = Split(input);
        for (var changes = 1 + random.Next(4); changes > 0; changes--)
        {
            var changed = text.TrimStart() switch
            {
                ['{' or '[', ..] json => InJson(json, random),
                ['<', ..] xml => InXml(xml, random),
                var lines => InLines(lines, random),
            };
            if (changed is null)
            {
                return null;
            }

            text = changed;
        }

        return [.. Encoding.UTF8.GetBytes(text), .. body];
    }

    /// <summary>Lines of names and values are followed by a body, which is no text. Anything else is all text.</summary>
    private static (string Text, byte[] Body) Split(byte[] input) =>
        input is not [(byte)'{' or (byte)'[' or (byte)'<', ..] && input.AsSpan().IndexOf("\n\n"u8) is var end and >= 0
            ? (Encoding.UTF8.GetString(input.AsSpan(0, end)), input[end..])
            : (Encoding.UTF8.GetString(input), []);

    private static string? InJson(string text, Random random)
    {
        try
        {
            return InJson(JsonNode.Parse(text, documentOptions: new() { MaxDepth = 1_000 })!, random);
        }
        catch (Exception unreadable) when (unreadable is JsonException or ArgumentException or InvalidOperationException)
        {
            // An earlier change left nothing that could be changed again by its structure.
            return null;
        }
    }

    private static string? InJson(JsonNode root, Random random)
    {
        var spots = Spots(root).ToList();
        if (spots.Count == 0)
        {
            return null;
        }

        var (parent, name, at) = spots[random.Next(spots.Count)];
        var hostile = Json[random.Next(Json.Length)];
        switch (random.Next(8))
        {
            case 0 when parent is JsonObject members:
                members.Remove(name!);
                break;
            case 0:
                parent.AsArray().RemoveAt(at);
                break;
            case 1 when parent is JsonObject members:
                // The same name twice: Json nodes do not have that, texts do.
                members[Mark] = 1;
                return root.ToJsonString().Replace($"\"{Mark}\":1", $"{JsonSerializer.Serialize(name)}:{hostile}", StringComparison.Ordinal);
            case 1 when parent is JsonArray items && items.Count < 200:
                items.Insert(at, items[at]?.DeepClone());
                break;
            case 2:
                var (otherParent, otherName, otherAt) = spots[random.Next(spots.Count)];
                Put(parent, name, at, (otherParent is JsonObject from ? from[otherName!] : otherParent[otherAt])?.DeepClone());
                break;
            default:
                Put(parent, name, at, Mark);
                return root.ToJsonString().Replace($"\"{Mark}\"", hostile, StringComparison.Ordinal);
        }

        return root.ToJsonString();
    }

    private static IEnumerable<(JsonNode Parent, string? Name, int At)> Spots(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Spots(member.Value).Prepend((members, member.Key, 0))),
        JsonArray items => items.SelectMany((item, at) => Spots(item).Prepend((items, null, at))),
        _ => [],
    };

    private static void Put(JsonNode parent, string? name, int at, JsonNode? value)
    {
        if (parent is JsonObject members)
        {
            members[name!] = value;
        }
        else
        {
            parent[at] = value;
        }
    }

    private static string? InXml(string text, Random random)
    {
        var elements = Element().Matches(text);
        if (elements.Count == 0)
        {
            return null;
        }

        var element = elements[random.Next(elements.Count)];
        var hostile = Texts[random.Next(Texts.Length)];
        var changed = random.Next(6) switch
        {
            0 => "",
            1 => element.Value + element.Value,
            2 => elements[random.Next(elements.Count)].Value,
            3 => $"{element.Groups["open"].Value} xsi:nil=\"true\"></{element.Groups["name"].Value}>",
            _ => $"{element.Groups["open"].Value}>{hostile}</{element.Groups["name"].Value}>",
        };
        return string.Concat(text.AsSpan(0, element.Index), changed, text.AsSpan(element.Index + element.Length));
    }

    private static string? InLines(string text, Random random)
    {
        var lines = text.Split('\n');
        var at = random.Next(lines.Length);
        if (lines[at].Split('=') is not [var name, _, ..])
        {
            return null;
        }

        lines[at] = $"{name}={Texts[random.Next(Texts.Length)]}";
        return string.Join('\n', lines);
    }

    [GeneratedRegex("(?<open><(?<name>[A-Za-z:]+)[^<>/]*)>[^<]*</\\k<name>>", RegexOptions.CultureInvariant)]
    private static partial Regex Element();
}
