using System.Xml.Linq;
using IntegrationHub.Functions.Alerts.Links;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed class KeyRingTableTests(Azurite azurite)
{
    private static readonly AlertLink Link = new(LinkPurpose.Acknowledge, new("sales"), Id("1201"), "alert-1", Monday);

    [Fact]
    public async Task An_instance_reads_what_another_wrote_and_what_an_earlier_one_did()
    {
        await using var hub = await TestHub.CreateAsync(azurite, TimeProvider.System, []);
        await using var first = LinkProtectorTests.Sharing(new KeyRingTable(hub.Get<HubTables>()));
        await using var second = LinkProtectorTests.Sharing(new KeyRingTable(hub.Get<HubTables>()));

        var token = Links(first).Write(Link);

        Assert.Equal(Link, Links(second).Read(token));
        Assert.Equal(Link, Links(first).Read(Links(second).Write(Link)));
        Assert.Single(new KeyRingTable(hub.Get<HubTables>()).GetAllElements());
    }

    [Fact]
    public async Task Of_two_keys_made_at_the_same_time_all_use_the_first()
    {
        await using var hub = await TestHub.CreateAsync(azurite, TimeProvider.System, []);
        var (first, second) = (new KeyRingTable(hub.Get<HubTables>()), new KeyRingTable(hub.Get<HubTables>()));
        Assert.Empty(first.GetAllElements());
        Assert.Empty(second.GetAllElements());

        first.StoreElement(new XElement("key", 1), "key-1");
        second.StoreElement(new XElement("key", 2), "key-2");

        Assert.Equal("1", Assert.Single(second.GetAllElements()).Value);
    }

    [Fact]
    public async Task A_ring_grows_by_the_keys_that_follow()
    {
        await using var hub = await TestHub.CreateAsync(azurite, TimeProvider.System, []);
        var ring = new KeyRingTable(hub.Get<HubTables>());

        for (var key = 1; key <= 3; key++)
        {
            Assert.Equal(key - 1, ring.GetAllElements().Count);
            ring.StoreElement(new XElement("key", key), $"key-{key}");
        }

        Assert.Equal(["1", "2", "3"], ring.GetAllElements().Select(element => element.Value));
    }

    private static LinkProtector Links(ServiceProvider services) => new(services.GetRequiredService<IDataProtectionProvider>());
}
