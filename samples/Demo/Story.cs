using System.Text.RegularExpressions;
using IntegrationHub.Sandbox.Faults;
using IntegrationHub.Sandbox.HubSpot;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.Demo;

/// <summary>
/// The story of a dozen leads. People work in HubSpot and Salesforce, and the story checks the hub from outside.
/// </summary>
internal sealed partial class Story(Stage stage, Narrator narrator, Expectations expectations)
{
    private const string Marketing = "marketing";
    private const string Sales = "sales";
    private const string ReturnReason = "Budget moved to next year";
    private const string UnknownStage = "171829301";

    private static readonly Person Ada = new("Ada", "Lovelace", "Analytical Engines");
    private static readonly Person Grace = new("Grace", "Hopper", "Compiler Works");
    private static readonly Person Alan = new("Alan", "Turing", "Bletchley Machines");
    private static readonly Person Katherine = new("Katherine", "Johnson", "Orbit Partners");
    private static readonly Person Mary = new("Mary", "Jackson", "Windtunnel Ltd");
    private static readonly Person Edsger = new("Edsger", "Dijkstra", "Shortest Path BV");
    private static readonly Person Barbara = new("Barbara", "Liskov", "Substitution Inc");
    private static readonly Person Radia = new("Radia", "Perlman", "Spanning Tree Co");
    private static readonly Person Annie = new("Annie", "Easley", "Centaur Energy");
    private static readonly Person Margaret = new("Margaret", "Hamilton", "Apollo Software");
    private static readonly Person Dorothy = new("Dorothy", "Vaughan", "Westarea Computing");
    private static readonly Person Hedy = new("Hedy", "Lamarr", "Hopping Frequencies");

    private static readonly Person[] All = [Ada, Grace, Alan, Katherine, Mary, Edsger, Barbara, Radia, Annie, Margaret, Dorothy, Hedy];
    private static readonly Person[] HandedOver = [Ada, Grace, Alan, Katherine, Mary, Edsger, Annie, Margaret, Dorothy];

    private readonly Dictionary<Person, SalesforceRecord> _converted = [];
    private CancellationToken _ending;

    /// <summary>Gets the one to look up first.</summary>
    public static Person Hero => Ada;

    private HubSpotState HubSpot => stage.Sandbox.HubSpot;

    private SalesforceState Salesforce => stage.Sandbox.Salesforce;

    public async Task TellAsync(CancellationToken ending)
    {
        _ending = ending;
        (string Title, Func<Task> TellAsync)[] chapters =
        [
            ("People come in, and marketing warms them up", ComeInAsync),
            ("Sales-qualified: handed to sales", HandOverAsync),
            ("Sales take up four, give one back, and leave one lying", WorkAsync),
            ("HubSpot sends everything twice and in any order", NoiseAsync),
            ("HubSpot is down and Salesforce is busy", OutageAsync),
            ("A lifecycle stage that nobody told the hub about", UnmappedAsync),
            ("Deals are won, negotiated and lost", DealsAsync),
            ("Customers come again and speak for us", LoyaltyAsync),
            ("The clocks run out on two leads", ClocksAsync),
            ("Where everybody ended", EndAsync),
        ];
        foreach (var (number, (title, tellAsync)) in chapters.Index())
        {
            narrator.Chapter(number + 1, chapters.Length, title);
            await tellAsync();
        }
    }

    private async Task ComeInAsync()
    {
        Person[] first = [Ada, Grace, Alan, Katherine, Mary, Edsger, Barbara, Radia];
        narrator.Say($"HubSpot: {Names(first)} subscribe to the newsletter.");
        foreach (var person in first)
        {
            ComeIn(person, "subscriber");
        }

        await AllAsync(first, "are on Awareness, with marketing", lead => lead is { Stage: "awareness", Owner: Marketing });

        var interested = first.Except([Radia]).ToArray();
        narrator.Say("HubSpot: all but Radia ask for the white paper (lead), and marketing qualifies them (MQL).");
        await MoveAsync("lead", interested);
        await MoveAsync("marketingqualifiedlead", interested);
        await AllAsync(interested, "are on Interest, with marketing", lead => lead is { Stage: "interest", Owner: Marketing });
    }

