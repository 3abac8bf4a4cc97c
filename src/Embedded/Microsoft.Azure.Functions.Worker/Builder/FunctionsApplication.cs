using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>The way into a function app.</summary>
[SuppressMessage("Design", "CA1052:Static holder types should be Static or NotInheritable", Justification = "The real type can be made and inherited.")]
public class FunctionsApplication
{
    /// <summary>Starts an app with the usual configuration (files, environment, command line), logging and host.</summary>
    /// <param name="args">The command line; <c>--urls</c> and any <c>--Section:Key=value</c> are settings.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args, Assembly.GetCallingAssembly());
}
