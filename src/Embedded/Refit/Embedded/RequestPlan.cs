using System.Globalization;
using System.Reflection;
using System.Text;

namespace Refit.Embedded;

/// <summary>What one method of an interface sends, worked out once; a call fills it in.</summary>
internal sealed class RequestPlan
{
    private static readonly Type[] Roles =
    [
        typeof(BodyAttribute), typeof(HeaderAttribute), typeof(HeaderCollectionAttribute), typeof(AuthorizeAttribute), typeof(PropertyAttribute),
    ];

    private readonly Type _api;
    private readonly MethodInfo _method;
    private readonly HttpMethod _verb;
    private readonly PathTemplate _path;
    private readonly HeaderLines _headers;
    private readonly BodyPlan? _body;
    private readonly ParameterInfo[] _queries;
    private readonly ParameterInfo[] _parameters;
    private readonly ParameterInfo? _cancellation;
    private readonly Func<RequestSender, RequestPlan, object?[], Task> _send;

    private RequestPlan(Type api, MethodInfo method, HttpMethodAttribute verb)
    {
        _api = api;
        _method = method;
        _verb = verb.Method;
        _parameters = method.GetParameters();
        _path = PathTemplate.Parse(verb.Path, _parameters, Wrong);
        _headers = HeaderLines.Read(api, method);
        _cancellation = AtMostOne(_parameters.Where(IsCancellation), "cancellation tokens");
        _body = FindBody();
        _queries = [.. _parameters.Where(parameter =>
            parameter != _body?.Parameter && !IsCancellation(parameter) && !_path.Uses(parameter) && !Roles.Any(role => parameter.IsDefined(role)))];
        _send = ResultKind.SenderFor(method.ReturnType) ?? throw Wrong($"it returns {method.ReturnType.Name}, which is no Task of an answer");
        CheckHeaderCollections();
    }

    public static RequestPlan Create(Type api, MethodInfo method)
    {
        if (method.GetCustomAttribute<HttpMethodAttribute>() is not { } verb)
        {
            throw Wrong(api, method, "it has no verb: write [Get(\"/…\")] or another above it");
        }

        if (!method.IsAbstract)
        {
            throw Wrong(api, method, "it has a body");
        }

        return new(api, method, verb);
    }

    public static ArgumentException Wrong(Type api, MemberInfo member, string why) =>
        new($"{api.Name}.{member.Name} cannot be a request: {why}.");

    public Task SendAsync(RequestSender sender, object?[] arguments) => _send(sender, this, arguments);

    public bool IsBuffered(RefitSettings settings) => _body?.IsBuffered(settings) ?? false;

    public CancellationToken CancellationIn(object?[] arguments) =>
        _cancellation is null ? CancellationToken.None : (CancellationToken)(arguments[_cancellation.Position] ?? CancellationToken.None);

    public HttpRequestMessage Build(object?[] arguments, Uri baseAddress, RefitSettings settings)
    {
        var request = new HttpRequestMessage(_verb, Address(arguments, baseAddress, settings))
        {
            Content = _body?.Build(arguments[_body.Parameter.Position], settings),
        };

        request.Options.Set(new HttpRequestOptionsKey<Type>(HttpRequestMessageOptions.InterfaceType), _api);
        request.Options.Set(new HttpRequestOptionsKey<string>(HttpRequestMessageOptions.MethodName), _method.Name);
        request.Options.Set(new HttpRequestOptionsKey<string>(HttpRequestMessageOptions.RelativePathTemplate), _path.Text);

        var headers = _headers.Copy();
        foreach (var parameter in _parameters)
        {
            Apply(parameter, arguments[parameter.Position], headers, request);
        }

        headers.ApplyTo(request);
        return request;
    }

    private static void Apply(ParameterInfo parameter, object? value, HeaderLines headers, HttpRequestMessage request)
    {
        if (parameter.GetCustomAttribute<HeaderAttribute>() is { } header)
        {
            headers.Set(header.Header, value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture));
        }