    private async Task HandOverAsync()
    {
        Person[] qualified = [Ada, Grace, Alan, Katherine, Mary, Edsger];
        narrator.Say($"HubSpot: {Names(qualified)} become sales-qualified (SQL). Barbara stays where she is.");
        await MoveAsync("salesqualifiedlead", qualified);
        await AllHandedOverAsync(qualified);
    }

    private async Task WorkAsync()
    {
        Person[] worked = [Ada, Grace, Alan, Katherine];
        narrator.Say($"Salesforce: sales call {Names(worked)}.");
        narrator.Say($"Salesforce: sales give Mary back: \"{ReturnReason}\". Nobody looks at Edsger.");
        Array.ForEach(worked, TakeUp);
        Salesforce.Update("Lead", stage.SalesforceLeads(Mary)[0].Id, ("Status", "Closed - Not Converted"), (DemoSettings.ReturnReasonField, ReturnReason));
        await AllAsync(worked, "are taken up by sales", IsTakenUp);
        await AllAsync(
            [Mary],
            "is back on Interest with the reason of sales, and marketing has her again",
            lead => lead is { Stage: "interest", Owner: Marketing, Handoffs: [{ ReturnedReason: ReturnReason }, { To: Marketing, Delivery: "delivered" }] });
        await InHubSpotAsync("marketingqualifiedlead", Mary);
    }

    private async Task NoiseAsync()
    {
        narrator.Say("HubSpot: Annie goes from subscriber to SQL; each event comes twice, one by one, mixed.");
        var webhooks = HubSpot.Webhooks;
        webhooks.Paused = true;
        ComeIn(Annie, "subscriber");
        await MoveAsync("lead", Annie);
        await MoveAsync("marketingqualifiedlead", Annie);
        await MoveAsync("salesqualifiedlead", Annie);
        (webhooks.Shuffle, webhooks.Duplicate, webhooks.Ordered, webhooks.BatchSize) = (true, true, false, 1);
        webhooks.Paused = false;
        await webhooks.WhenSettledAsync(_ending);
        (webhooks.Shuffle, webhooks.Duplicate, webhooks.Ordered, webhooks.BatchSize) = (false, false, true, 100);
        await AllHandedOverAsync([Annie]);
        TakeUp(Annie);
        await AllAsync([Annie], "is taken up by sales", IsTakenUp);
    }

    private async Task OutageAsync()
    {
        narrator.Say("HubSpot answers its next four calls with 500. Margaret comes in and is sales-qualified.");
        stage.Sandbox.Faults.Set("hubspot", new Fault { Status = 500, Count = 4, PathPrefix = "/crm" });
        ComeIn(Margaret, "subscriber");
        await MoveAsync("salesqualifiedlead", Margaret);

        narrator.Say("Salesforce answers Dorothy's handoff with 429, then 500, and then writes her task but loses the answer.");
        const string Records = "/services/data/v60.0/sobjects";
        stage.Sandbox.Faults.Set(
            "salesforce",
            new Fault { Status = 429, RetryAfter = TimeSpan.FromSeconds(1), Count = 1, PathPrefix = $"{Records}/Lead" },
            new Fault { Status = 500, Count = 1, PathPrefix = $"{Records}/Lead" },
            new Fault { Kind = FaultKind.LoseAnswer, Count = 1, PathPrefix = $"{Records}/Task" });
        ComeIn(Dorothy, "subscriber");
        await MoveAsync("salesqualifiedlead", Dorothy);

        await AllHandedOverAsync([Margaret, Dorothy]);
        await expectations.HoldAsync("Every one of these troubles was met", token => Task.FromResult(Missing(stage.Sandbox.Faults.Active())), _ending);
        Array.ForEach([Margaret, Dorothy], TakeUp);
        await AllAsync([Margaret, Dorothy], "are taken up by sales", IsTakenUp);

        static string? Missing(IReadOnlyList<(string Vendor, Fault Fault, int Met)> active) =>
            active.Count == 0 ? null : string.Join(", ", active.Select(left => $"{left.Vendor} {left.Fault.Kind} {left.Fault.Status} met {left.Met} times"));
    }

