using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.EndToEnd;

/// <summary>People whose names are none: what comes in hostile stays text wherever it comes out.</summary>
[Collection<SharedWorld>]
public sealed class HostileNameTests(World world)
{
    private const string Markup = "<script>alert('x')</script><img src=x onerror=alert(1)>&amp;\"";
    private const string Injection = "Eve\r\nBcc: thief@example.net\r\nX-Evil: yes\r\n\r\nbody";
    private const string Turned = "\u202Egnp.exe\u2066 \u200BAda";
    private const string Emoji = "👩‍👩‍👧‍👦 Zoë 𝕏 \uD83C\uDFF3\uFE0F\u200D\uD83C\uDF08";

    private static readonly string[] Hostile = [Markup, Injection, Turned, Emoji, string.Concat(Enumerable.Repeat("Longname ", 10 * 1024 / 9))];
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_hostile_name_stays_text_in_the_answers_of_the_API_in_the_CRM_and_in_mail()
    {
        world.Calm();
        var (mails, deadLetters) = (world.Mail.Mails.Count, await world.Hub.DeadLettersAsync());
        var handedOver = Hostile.Select((name, number) => Contact($"handed{number}@example.com", name)).ToList();
        var stalled = Hostile.Select((name, number) => Contact($"stalled{number}@example.com", name)).ToList();
        await TellAsync(handedOver, "salesqualifiedlead");
        await TellAsync(stalled, "evangelist");

        await Wait.UntilAsync("all are in the CRM", Timeout, () => Task.FromResult(handedOver.TrueForAll(IsInCrm)));
        foreach (var (name, number) in Hostile.Select((name, number) => (name, number)))
        {
            var record = world.Vendors.Salesforce.All("Lead").Single(lead => lead["Email"] == $"handed{number}@example.com");
            Assert.StartsWith(name[..8], record["LastName"], StringComparison.Ordinal);
            var task = world.Vendors.Salesforce.All("Task").Single(task => task["WhoId"] == record.Id);
            Assert.True(task["Subject"]!.Length <= 255, "the subject is longer than Salesforce takes");
        }

        await EveryoneIsToldOfAsync(stalled);
        Assert.Equal(deadLetters, await world.Hub.DeadLettersAsync());
        Assert.All(await MailsAsync(mails), IsHarmless);
        foreach (var contact in handedOver.Concat(stalled))
        {
            var lead = (await world.Hub.FindLeadAsync(contact))!.Value;
            await world.Hub.AskAsync($"leads/{lead.GetProperty("leadId").GetString()}/why");
        }
    }

    private long Contact(string email, string name) => world.Vendors.HubSpot.CreateContact(email, ("firstname", name), ("lastname", name), ("company", name), ("jobtitle", name));

    private async Task TellAsync(IEnumerable<long> contacts, string stage)
    {
        using var answer = await world.Hub.PostAsync([.. contacts.Select(contact => new HubSpotChange(contact, contact, "lifecyclestage", stage, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()))]);
        answer.EnsureSuccessStatusCode();
    }

    private bool IsInCrm(long contact)
    {
        var email = world.Vendors.HubSpot.Get("contacts", contact)!["email"];
        var record = world.Vendors.Salesforce.All("Lead").SingleOrDefault(lead => lead["Email"] == email);
        return record is not null && world.Vendors.Salesforce.All("Task").Any(task => task["WhoId"] == record.Id);
    }

    /// <summary>The mails after the first ones, once both teams have some.</summary>
    private async Task<IReadOnlyList<ReceivedMail>> MailsAsync(int first)
    {
        IReadOnlyList<ReceivedMail> mails = [];
        await Wait.UntilAsync("both teams have mail", Timeout, () => Task.FromResult((mails = [.. world.Mail.Mails.Skip(first)]).SelectMany(mail => mail.Recipients).Distinct().Count() >= 2));
        return mails;
    }

    private static void IsHarmless(ReceivedMail mail)
    {
        Assert.All(mail.Recipients, recipient => Assert.Contains(recipient, new[] { "marketing@example.com", "sales@example.com" }));
        Assert.Null(mail.Header("Bcc"));
        Assert.Null(mail.Header("X-Evil"));
        var (subject, html, text) = (mail.Subject, mail.Html, mail.Text);
        Assert.True(subject.Length <= 200, $"a subject of {subject.Length} characters");
        Assert.DoesNotContain(subject, char.IsControl);
        Assert.All(new[] { subject, html, text }, part => Assert.DoesNotContain(part, character => character is '\u202E' or '\u2066' or '\u200B'));
        Assert.All(new[] { "<script", "<img", "onerror=alert(1)>" }, markup => Assert.DoesNotContain(markup, html, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain('\uFFFD', subject + html + text);
    }

    /// <summary>A hostile name does not prevent the mail about its stall.</summary>
    private async Task EveryoneIsToldOfAsync(IEnumerable<long> contacts)
    {
        foreach (var contact in contacts)
        {
            await Wait.UntilAsync($"the alert about contact {contact} has its fate", Timeout, async () =>
                await world.Hub.FindLeadAsync(contact) is { } lead
                && lead.GetProperty("alerts").EnumerateArray().Any(alert => alert.GetProperty("fate").GetString() is "sent" or "grouped"));
        }
    }
}
