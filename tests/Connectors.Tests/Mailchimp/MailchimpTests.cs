using System.Collections.Immutable;
using System.Net;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Mailchimp;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Mailchimp;

public sealed class MailchimpTests
{
    private const string Secret = "mc-signing-secret-0001", Timestamp = "1772446501";

    private const string Vector =
        "type=unsubscribe&fired_at=2026-03-02+10%3A15%3A00&data%5Baction%5D=unsub&data%5Breason%5D=manual&data%5Bid%5D=1f00aa22c1&data%5Blist_id%5D=b7c1d2e3f4&data%5Bemail%5D=mia%2Bnews%40example.com&data%5Bmerges%5D%5BEMAIL%5D=mia%2Bnews%40example.com&data%5Bmerges%5D%5BFNAME%5D=Mia";

    private const string Signature = "8c76200ba696ea98c86674faaace87fafd6fa16b2cfc938265634ce9433bbcb0";

    private const string Member =
        """{"members":[{"id":"0a","unique_email_id":"other"},{"id":"f00d","unique_email_id":"1f00aa22c1","status":"subscribed","merge_fields":{"STAGE":"Interest","COMPANY":"Acme","PHONE":""}}],"total_items":2}""";

    private static readonly DateTimeOffset SentAt = DateTimeOffset.FromUnixTimeSeconds(1772446501);

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Type"] = "Mailchimp", ["ApiKey"] = "key-us21", ["ListId"] = "b7c1d2e3f4", ["SigningSecret"] = Secret, ["StageMergeField"] = "STAGE",
        ["WriteStageMergeField"] = "STAGE", ["WriteProfile"] = "phone,company", ["StageMap:In touch"] = "interest",
    };

    private static readonly IdentityKey Mia = IdentityKey.Person("mailchimp", "1f00aa22c1");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Time_and_body_are_signed_with_a_dot_between_them() =>
        Assert.Equal(Signature, MailchimpSignature.Sign(Secret, Encoding.UTF8.GetBytes(Vector), Timestamp));

    [Theory]
    [InlineData($"t={Timestamp},v1={Signature}", DeliveryVerdict.Accepted)]
    [InlineData($"v1={Signature}, t={Timestamp}", DeliveryVerdict.Accepted)]
    [InlineData($"t={Timestamp} , v1=00 , v1={Signature}", DeliveryVerdict.Accepted)]
    [InlineData($"t={Timestamp},v2=00,v1={Signature}", DeliveryVerdict.Accepted)]
    [InlineData($"t={Timestamp},v2={Signature}", DeliveryVerdict.Forged)]
    [InlineData($"t={Timestamp},t={Timestamp},v1={Signature}", DeliveryVerdict.Forged)]
    [InlineData($"t=+{Timestamp},v1={Signature}", DeliveryVerdict.Forged)]
    [InlineData($"t=,v1={Signature}", DeliveryVerdict.Forged)]
    [InlineData($"t,v1={Signature}", DeliveryVerdict.Forged)]
    [InlineData($"t=99999999999999999999,v1={Signature}", DeliveryVerdict.Forged)]
    [InlineData($"t={Timestamp},v1", DeliveryVerdict.Forged)]
    [InlineData(Signature, DeliveryVerdict.Forged)]
    public void One_of_several_signatures_and_one_time_must_be_right(string header, DeliveryVerdict verdict) =>
        Assert.Equal(verdict, Connect().Check(Deliver(Vector, header), SentAt).Verdict);

    [Theory]
    [InlineData("?token=mc-url-secret-0001", DeliveryVerdict.Accepted)]
    [InlineData("?token=the-next", DeliveryVerdict.Accepted)]
    [InlineData("?token=guess", DeliveryVerdict.Forged)]
    [InlineData("?token=", DeliveryVerdict.Forged)]
    [InlineData("?token=mc-url-secret-0001&token=mc-url-secret-0001", DeliveryVerdict.Forged)]
    [InlineData("", DeliveryVerdict.Forged)]
    public void A_webhook_that_does_not_sign_shows_a_token(string query, DeliveryVerdict verdict)
    {
        var settings = new Dictionary<string, string?>(Settings) { ["SigningSecret"] = null, ["UrlToken"] = "mc-url-secret-0001,the-next" };

        Assert.Equal(verdict, Connect(settings).Check(Deliver(Vector, null) with { PublicUrl = new($"https://hub.example.com/api/webhooks/mailchimp{query}") }, SentAt).Verdict);
    }

    [Fact]
    public void A_token_does_not_stand_for_a_signature_where_there_is_a_signing_secret()
    {
        var settings = new Dictionary<string, string?>(Settings) { ["UrlToken"] = "mc-url-secret-0001" };
        var unsigned = Deliver(Vector, null) with { PublicUrl = new("https://hub.example.com/api/webhooks/mailchimp?token=mc-url-secret-0001") };

        Assert.Equal(DeliveryVerdict.Forged, Connect(settings).Check(unsigned, SentAt).Verdict);
    }

    [Fact]
    public void The_call_that_tries_the_address_is_answered() => Assert.Equal(200, Connect().Handshake(new Dictionary<string, string>())?.Status);

    [Theory]
    [InlineData("type=unsubscribe&data[reason]=abuse", SourceEventKind.ConsentComplained)]
    [InlineData("type=unsubscribe&data[reason]=manual&data[action]=delete", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("type=cleaned&data[reason]=abuse", SourceEventKind.ConsentComplained)]
    [InlineData("type=cleaned&data[reason]=hard", SourceEventKind.ConsentBounced)]
    [InlineData("type=cleaned&data[reason]=", SourceEventKind.ConsentBounced)]
    [InlineData("type=profile", SourceEventKind.ContactUpdated)]
    [InlineData("type=profile&data[merges][STAGE]=", SourceEventKind.ContactUpdated)]
    [InlineData("type=profile&data[merges][STAGE]=***", SourceEventKind.ContactUpdated)]
    [InlineData("type=profile&data[merges][STAGE]=In+touch", SourceEventKind.StageChanged)]
    [InlineData("type=profile&data[merges][STAGE]=Warteraum", SourceEventKind.StageChanged)]
    [InlineData("type=campaign", SourceEventKind.Ignored)]
    [InlineData("type=brand_new", SourceEventKind.Ignored)]
    public void A_type_means_what_the_vendor_says(string fields, SourceEventKind kind) => Assert.Equal(kind, Read(fields).Kind);

    [Fact]
    public void A_subscription_that_has_a_stage_is_two_events()
    {
        var events = Connect().Read(Deliver("type=subscribe&data[list_id]=b7c1d2e3f4&data[id]=1f&data[email]=mia@example.com&data[merges][STAGE]=evaluation", null));

        Assert.Equal([SourceEventKind.ConsentSubscribed, SourceEventKind.StageChanged], events.Select(source => source.Kind));
        Assert.Equal(FunnelStage.Evaluation, Assert.IsType<StageChangedEvent>(events[1]).Stage);
        Assert.Distinct(events.Select(source => source.DedupeKey));
    }

    [Theory]
    [InlineData("data[email]=Mia%2BNews@Example.com", "mia+news@example.com")]
    [InlineData("data%5Bemail%5D=mia%40example.com", "mia@example.com")]
    [InlineData("data[email]=&data[merges][EMAIL]=mia@example.com", "mia@example.com")]
    [InlineData("data[email]=jos%C3%A9@example.com", "josé@example.com")]
    [InlineData("data[email]=jose%CC%81@example.com", "josé@example.com")]
    [InlineData("data[email]=nobody", null)]
    public void An_address_is_decoded_as_a_form_and_brought_to_its_one_form(string fields, string? email) =>
        Assert.Equal(email, Read($"type=profile&data[id]=1f&{fields}", member: "").SubjectEmail);

    [Fact]
    public void A_blank_merge_field_was_cleared_and_a_missing_or_withheld_one_is_unknown()
    {
        var profile = Assert.IsType<ContactUpdatedEvent>(Read("type=profile&data[merges][FNAME]=&data[merges][LNAME]=***&data[merges][PHONE]=%2B49+30+1")).Profile!;

        Assert.Equal(("", null, null, "+49 30 1"), (profile.FirstName, profile.LastName, profile.Company, profile.Phone));
    }

    [Theory]
    [InlineData("2026-03-02+10%3A15%3A05", "2026-03-02T10:15:05Z")]
    [InlineData("2026-03-02T12%3A15%3A05%2B02%3A00", "2026-03-02T10:15:05Z")]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public void A_time_without_a_zone_is_in_UTC(string firedAt, string? expected) =>
        Assert.Equal(expected is null ? (DateTimeOffset?)null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), Read($"type=profile&fired_at={firedAt}").OccurredAt);

    [Theory]
    [InlineData("type=subscribe")]
    [InlineData("type=cleaned&data[email]=nobody")]
    [InlineData("type=upemail&data[new_id]=1f")]
    public void An_event_that_names_no_person_is_parked(string fields) => Assert.IsType<UnreadableEvent>(Read(fields, member: ""));

    [Fact]
    public void A_changed_address_names_the_former_one()
    {
        var read = Assert.IsType<EmailChangedEvent>(Read("type=upemail&data[new_id]=1f&data[new_email]=New@example.com&data[old_email]=Old@example.com", member: ""));

        Assert.Equal(("new@example.com", "old@example.com", "1f"), (read.SubjectEmail, read.PreviousEmail, read.People[0].Id));
    }

    [Fact]
    public void A_key_that_does_not_name_its_data_centre_is_a_fault()
    {
        var settings = new Dictionary<string, string?>(Settings) { ["ApiKey"] = "key" };

        Assert.Contains("Connectors:mailchimp:ApiKey", Assert.Throws<InvalidSettingsException>(() => Connect(settings)).Message, StringComparison.Ordinal);
        settings["BaseUrl"] = "https://vendor.test";
        Assert.NotNull(Connect(settings));
    }

    [Fact]
    public async Task A_wish_is_compared_and_only_the_differences_are_written_an_opt_out_first()
    {
        using var vendor = new VendorStub(call => VendorStub.Json(call.Method == "GET" ? Member : "{}"));
        var wish = new PersonWish
        {
            Stage = FunnelStage.Evaluation, OptedOut = true,
            Profile = new Dictionary<PersonProperty, string> { [PersonProperty.Company] = "Acme", [PersonProperty.Phone] = "+49 30 1" }.ToImmutableDictionary(),
        };

        Assert.True(await vendor.Connect<IPersonTarget>("mailchimp", Settings).WriteAsync(Mia, wish, Stop));

        Assert.Equal("https://us21.api.mailchimp.com/3.0/lists/b7c1d2e3f4/members?unique_email_id=1f00aa22c1", vendor.Calls[0].Url.AbsoluteUri);
        Assert.Equal("Bearer key-us21", vendor.Calls[0].Authorization);
        var writes = vendor.Calls.Where(call => call.Method == "PATCH").ToList();
        Assert.All(writes, call => Assert.Equal("/3.0/lists/b7c1d2e3f4/members/f00d", call.Path));
        Assert.Equal(["""{"status":"unsubscribed"}""", """{"merge_fields":{"STAGE":"Evaluation","PHONE":"\u002B49 30 1"}}"""], writes.Select(call => call.Body));
    }

    [Fact]
    public async Task Nothing_is_written_to_a_member_who_is_as_wished_or_gone()
    {
        using var same = new VendorStub(_ => VendorStub.Json(Member));
        using var gone = new VendorStub(_ => VendorStub.Json("""{"members":[{"id":"0a","unique_email_id":"other"}]}"""));

        Assert.False(await same.Connect<IPersonTarget>("mailchimp", Settings).WriteAsync(Mia, new() { Stage = FunnelStage.Interest, OptedOut = false }, Stop));
        Assert.Null(await gone.Connect<IPersonTarget>("mailchimp", Settings).PlanAsync(Mia, new() { Stage = FunnelStage.Interest }, Stop));
        Assert.False(await gone.Connect<INoteTarget>("mailchimp", Settings).WriteNoteAsync(Mia, new("n1", SentAt, ["Budget moved"]), Stop));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("Budget moved [integration-hub n1]", 0)]
    public async Task A_note_is_written_once(string there, int posts)
    {
        using var vendor = new VendorStub(call => VendorStub.Json(call.Path.EndsWith("/notes", StringComparison.Ordinal) ? $$"""{"notes":[{"note":"{{there}}"}]}""" : Member));

        Assert.True(await vendor.Connect<INoteTarget>("mailchimp", Settings).WriteNoteAsync(Mia, new("n1", SentAt, [new string('x', 2000)]), Stop));

        var written = vendor.Calls.Where(call => call.Method == "POST").ToList();
        Assert.Equal(posts, written.Count);
        Assert.All(written, call =>
        {
            var note = (string)call.Json["note"]!;
            Assert.Equal(1000, note.Length);
            Assert.EndsWith("[integration-hub n1]", note, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_webhook_is_made_with_all_events_but_those_of_the_api_and_shows_its_secret_once()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""{"id":"w1","url":"https://hub.example.com/api/webhooks/mailchimp","signing_secret":"once"}"""));

        var made = await vendor.Connect<IWebhookRegistration>("mailchimp", Settings).RegisterAsync(new("https://hub.example.com/api/webhooks/mailchimp"), Stop);

        var call = Assert.Single(vendor.Calls);
        Assert.Equal("/3.0/lists/b7c1d2e3f4/webhooks", call.Path);
        Assert.Equal((true, false), ((bool)call.Json["events"]!["cleaned"]!, (bool)call.Json["sources"]!["api"]!));
        Assert.Equal(("w1", "once"), (made.Id, made.Secret));
    }

    [Theory]
    [InlineData("""{"subscribe":true,"unsubscribe":true,"profile":true,"cleaned":true,"upemail":true,"campaign":false}""", "false", true)]
    [InlineData("""{"subscribe":true,"unsubscribe":false,"profile":true,"cleaned":true,"upemail":true}""", "false", false)]
    [InlineData("""{"subscribe":true,"unsubscribe":true,"profile":true,"cleaned":true,"upemail":true}""", "true", false)]
    public async Task A_webhook_is_complete_with_every_event_and_without_the_hubs_own_changes(string events, string api, bool complete)
    {
        using var vendor = new VendorStub(_ => VendorStub.Json(
            $$$"""{"webhooks":[{"id":"w1","url":"https://hub.example.com/api/webhooks/mailchimp?token=t","events":{{{events}}},"sources":{"user":true,"admin":true,"api":{{{api}}}}}]}"""));
        var mailchimp = vendor.Connect<IWebhookRegistration>("mailchimp", Settings);

        var webhook = Assert.Single(await mailchimp.WebhooksAsync(Stop));

        Assert.Equal(complete, mailchimp.IsComplete(webhook));
        Assert.True(webhook.Calls(new("https://hub.example.com/api/webhooks/mailchimp")));
        Assert.False(webhook.Calls(new("https://hub.example.com/api/webhooks/other")));
    }

    [Fact]
    public async Task A_webhook_that_is_gone_is_removed_already()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""{"title":"Resource Not Found"}""", HttpStatusCode.NotFound));

        await vendor.Connect<IWebhookRegistration>("mailchimp", Settings).RemoveAsync(new("w1", new("https://hub.example.com"), []), Stop);

        Assert.Equal("DELETE", Assert.Single(vendor.Calls).Method);
    }

    [Fact]
    public async Task A_refused_value_is_refused_by_its_title()
    {
        using var strict = new VendorStub(call => call.Method == "GET" ? VendorStub.Json(Member) : VendorStub.Json("""{"title":"Invalid Resource","status":400}""", HttpStatusCode.BadRequest));

        var refused = await Assert.ThrowsAsync<VendorRefusedException>(
            () => strict.Connect<IPersonTarget>("mailchimp", Settings).WriteStageAsync(Mia, FunnelStage.Repeat, Stop));
        Assert.Equal("Invalid Resource", refused.ErrorCode);
    }

    private static IWebhookSource Connect(Dictionary<string, string?>? settings = null)
    {
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("A delivery needs no call."));
        return vendor.Connect<IWebhookSource>("mailchimp", settings ?? Settings);
    }

    private static SourceEvent Read(string fields, string member = "&data[id]=1f&data[email]=mia@example.com") =>
        Assert.Single(Connect().Read(Deliver($"{fields}&data[list_id]=b7c1d2e3f4{member}", null)));

    private static Delivery Deliver(string body, string? signature) => new()
    {
        Connector = "mailchimp", Body = Encoding.UTF8.GetBytes(body), ReceivedAt = SentAt,
        Headers = signature is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [MailchimpSignature.Header] = signature },
    };
}