    private async Task UnmappedAsync()
    {
        narrator.Say("HubSpot: the portal has a stage of its own, \"Partner candidate\"; Hedy is a lead and is moved there.");
        HubSpot.DefineLifecycleStage(UnknownStage, "Partner candidate");
        ComeIn(Hedy, "lead");
        await MoveAsync(UnknownStage, Hedy);
        await AllAsync(
            [Hedy],
            "stays on Interest; the unknown stage is held and not guessed",
            lead => lead is { Stage: "interest", Owner: Marketing, Held: [{ Connector: "hubspot", Raw: UnknownStage }], Handoffs: [] });
    }

    private async Task DealsAsync()
    {
        narrator.Say("Salesforce: Ada, Grace, Alan and Katherine are converted, a deal each.");
        foreach (var person in new[] { Ada, Grace, Alan, Katherine })
        {
            _converted[person] = Salesforce.ConvertLead(stage.SalesforceLeads(person)[0].Id, $"{person.Company}: first order");
        }

        await AllAsync([Ada, Grace, Alan, Katherine], "have an open deal on Evaluation", lead => lead is { Stage: "evaluation", Owner: Sales, Deals: [{ Status: "open" }] });

        narrator.Say("Salesforce: Ada and Grace sign, Alan negotiates, Katherine's deal is lost.");
        MoveDeal(Ada, "Closed Won");
        MoveDeal(Grace, "Closed Won");
        MoveDeal(Alan, "Negotiation/Review");
        MoveDeal(Katherine, "Closed Lost");
        await AllAsync([Ada, Grace], "are on Commitment with a won deal", lead => lead is { Stage: "commitment", Owner: Sales, Deals: [{ Status: "won" }] });
        await AllAsync([Alan], "is on Commitment with an open deal", lead => lead is { Stage: "commitment", Owner: Sales, Deals: [{ Status: "open" }] });
        await AllAsync(
            [Katherine],
            "is recycled to Interest by the lost deal, and marketing has her again",
            lead => lead is { Stage: "interest", Owner: Marketing, Deals: [{ Status: "lost" }], Handoffs: [.., { To: Marketing, Delivery: "delivered" }] });
        await InHubSpotAsync("customer", Ada, Grace, Alan);
        await InHubSpotAsync("marketingqualifiedlead", Katherine);
    }

    private async Task LoyaltyAsync()
    {
        narrator.Say("Salesforce: Ada orders a second time. HubSpot: Grace speaks for us at a fair (evangelist).");
        Salesforce.CreateOpportunity(
            $"{Ada.Company}: second order", "Closed Won", DateOnly.FromDateTime(DateTime.UtcNow), 48_000, _converted[Ada]["ConvertedContactId"]);
        await MoveAsync("evangelist", Grace);
        await AllAsync([Ada], "is on Repeat with two won deals", lead => lead is { Stage: "repeat", Owner: Sales, Deals: [{ Status: "won" }, { Status: "won" }] });
        await AllAsync([Grace], "is on Referral, with marketing", lead => lead is { Stage: "referral", Owner: Marketing });
    }

    private async Task ClocksAsync()
    {
        narrator.Say($"Sales have {DemoSettings.AcceptLimit.TotalSeconds} s to take up a handoff, marketing {DemoSettings.InterestLimit.TotalSeconds} s for Interest.");
        await Task.WhenAll(
            ToldOnceAsync(Edsger, "waited to be taken up", "Not taken up", "handoffNotAccepted", DemoSettings.AcceptLimit),
            ToldOnceAsync(Barbara, "been on Interest", "Interest", "stageOverdue", DemoSettings.InterestLimit));
    }

