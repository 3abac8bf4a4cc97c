using System.Text;

namespace IntegrationHub.Sandbox;

/// <summary>
/// Values that are not text: what stands for one in a property or field is sent as the bytes it stands for, in answers
/// and in webhooks. So the tools send what real ones do when an integration has cut a text in the middle of a
/// character, or written it in another encoding.
/// </summary>
public static class RawValue
{
    /// <summary>Sent as the escape of one half of an emoji.</summary>
    public const string HalfEmoji = "\uE001";

    /// <summary>Sent as a byte that is not UTF-8.</summary>
    public const string BadByte = "\uE002";

    /// <summary>Sent as a control character that JSON does not allow.</summary>
    public const string ControlCharacter = "\uE003";

    private static readonly (byte[] Mark, byte[] Sent)[] Marks =
    [
        .. new[] { (HalfEmoji, @"\ud83d"u8.ToArray()), (BadByte, new byte[] { 0xFC }), (ControlCharacter, new byte[] { 0x01 }) }
            .SelectMany(mark => new[] { (Encoding.UTF8.GetBytes(mark.Item1), mark.Item2), (Encoding.ASCII.GetBytes($"\\u{(int)mark.Item1[0]:X4}"), mark.Item2) }),
    ];

    /// <summary>Whether anything in a body stands for bytes.</summary>
    internal static bool IsIn(ReadOnlySpan<byte> body)
    {
        foreach (var (mark, _) in Marks)
        {
            if (body.IndexOf(mark) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The body as it is sent.</summary>
    internal static byte[] Apply(byte[] body)
    {
        foreach (var (mark, sent) in Marks)
        {
            body = Replace(body, mark, sent);
        }

        return body;
    }

    private static byte[] Replace(byte[] body, byte[] mark, byte[] sent)
    {
        var at = body.AsSpan().IndexOf(mark);
        if (at < 0)
        {
            return body;
        }

        using var replaced = new MemoryStream(body.Length);
        var from = 0;
        for (; at >= 0; at = body.AsSpan(from).IndexOf(mark) is var next and >= 0 ? from + next : -1)
        {
            replaced.Write(body, from, at - from);
            replaced.Write(sent);
            from = at + mark.Length;
        }

        replaced.Write(body, from, body.Length - from);
        return replaced.ToArray();
    }
}

/// <summary>Sends raw values in the vendors' answers.</summary>
internal sealed class RawValueMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (VendorPath.VendorOf(context.Request.Path, out _) is null)
        {
            await next(context);
            return;
        }

        var answer = context.Response.Body;
        using var kept = new MemoryStream();
        context.Response.Body = kept;
        await next(context);
        context.Response.Body = answer;
        var body = kept.ToArray();
        if (RawValue.IsIn(body))
        {
            body = RawValue.Apply(body);
            context.Response.ContentLength = body.Length;
        }

        await answer.WriteAsync(body, context.RequestAborted);
    }
}