        if (parameter.GetCustomAttribute<AuthorizeAttribute>() is { } authorize)
        {
            headers.Set("Authorization", value is null ? null : string.Create(CultureInfo.InvariantCulture, $"{authorize.Scheme} {value}"));
        }

        if (parameter.IsDefined(typeof(HeaderCollectionAttribute)) && value is IDictionary<string, string> collection)
        {
            foreach (var (name, line) in collection)
            {
                headers.Set(name, line);
            }
        }

        if (parameter.GetCustomAttribute<PropertyAttribute>() is { } property)
        {
            request.Options.Set(new HttpRequestOptionsKey<object?>(property.Key is { Length: > 0 } key ? key : parameter.Name!), value);
        }
    }

    private static bool IsCancellation(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(CancellationToken) || parameter.ParameterType == typeof(CancellationToken?);

    private static char AppendQuery(StringBuilder address, PairWriter writer, char separator, bool encoded)
    {
        foreach (var (key, value) in writer.Pairs)
        {
            address.Append(separator);
            separator = '&';
            address.Append(encoded ? key : Uri.EscapeDataString(key)).Append('=').Append(encoded ? value : Uri.EscapeDataString(value));
        }

        return separator;
    }

    private Uri Address(object?[] arguments, Uri baseAddress, RefitSettings settings)
    {
        var address = new StringBuilder(baseAddress.AbsolutePath.TrimEnd('/')).Append(_path.Fill(arguments, settings));
        var separator = _path.HasQuery ? '&' : '?';
        foreach (var parameter in _queries)
        {
            var writer = new PairWriter(settings, (item, source) => settings.UrlParameterFormatter.Format(item, source, parameter.ParameterType));
            var name = parameter.GetCustomAttribute<AliasAsAttribute>()?.Name ?? parameter.Name!;
            writer.WriteParameter(
                name, arguments[parameter.Position], parameter.ParameterType, parameter, property => _path.Uses(parameter, property));
            separator = AppendQuery(address, writer, separator, parameter.IsDefined(typeof(EncodedAttribute)));
        }

        return new Uri(baseAddress.GetLeftPart(UriPartial.Authority) + address);
    }

    /// <summary>The marked parameter, or else the one object that a method with a body has nothing else to do with.</summary>
    private BodyPlan? FindBody()
    {
        if (AtMostOne(_parameters.Where(parameter => parameter.IsDefined(typeof(BodyAttribute))), "parameters marked as body") is { } marked)
        {
            return new(marked, marked.GetCustomAttribute<BodyAttribute>());
        }

        if (_verb != HttpMethod.Post && _verb != HttpMethod.Put && _verb != HttpMethod.Patch)
        {
            return null;
        }

        var unmarked = AtMostOne(_parameters.Where(CouldBeBody), "objects that could be the body: mark one with [Body], the others with [Query]");
        return unmarked is null ? null : new(unmarked, null);
    }

    private bool CouldBeBody(ParameterInfo parameter) =>
        !parameter.ParameterType.IsValueType && parameter.ParameterType != typeof(string)
        && !_path.Uses(parameter) && !_path.UsesPropertiesOf(parameter)
        && !parameter.IsDefined(typeof(QueryAttribute)) && !Roles.Any(role => parameter.IsDefined(role));

    private ParameterInfo? AtMostOne(IEnumerable<ParameterInfo> parameters, string what) => parameters.ToArray() switch
    {
        [] => null,
        [var one] => one,
        var several => throw Wrong($"it has {several.Length} {what} ({string.Join(", ", several.Select(parameter => parameter.Name))})"),
    };

    private void CheckHeaderCollections()
    {
        var collection = AtMostOne(_parameters.Where(parameter => parameter.IsDefined(typeof(HeaderCollectionAttribute))), "header collections");
        if (collection is not null && !typeof(IDictionary<string, string>).IsAssignableFrom(collection.ParameterType))
        {
            throw Wrong($"its header collection {collection.Name} is no IDictionary<string, string>");
        }
    }

    private ArgumentException Wrong(string why) => Wrong(_api, _method, why);
}
