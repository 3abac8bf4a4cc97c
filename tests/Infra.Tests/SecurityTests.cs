using System.Text.Json.Nodes;

namespace IntegrationHub.Infra.Tests;

/// <summary>Rules for every deployment, checked on the resources that the examples deploy.</summary>
public sealed class SecurityTests(BicepCompiler bicep)
{
    private static readonly string[] Secrets = ["Secret", "Token", "PrivateKey", "Password", "__Key", "ApiKey", "AppKey", "SigningKey", "Peppers", "Archive__Keys"];

    public static TheoryData<string> Examples => [.. BicepCompiler.Examples];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Keys_are_off_and_connections_are_of_TLS_1_2_or_newer(string example)
    {
        var resources = await bicep.ResourcesOfAsync(example);

        Assert.Equal("False TLS1_2 False", Values(resources, "Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", "minimumTlsVersion", "allowBlobPublicAccess"));
        Assert.Equal("True 1.2", Values(resources, "Microsoft.ServiceBus/namespaces", "disableLocalAuth", "minimumTlsVersion"));
        Assert.Equal("True", Values(resources, "Microsoft.Insights/components", "DisableLocalAuth"));
        Assert.Equal("True True", Values(resources, "Microsoft.KeyVault/vaults", "enableRbacAuthorization", "enablePurgeProtection"));
        Assert.Equal("True", Values(resources, "Microsoft.Web/sites", "httpsOnly"));
        Assert.All(resources.Where(resource => Type(resource).EndsWith("/basicPublishingCredentialsPolicies", StringComparison.Ordinal)), policy => Assert.Equal("False", Value(policy, "allow")));
        Assert.DoesNotContain("listKeys", string.Concat(resources.Select(resource => resource.ToJsonString())), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_network_of_its_own_closes_the_services_to_everybody_else()
    {
        var resources = await bicep.ResourcesOfAsync("everything");

        Assert.Equal("Disabled", Values(resources, "Microsoft.Storage/storageAccounts", "publicNetworkAccess"));
        Assert.Equal("Disabled", Values(resources, "Microsoft.ServiceBus/namespaces", "publicNetworkAccess"));
        Assert.Equal("Disabled", Values(resources, "Microsoft.KeyVault/vaults", "publicNetworkAccess"));
        Assert.EndsWith("/subnets/app", Values(resources, "Microsoft.Web/sites", "virtualNetworkSubnetId"), StringComparison.Ordinal);
        Assert.Equal(4, resources.Count(resource => Type(resource) == "Microsoft.Network/privateEndpoints"));
    }

    [Fact]
    public async Task Behind_Front_Door_the_function_app_takes_requests_of_this_Front_Door_only()
    {
        var resources = await bicep.ResourcesOfAsync("everything");
        var site = resources.Single(resource => Type(resource) == "Microsoft.Web/sites")["properties"]!["siteConfig"]!.ToJsonString();

        Assert.Contains("Deny", site, StringComparison.Ordinal);
        Assert.Contains("AzureFrontDoor.Backend", site, StringComparison.Ordinal);
        Assert.Contains("x-azure-fdid", site, StringComparison.Ordinal);
        Assert.Contains("frontDoorId", site, StringComparison.Ordinal);
        Assert.Equal("Prevention", $"{resources.Single(resource => Type(resource).EndsWith("FrontDoorWebApplicationFirewallPolicies", StringComparison.Ordinal))["properties"]!["policySettings"]!["mode"]}");
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task The_identity_sends_and_receives_entity_by_entity_and_owns_nothing(string example)
    {
        var resources = await bicep.ResourcesOfAsync(example);
        var ownRole = resources.Single(resource => Type(resource) == "Microsoft.Authorization/roleDefinitions");
        var roles = resources.Where(resource => Type(resource) == "Microsoft.Authorization/roleAssignments").Select(RoleOf).Order(StringComparer.Ordinal);

        Assert.DoesNotContain("*", ownRole["properties"]!["permissions"]!.ToJsonString(), StringComparison.Ordinal);

        Assert.Equal(new[]
        {
            "blob contributor on account",
            "key vault secrets user on vault",
            $"{ownRole["name"]} on communication",
            "metrics publisher on insights",
            "receiver on queues/inbound",
            "receiver on topics/funnel/subscriptions/alerts",
            "receiver on topics/funnel/subscriptions/reports",
            "receiver on topics/funnel/subscriptions/to-marketing",
            "receiver on topics/funnel/subscriptions/to-sales",
            "sender on queues/inbound",
            "sender on topics/funnel",
            "table contributor on account",
        }.Order(StringComparer.Ordinal), roles);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task A_secret_is_a_reference_in_a_setting_of_its_own(string example)
    {
        var settings = await bicep.SettingsOfAsync(example);

        Assert.Contains(settings, setting => IsSecret(setting));
        Assert.All(settings.Where(IsSecret), setting => Assert.Matches(@"^@Microsoft\.KeyVault\(VaultName=kv-[a-z0-9-]+;SecretName=[a-z-]+\)$", setting.Value));
        Assert.All(settings.Where(setting => !IsSecret(setting)), setting => Assert.DoesNotContain("secret", setting.Value, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task The_bus_has_the_entities_of_the_topology(string example)
    {
        var resources = await bicep.ResourcesOfAsync(example);
        var topology = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(BicepCompiler.Folder, "topology.json"), TestContext.Current.CancellationToken))!;
        List<string> expected = [];
        expected.AddRange(topology["queues"]!.AsArray().Select(queue => Entity(queue!["name"]!.GetValue<string>(), queue)));
        foreach (var topic in topology["topics"]!.AsArray())
        {
            var name = topic!["name"]!.GetValue<string>();
            expected.Add(Entity(name, topic));
            foreach (var subscription in topic["subscriptions"]!.AsArray())
            {
                expected.Add(Entity($"{name}/{subscription!["name"]}", subscription));
                expected.AddRange(subscription["rules"]!.AsArray().Select((rule, index) => $"{name}/{subscription["name"]}/{(index == 0 ? "$Default" : rule!["name"])} {rule!["sqlFilter"]}"));
            }
        }

        var deployed = resources.Where(resource => Type(resource).StartsWith("Microsoft.ServiceBus/namespaces/", StringComparison.Ordinal)).Select(resource =>
        {
            var name = resource["name"]!.GetValue<string>();
            var below = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
            return resource["properties"]!["sqlFilter"] is { } filter ? $"{below} {filter["sqlExpression"]}" : Entity(below, resource["properties"]!);
        });
        Assert.Equal(expected.Order(StringComparer.Ordinal), deployed.Order(StringComparer.Ordinal));
    }

    private static string Entity(string name, JsonNode values) => $"{name} " + string.Join(' ', values.AsObject()
        .Where(value => value.Key is not ("name" or "rules" or "subscriptions")).OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => $"{value.Key}={value.Value}"));

    private static bool IsSecret(KeyValuePair<string, string> setting) => Secrets.Any(word => setting.Key.EndsWith(word, StringComparison.OrdinalIgnoreCase));

    private static string Type(JsonNode resource) => resource["type"]!.GetValue<string>();

    private static string Values(IEnumerable<JsonNode> resources, string type, params string[] names)
    {
        var resource = resources.Single(resource => Type(resource) == type);
        return string.Join(' ', names.Select(name => Value(resource, name)));
    }

    private static string Value(JsonNode resource, string name) =>
        resource["properties"]![name] is { } value && value.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False
            ? resource["properties"]![name]!.GetValue<bool>().ToString()
            : $"{resource["properties"]![name]}";

    private static string RoleOf(JsonNode assignment)
    {
        var (role, on) = ($"{assignment["properties"]!["roleDefinitionId"]}", $"{assignment["id"]}".Split("/providers/Microsoft.Authorization/")[0]);
        var place = on.Split("/providers/")[^1];
        var scope = place switch
        {
            _ when place.StartsWith("Microsoft.ServiceBus/", StringComparison.Ordinal) => string.Join('/', place.Split('/').Skip(3)),
            _ when place.StartsWith("Microsoft.Storage/", StringComparison.Ordinal) => "account",
            _ when place.StartsWith("Microsoft.KeyVault/", StringComparison.Ordinal) => "vault",
            _ when place.StartsWith("Microsoft.Insights/", StringComparison.Ordinal) => "insights",
            _ when place.StartsWith("Microsoft.Communication/", StringComparison.Ordinal) => "communication",
            _ => place,
        };
        return $"{NameOf(role.Split('/')[^1])} on {scope}";
    }

    private static string NameOf(string role) => role.Split('/')[^1].TrimEnd(']', '\'') switch
    {
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe" => "blob contributor",
        "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3" => "table contributor",
        "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39" => "sender",
        "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0" => "receiver",
        "4633458b-17de-408a-b874-0445c86b69e6" => "key vault secrets user",
        "3913510d-42f4-4e42-8a64-420c390055eb" => "metrics publisher",
        var other => other,
    };
}
