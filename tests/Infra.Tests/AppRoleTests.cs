using System.Text.Json.Nodes;
using IntegrationHub.Functions.Platform.Access;

namespace IntegrationHub.Infra.Tests;

/// <summary>The app roles for the app registration are the hub's.</summary>
public sealed class AppRoleTests
{
    private static readonly JsonNode[] Roles = [.. JsonNode.Parse(File.ReadAllText(Path.Combine(BicepCompiler.Folder, "app-roles.json")))!.AsArray().Select(role => role!)];

    [Fact]
    public void They_are_exactly_the_roles_of_the_hub() =>
        Assert.Equal(RoleRules.Names.Keys.Order(StringComparer.Ordinal), Roles.Select(role => (string)role["value"]!).Order(StringComparer.Ordinal));

    [Fact]
    public void Each_has_an_id_of_its_own_and_is_for_people_and_machines()
    {
        Assert.Equal(Roles.Length, Roles.Select(role => Guid.Parse((string)role["id"]!)).Distinct().Count());
        Assert.All(Roles, role => Assert.Equal(["User", "Application"], role["allowedMemberTypes"]!.AsArray().Select(type => (string)type!)));
        Assert.All(Roles, role => Assert.True((bool)role["isEnabled"]! && ((string)role["description"]!).Length > 0));
    }
}
