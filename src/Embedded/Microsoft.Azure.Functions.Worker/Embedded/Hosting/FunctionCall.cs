using System.ComponentModel;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Turns a method into a delegate once, so that an invocation costs no reflection.</summary>
internal static class FunctionCall
{
    private static readonly MethodInfo OfTask = Conversion(nameof(FromTaskAsync));
    private static readonly MethodInfo OfTaskWithResult = Conversion(nameof(FromTaskWithResultAsync));
    private static readonly MethodInfo OfValueTask = Conversion(nameof(FromValueTaskAsync));
    private static readonly MethodInfo OfValueTaskWithResult = Conversion(nameof(FromValueTaskWithResultAsync));

    /// <summary>Builds the call of a function.</summary>
    /// <exception cref="InvalidOperationException">A parameter cannot be filled; the message names it.</exception>
    public static Func<Invocation, ValueTask<object?>> Compile(Function function)
    {
        var method = function.Method;
        var target = Expression.Parameter(typeof(object));
        var values = Expression.Parameter(typeof(object?[]));
        var body = Expression.Call(
            method.IsStatic ? null : Expression.Convert(target, method.DeclaringType!),
            method,
            method.GetParameters().Select((each, index) =>
                Expression.Convert(Expression.ArrayIndex(values, Expression.Constant(index)), each.ParameterType)));
        var call = Expression.Lambda<Func<object?, object?[], ValueTask<object?>>>(AsValueTask(body), target, values).Compile();

        Func<Invocation, object?>[] sources = [.. method.GetParameters().Select(each => SourceOf(function, each))];
        var make = method.IsStatic ? null : ActivatorUtilities.CreateFactory(method.DeclaringType!, []);

        return async invocation =>
        {
            var arguments = Array.ConvertAll(sources, each => each(invocation));
            var instance = make?.Invoke(invocation.InstanceServices, null);
            try
            {
                return await call(instance, arguments);
            }
            finally
            {
                await DisposeAsync(instance);
            }
        };
    }

    private static Func<Invocation, object?> SourceOf(Function function, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
        {
            return invocation => invocation;
        }

        if (type == typeof(CancellationToken))
        {
            return invocation => invocation.CancellationToken;
        }

        var source = function.Trigger switch
        {
            HttpTriggerAttribute => HttpSource(function, parameter),
            TimerTriggerAttribute when type == typeof(TimerInfo) => invocation => invocation.Input,
            ServiceBusTriggerAttribute trigger => BusSource(function, parameter, trigger),
            _ => null,
        };
        return source ?? throw new InvalidOperationException(
            $"Function {function.Name}: parameter '{parameter.Name}' cannot be a {type.Name} with a {function.Trigger.GetType().Name}.");
    }

    private static Func<Invocation, object?>? BusSource(Function function, ParameterInfo parameter, ServiceBusTriggerAttribute trigger)
    {
        if (parameter.ParameterType == typeof(ServiceBusMessageActions))
        {
            return invocation => ((BusDelivery)invocation.Input).Actions;
        }

        // By position: when two hosts look at a method at once, the runtime may make two objects of one parameter.
        return parameter.Position == function.TriggerParameter.Position && BusDelivery.Source(parameter.ParameterType, trigger.IsBatched) is { } source
            ? invocation => source((BusDelivery)invocation.Input)
            : null;
    }

    private static Func<Invocation, object?>? HttpSource(Function function, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(HttpRequest))
        {
            return invocation => ((HttpContext)invocation.Input).Request;
        }

        if (type == typeof(HttpContext))
        {
            return invocation => invocation.Input;
        }

        var name = parameter.Name!;
        var missing = parameter.HasDefaultValue ? parameter.DefaultValue : type.IsValueType ? Activator.CreateInstance(type) : null;
        if (parameter.Position == function.TriggerParameter.Position || TypeDescriptor.GetConverter(type) is not { } converter || !converter.CanConvertFrom(typeof(string)))
        {
            return null;
        }

        return invocation => ((HttpContext)invocation.Input).Request.RouteValues.TryGetValue(name, out var value) && value is not null
            ? type.IsInstanceOfType(value) ? value : converter.ConvertFromInvariantString(Convert.ToString(value, null)!)
            : missing;
    }

    private static Expression AsValueTask(MethodCallExpression call)
    {
        var type = call.Type;
        if (type == typeof(void))
        {
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        }

        if (type == typeof(Task))
        {
            return Expression.Call(OfTask, call);
        }

        if (type == typeof(ValueTask))
        {
            return Expression.Call(OfValueTask, call);
        }

        var shape = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (shape == typeof(Task<>) || shape == typeof(ValueTask<>))
        {
            var conversion = shape == typeof(Task<>) ? OfTaskWithResult : OfValueTaskWithResult;
            return Expression.Call(conversion.MakeGenericMethod(type.GenericTypeArguments), call);
        }

        return Expression.New(typeof(ValueTask<object?>).GetConstructor([typeof(object)])!, Expression.Convert(call, typeof(object)));
    }

    private static MethodInfo Conversion(string name) => typeof(FunctionCall).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    private static async ValueTask<object?> FromTaskAsync(Task task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> FromTaskWithResultAsync<T>(Task<T> task) => await task;

    private static async ValueTask<object?> FromValueTaskAsync(ValueTask task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> FromValueTaskWithResultAsync<T>(ValueTask<T> task) => await task;

    private static async ValueTask DisposeAsync(object? instance)
    {
        if (instance is IAsyncDisposable asynchronous)
        {
            await asynchronous.DisposeAsync();
        }
        else
        {
            (instance as IDisposable)?.Dispose();
        }
    }
}
