using System.Reflection;
using System.Text;

namespace Refit.Embedded;

/// <summary>How a parameter becomes a request's body.</summary>
/// <param name="parameter">The parameter.</param>
/// <param name="attribute">What stands at it; null where it is the body without being marked.</param>
internal sealed class BodyPlan(ParameterInfo parameter, BodyAttribute? attribute)
{
    private readonly Func<IHttpContentSerializer, object?, HttpContent> _serialize = typeof(BodyPlan)
        .GetMethod(nameof(Serialize), BindingFlags.NonPublic | BindingFlags.Static)!
        .MakeGenericMethod(parameter.ParameterType)
        .CreateDelegate<Func<IHttpContentSerializer, object?, HttpContent>>();

    private readonly BodySerializationMethod _method = attribute?.SerializationMethod ?? BodySerializationMethod.Default;

    public ParameterInfo Parameter => parameter;

    public bool IsBuffered(RefitSettings settings) => attribute?.Buffered ?? settings.Buffered;

    public HttpContent? Build(object? value, RefitSettings settings) => (value, _method) switch
    {
        (null, _) => null,
        (HttpContent content, _) => content,
        (Stream stream, _) => new StreamContent(stream),
        (string text, BodySerializationMethod.Default) => new StringContent(text),
        (string text, BodySerializationMethod.UrlEncoded) => new StringContent(text, Encoding.UTF8, "application/x-www-form-urlencoded"),
        (_, BodySerializationMethod.UrlEncoded) => Form(value, settings),
        _ => _serialize(settings.ContentSerializer, value),
    };

    private static HttpContent Serialize<T>(IHttpContentSerializer serializer, object? value) => serializer.ToHttpContent((T)value!);

    private FormUrlEncodedContent Form(object value, RefitSettings settings)
    {
        var writer = new PairWriter(
            settings, (item, source) => settings.FormUrlEncodedParameterFormatter.Format(item, InvariantText.QueryOf(source)?.Format));
        writer.WriteParameter(parameter.Name!, value, parameter.ParameterType, parameter);
        return new(writer.Pairs);
    }
}
