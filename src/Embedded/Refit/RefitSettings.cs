namespace Refit;

/// <summary>What the clients of an interface have in common.</summary>
public class RefitSettings
{
    /// <summary>Takes JSON and the default formatters.</summary>
    public RefitSettings()
        : this(new SystemTextJsonContentSerializer())
    {
    }

    /// <summary>Takes the default formatters.</summary>
    /// <param name="contentSerializer">Makes and reads bodies.</param>
    public RefitSettings(IHttpContentSerializer contentSerializer)
        : this(contentSerializer, null)
    {
    }

    /// <summary>Takes the default formatters for keys and forms.</summary>
    /// <param name="contentSerializer">Makes and reads bodies.</param>
    /// <param name="urlParameterFormatter">Formats values in paths and queries; null is the default.</param>
    public RefitSettings(IHttpContentSerializer contentSerializer, IUrlParameterFormatter? urlParameterFormatter)
        : this(contentSerializer, urlParameterFormatter, null)
    {
    }

    /// <summary>Takes the default formatter for keys.</summary>
    /// <param name="contentSerializer">Makes and reads bodies.</param>
    /// <param name="urlParameterFormatter">Formats values in paths and queries; null is the default.</param>
    /// <param name="formUrlEncodedParameterFormatter">Formats values in forms; null is the default.</param>
    public RefitSettings(
        IHttpContentSerializer contentSerializer,
        IUrlParameterFormatter? urlParameterFormatter,
        IFormUrlEncodedParameterFormatter? formUrlEncodedParameterFormatter)
        : this(contentSerializer, urlParameterFormatter, formUrlEncodedParameterFormatter, null)
    {
    }

    /// <summary>Takes everything from the caller.</summary>
    /// <param name="contentSerializer">Makes and reads bodies.</param>
    /// <param name="urlParameterFormatter">Formats values in paths and queries; null is the default.</param>
    /// <param name="formUrlEncodedParameterFormatter">Formats values in forms; null is the default.</param>
    /// <param name="urlParameterKeyFormatter">Formats keys in queries and forms; null is the default.</param>
    public RefitSettings(
        IHttpContentSerializer contentSerializer,
        IUrlParameterFormatter? urlParameterFormatter,
        IFormUrlEncodedParameterFormatter? formUrlEncodedParameterFormatter,
        IUrlParameterKeyFormatter? urlParameterKeyFormatter)
    {
        ContentSerializer = contentSerializer ?? throw new ArgumentNullException(nameof(contentSerializer));
        UrlParameterFormatter = urlParameterFormatter ?? new DefaultUrlParameterFormatter();
        FormUrlEncodedParameterFormatter = formUrlEncodedParameterFormatter ?? new DefaultFormUrlEncodedParameterFormatter();
        UrlParameterKeyFormatter = urlParameterKeyFormatter ?? new DefaultUrlParameterKeyFormatter();
        ExceptionFactory = new DefaultApiExceptionFactory(this).CreateAsync;
        TransportExceptionFactory = (request, cause, cancellationToken) =>
        {
            if (cause is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                return cause;
            }

            var failure = new ApiRequestException(request, request.Method, this, cause);
            ExceptionRedactor?.Invoke(failure);
            return failure;
        };
    }

    /// <summary>Gets or sets what makes and reads bodies. Default: JSON.</summary>
    public IHttpContentSerializer ContentSerializer { get; set; }

    /// <summary>Gets or sets what formats values in paths and queries.</summary>
    public IUrlParameterFormatter UrlParameterFormatter { get; set; }

    /// <summary>Gets or sets what formats the keys of properties that no attribute names.</summary>
    public IUrlParameterKeyFormatter UrlParameterKeyFormatter { get; set; }

    /// <summary>Gets or sets what formats values in forms.</summary>
    public IFormUrlEncodedParameterFormatter FormUrlEncodedParameterFormatter { get; set; }

    /// <summary>Gets or sets how collections are written where no attribute says it. Default: joined by commas.</summary>
    public CollectionFormat CollectionFormat { get; set; }

    /// <summary>Gets or sets whether bodies are buffered first where no attribute says it. Default: false, so no <c>Content-Length</c> is sent.</summary>
    public bool Buffered { get; set; }

    /// <summary>
    /// Gets or sets what is asked for the credential where an <c>Authorization: Scheme</c> header without value is declared; null or blank
    /// sends no header. Default: null, nobody is asked.
    /// </summary>
    public Func<HttpRequestMessage, CancellationToken, ValueTask<string>>? AuthorizationHeaderValueGetter { get; set; }

    /// <summary>Gets or sets what makes the innermost handler of a client made from an address; a given <see cref="HttpClient"/> has its own.</summary>
    public Func<HttpMessageHandler>? HttpMessageHandlerFactory { get; set; }

    /// <summary>Gets or sets what makes an exception of an answer, or null where it is none. Default: an <see cref="ApiException"/> outside 2xx.</summary>
    public Func<HttpResponseMessage, ValueTask<Exception?>> ExceptionFactory { get; set; }

    /// <summary>Gets or sets what makes an exception of an unreadable body, or null for no result instead. Default: null, an <see cref="ApiException"/>.</summary>
    public Func<HttpResponseMessage, Exception, ValueTask<Exception?>>? DeserializationExceptionFactory { get; set; }

    /// <summary>
    /// Gets or sets what makes an exception where no answer came. Default: an <see cref="ApiRequestException"/> around the cause, except that
    /// the caller's own cancellation stays what it is.
    /// </summary>
    public Func<HttpRequestMessage, Exception, CancellationToken, Exception> TransportExceptionFactory { get; set; }

    /// <summary>Gets or sets what takes secrets out of an exception before anyone sees it. Default: null, nothing is taken out.</summary>
    public Action<ApiExceptionBase>? ExceptionRedactor { get; set; }

    /// <summary>Gets or sets how many characters of a failed answer are kept in the exception. Default: null, all.</summary>
    public int? MaxExceptionContentLength { get; set; }
}
