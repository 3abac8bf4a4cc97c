using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Functions.Alerts.Pages;

/// <summary>The style of pages, and the policy that allows this style only: no scripts, images, frames
/// or foreign form targets.</summary>
internal static class AlertPageStyle
{
    public const string Css =
        "body{margin:0;padding:16px;background:#f4f5f7;color:#1c1e21;" +
        "font:16px/1.45 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;overflow-wrap:anywhere}" +
        "main{max-width:560px;margin:0 auto;padding:20px;background:#fff;border-radius:8px}" +
        "h1{margin:0 0 12px;font-size:20px}p{margin:0 0 12px}label{display:block;margin:0 0 4px}" +
        "input{box-sizing:border-box;width:100%;min-height:44px;margin:0 0 12px;padding:8px 12px;font:inherit;" +
        "border:1px solid #8b9199;border-radius:6px}" +
        "button{display:block;width:100%;min-height:48px;margin:0 0 12px;padding:12px 20px;font:inherit;" +
        "color:#fff;background:#1a5fb4;border:0;border-radius:6px}" +
        "a{display:block;min-height:24px;padding:12px 20px;color:#1a5fb4;text-align:center;border:1px solid #1a5fb4;border-radius:6px}";

    /// <summary>The content security policy, which allows the style by its hash.</summary>
    public static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
}