    private async Task EndAsync()
    {
        await expectations.HoldAsync("Salesforce has exactly one lead and one task for each handoff, and no more", CompareSalesforceAsync, _ending);
        await expectations.HoldAsync("Each alert was told once to marketing and once to sales", CompareMailsAsync, _ending);
        await expectations.HoldAsync("Nothing waits in a queue, and nothing was given up", CompareQueuesAsync, _ending);

        var mails = await stage.MailsAsync(_ending);
        var rows = new List<string[]> { new[] { "Lead", "Stage", "Owner", "In HubSpot", "Handoff to sales", "Mails" } };
        foreach (var person in All)
        {
            var lead = await stage.LeadAsync(person, _ending);
            rows.Add([
                person.Name, lead?.Stage ?? "unknown", lead?.Owner ?? "", HubSpot.Get("contacts", person.ContactId)?["lifecyclestage"] ?? "",
                string.Join("; ", lead?.ToSales.Select(handoff => handoff.ToString()) ?? []), $"{mails.Count(mail => IsAbout(mail, person))}",
            ]);
        }

        narrator.Line("");
        narrator.Table(rows);
        narrator.Line("");
        narrator.Say($"Salesforce holds {Salesforce.All("Lead").Count} leads and {Salesforce.All("Task").Count} tasks. Mails that went out:");
        foreach (var mail in mails)
        {
            narrator.Say($"  to {string.Join(", ", mail.To.Select(to => to.Address))}: {mail.Subject}");
        }
    }

    private void ComeIn(Person person, string lifecycleStage) => person.ContactId = HubSpot.CreateContact(
        person.Email, ("firstname", person.FirstName), ("lastname", person.LastName), ("company", person.Company), ("lifecyclestage", lifecycleStage));

