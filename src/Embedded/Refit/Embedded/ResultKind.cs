using System.Reflection;

namespace Refit.Embedded;

/// <summary>Finds the way of sending that ends in what a method returns.</summary>
internal static class ResultKind
{
    /// <summary>Answers the sender's method for a return type; null where there is none.</summary>
    public static Func<RequestSender, RequestPlan, object?[], Task>? SenderFor(Type returnType)
    {
        if (returnType == typeof(Task))
        {
            return static (sender, plan, arguments) => sender.SendAsync(plan, arguments);
        }

        if (!returnType.IsGenericType || returnType.GetGenericTypeDefinition() != typeof(Task<>))
        {
            return null;
        }

        var result = returnType.GetGenericArguments()[0];
        return BodyOfResponse(result) is { } body
            ? Close(nameof(RequestSender.SendForResponseAsync), result, body)
            : Close(nameof(RequestSender.SendForResultAsync), result);
    }

    /// <summary>Answers what is in the body where the result is a response; a response without type keeps its body unread.</summary>
    private static Type? BodyOfResponse(Type result)
    {
        if (result == typeof(IApiResponse))
        {
            return typeof(HttpContent);
        }

        var definition = result.IsGenericType ? result.GetGenericTypeDefinition() : null;
        return definition == typeof(IApiResponse<>) || definition == typeof(ApiResponse<>) ? result.GetGenericArguments()[0] : null;
    }

    private static Func<RequestSender, RequestPlan, object?[], Task> Close(string method, params Type[] types) => typeof(RequestSender)
        .GetMethod(method, BindingFlags.Public | BindingFlags.Instance)!
        .MakeGenericMethod(types)
        .CreateDelegate<Func<RequestSender, RequestPlan, object?[], Task>>();
}
