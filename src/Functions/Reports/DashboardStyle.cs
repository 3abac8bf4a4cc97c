using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Functions.Reports;

/// <summary>The style of the pages of figures, and the policy that allows this style only: no script, picture, font or
/// other host. Lengths of bars are attributes of their SVG, because the policy forbids styles of elements.</summary>
internal static class DashboardStyle
{
    public const string Css =
        """
        :root{color-scheme:light dark;--ground:#f4f5f7;--paper:#fff;--ink:#1c1e21;--quiet:#50565e;--line:#767d86;--link:#1a5fb4;
        --warn:#fff4e0}
        @media (prefers-color-scheme:dark){:root{
        --ground:#16181b;--paper:#212429;--ink:#e8eaed;--quiet:#b3b9c0;--line:#8b9199;--link:#8ab4f8;--warn:#463a1f}}
        *{box-sizing:border-box}
        body{margin:0;padding:16px;background:var(--ground);color:var(--ink);overflow-wrap:anywhere;
        font:16px/1.45 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}
        .skip{position:absolute;left:-9999px}.skip:focus{position:static;display:inline-block;padding:12px}
        header,main,footer{max-width:1100px;margin:0 auto}
        h1{margin:0 0 8px;font-size:22px}h2{margin:0 0 8px;font-size:18px}p{margin:0 0 12px}
        section{margin:16px 0;padding:16px;background:var(--paper);border-radius:8px}
        .state,.warn{padding:10px 12px;background:var(--warn);border-radius:6px}.quiet{color:var(--quiet)}
        form{display:flex;flex-wrap:wrap;gap:12px;align-items:end;margin:0 0 12px}
        label{display:block;font-size:14px}select,input,button{min-height:44px;padding:8px 12px;font:inherit;color:inherit;
        background:var(--paper);border:1px solid var(--line);border-radius:6px;max-width:100%}
        a{color:var(--link)}a:focus-visible,select:focus-visible,input:focus-visible,button:focus-visible,summary:focus-visible,
        .wide:focus-visible{outline:3px solid var(--link);outline-offset:2px}
        summary{min-height:44px;padding:10px 0}.wide{overflow-x:auto}
        table{border-collapse:collapse;width:100%}
        th,td{padding:6px 10px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
        th:first-child{text-align:left}th a{color:inherit;display:inline-block;min-height:24px}
        figure{margin:0}.chart{display:block;max-width:100%}svg text{fill:var(--ink);font-size:13px}
        .bar{stroke:var(--ink);stroke-width:1}
        .b0{fill:#2f6fb5}.b1{fill:url(#p1)}.b2{fill:url(#p2)}.b3{fill:url(#p3)}.b4,.b5{fill:url(#p4)}.b6{fill:var(--paper)}
        .hatch{stroke:var(--ink);stroke-width:2;fill:none}.axis{stroke:var(--line)}.line{fill:none;stroke:var(--ink);stroke-width:2}
        .d1{stroke-dasharray:8 4}.d2{stroke-dasharray:2 4}
        dt{margin:12px 0 2px;font-weight:600}dd{margin:0}
        @media (min-width:900px){.two{display:grid;grid-template-columns:1fr 1fr;gap:16px}.two section{margin:0}}
        @media (forced-colors:active){.bar,.hatch,.line{stroke:CanvasText}.b0{fill:Highlight}.b6{fill:Canvas}svg text{fill:CanvasText}}
        @media print{:root{--ground:#fff;--paper:#fff;--ink:#000;--quiet:#000;--line:#000;--link:#000;--warn:#fff}
        form,.skip{display:none}.wide{overflow:visible}th,td{padding:4px;white-space:normal}
        details::details-content{content-visibility:visible;display:block}section{padding:0;break-inside:avoid}}
        """;

    /// <summary>The content security policy, which allows the style by its hash.</summary>
    public static readonly string Policy =
        $"default-src 'none'; img-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
}
