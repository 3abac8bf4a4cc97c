using System.Reflection;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Tests.Platform;

/// <summary>A renamed table is an empty one: backups, restores and the hub before find the rows by these names.</summary>
public sealed class TableNamesTests
{
    [Fact]
    public void The_names_of_tables_are_the_approved_ones()
    {
        var shared = typeof(HubTables).GetFields(BindingFlags.Static | BindingFlags.Public).Where(field => field.IsLiteral);
        var own = typeof(HubTables).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => field is { IsLiteral: true, Name: "Table" });
        var names = shared.Concat(own).Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal);

        Approved.AssertSame(string.Join('\n', [.. names, ""]), "tests", "Functions.Tests", "Platform", "Tables.approved.txt");
    }
}
