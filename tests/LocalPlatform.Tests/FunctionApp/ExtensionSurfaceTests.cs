using System.Reflection;
using IntegrationHub.Tests.Support;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.LocalPlatform.Tests.FunctionApp;

/// <summary>What the project that stands in for a package shows to those who use it. The real one shows all of this, and more.</summary>
public sealed class ExtensionSurfaceTests
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Assembly StandIn = typeof(ServiceBusTriggerAttribute).Assembly;

    [Fact]
    public void The_public_members_are_those_that_were_approved()
    {
        Assert.SkipWhen(StandIn.GetName().GetPublicKeyToken() is { Length: > 0 }, "The real package is in use.");

        string[] members = [.. StandIn.GetExportedTypes().SelectMany(Describe).Order(StringComparer.Ordinal)];

        Approved.AssertSame(string.Join('\n', members) + "\n", "tests", "LocalPlatform.Tests", "FunctionApp", "extension-surface.approved.txt");
    }

    /// <summary>It would have the build bring in the other half of a package that is not here; publishing takes the real one.</summary>
    [Fact]
    public void It_does_not_claim_to_be_an_extension_of_microsofts_host()
    {
        Assert.SkipWhen(StandIn.GetName().GetPublicKeyToken() is { Length: > 0 }, "The real package is in use.");

        Assert.DoesNotContain(StandIn.GetCustomAttributesData(), attribute => attribute.AttributeType.Name == "ExtensionInformationAttribute");
    }

    private static IEnumerable<string> Describe(Type type)
    {
        yield return $"{(type.IsSealed ? "sealed " : "")}class {type.FullName} : {type.BaseType!.FullName}";
        foreach (var member in type.GetMembers(Own))
        {
            if (member is MethodBase { IsPublic: true } or MethodBase { IsFamily: true })
            {
                var method = (MethodBase)member;
                yield return $"{type.FullName}.{(method.IsFamily ? "protected " : "")}{(method is { IsVirtual: true, IsFinal: false } ? "virtual " : "")}{method}"
                    + $" ({string.Join(", ", method.GetParameters().Select(parameter => parameter.Name + (parameter.HasDefaultValue ? "?" : "")))})";
            }
        }
    }
}