    /// <summary>Moves people in HubSpot, but never twice in one millisecond, which is HubSpot's resolution.</summary>
    private async Task MoveAsync(string lifecycleStage, params Person[] people)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(5), _ending);
        Array.ForEach(people, person => HubSpot.SetLifecycle(person.ContactId, lifecycleStage));
    }

    private void TakeUp(Person person)
    {
        foreach (var lead in stage.SalesforceLeads(person))
        {
            Salesforce.SetLeadStatus(lead.Id, "Working - Contacted");
        }
    }

    private void MoveDeal(Person person, string dealStage) =>
        Salesforce.Update("Opportunity", _converted[person]["ConvertedOpportunityId"]!, ("StageName", dealStage), ("Amount", 12_000m));

    private async Task AllHandedOverAsync(Person[] people)
    {
        await AllAsync(people, $"{Are(people)} on Evaluation, with sales, by one handoff that arrived", lead =>
            lead is { Stage: "evaluation", Owner: Sales, Handoffs: [{ To: Sales, Delivery: "delivered" }] });
        await AllAsync(people, $"{(people.Length == 1 ? "has" : "have each")} one lead and one task in Salesforce", lead =>
            lead.Handoffs is [var handoff] && people.All(person => stage.SalesforceLeads(person).Count == 1) && stage.SalesforceTasks(handoff).Count == 1);
    }

    /// <summary>Expects something of several leads at once.</summary>
    private Task AllAsync(Person[] people, string what, Func<LeadAnswer, bool> holds) => expectations.HoldAsync($"{Names(people)} {what}", async token =>
    {
        foreach (var person in people)
        {
            if (await stage.LeadAsync(person, token) is not { } lead)
            {
                return $"the hub does not know {person.Name}";
            }

            if (!holds(lead))
            {
                return $"{person.Name}: {lead}";
            }
        }

        return null;
    }, _ending);

    private Task InHubSpotAsync(string lifecycleStage, params Person[] people) => expectations.HoldAsync($"HubSpot shows {Names(people)} as {lifecycleStage}", _ =>
        Task.FromResult(people.Select(person => $"{person.Name}: {HubSpot.Get("contacts", person.ContactId)?["lifecyclestage"]}").FirstOrDefault(shown => !shown.EndsWith($": {lifecycleStage}", StringComparison.Ordinal))), _ending);

    /// <param name="problem">What a mail about this lead alone says.</param>
    /// <param name="what">What a list of several leads says.</param>
    private Task ToldOnceAsync(Person person, string problem, string what, string kind, TimeSpan limit) => expectations.HoldAsync(
        $"One mail to marketing and one to sales: {person.Name} has {problem} too long",
        async token =>
        {
            var mails = (await stage.MailsAsync(token)).Where(mail => IsTold(mail.Text, person, problem, what)).ToList();
            var lead = await stage.LeadAsync(person, token);
            return mails.Count(mail => mail.Went(Marketing)) == 1 && mails.Count(mail => mail.Went(Sales)) == 1 && mails.Count == 2
                && lead?.Alerts.Count(alert => alert.Kind == kind && alert.WasTold) == 1
                ? null
                : $"{mails.Count} such mails; {lead}";
        },
        _ending,
        limit + TimeSpan.FromSeconds(20));

    private async Task<string?> CompareSalesforceAsync(CancellationToken cancellationToken)
    {
        var tasks = 0;
        foreach (var person in All)
        {
            var handoffs = (await stage.LeadAsync(person, cancellationToken))?.ToSales.ToList() ?? [];
            tasks += handoffs.Count;
            var leads = stage.SalesforceLeads(person).Count;
            if (leads != (handoffs.Count > 0 ? 1 : 0) || handoffs.Count > 0 != HandedOver.Contains(person) || handoffs.Any(handoff => stage.SalesforceTasks(handoff).Count != 1))
            {
                return $"{person.Name}: {leads} leads, tasks {string.Join(", ", handoffs.Select(handoff => stage.SalesforceTasks(handoff).Count))} for {handoffs.Count} handoffs";
            }
        }

        var there = Salesforce.All("Task").Count;
        return there == tasks ? null : $"{there} tasks for {tasks} handoffs";
    }

    private async Task<string?> CompareMailsAsync(CancellationToken cancellationToken)
    {
        var leads = await Task.WhenAll(All.Select(person => stage.LeadAsync(person, cancellationToken)));
        var alerts = leads.OfType<LeadAnswer>().SelectMany(lead => lead.Alerts).ToList();
        var mails = await stage.MailsAsync(cancellationToken);
        var (marketing, sales) = (Told(mails.Where(mail => mail.Went(Marketing))), Told(mails.Where(mail => mail.Went(Sales))));
        return alerts.TrueForAll(alert => alert.WasTold || alert.Fate == "suppressed") && marketing == sales && marketing == alerts.Count(alert => alert.WasTold)
            ? null
            : $"{alerts.Count} alerts ({string.Join(", ", alerts)}), {marketing} told to marketing, {sales} to sales";

        static int Told(IEnumerable<MailAnswer> mails) => mails.Sum(mail => Lead().Count(mail.Text));
    }

    private async Task<string?> CompareQueuesAsync(CancellationToken cancellationToken)
    {
        var health = await stage.HealthAsync(cancellationToken);
        return health.Status == "healthy" && health.Queues.All(queue => queue is { Active: 0, DeadLettered: 0 })
            ? null
            : $"{health.Status}: {string.Join("; ", health.Problems)}; {string.Join(", ", health.Queues)}";
    }

    private static bool IsTakenUp(LeadAnswer lead) => lead.Handoffs is [.., { To: Sales, AcceptedAt: not null }];

    private static bool IsTold(string text, Person person, string problem, string what) =>
        text.Contains(person.Name, StringComparison.Ordinal)
        && (text.Contains(problem, StringComparison.Ordinal)
            || text.ReplaceLineEndings("\n").Split("\n\n").Any(lead => lead.StartsWith(person.Name, StringComparison.Ordinal) && lead.Contains($"\n{what} ", StringComparison.Ordinal)));

    /// <summary>The next step of a lead: of the one that a mail is about, or in a list.</summary>
    [GeneratedRegex(@"^(Next: |.+ \d+ \w+ of \d+ \w+.*: )", RegexOptions.Multiline)]
    private static partial Regex Lead();

    private static bool IsAbout(MailAnswer mail, Person person) => mail.Text.Contains(person.Name, StringComparison.Ordinal);

    private static string Are(Person[] people) => people.Length == 1 ? "is" : "are";

    private static string Names(Person[] people) => people.Length == 1
        ? people[0].FirstName
        : $"{string.Join(", ", people.SkipLast(1).Select(person => person.FirstName))} and {people[^1].FirstName}";
}
