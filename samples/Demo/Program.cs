using System.CommandLine;
using IntegrationHub.Demo;

var exit = new Option<bool>("--exit") { Description = "End after the story: with 0 when every expectation held, else with 1." };
var command = new RootCommand("Plays the way of a dozen leads through the hub, with everything it needs in this process.") { exit };
command.SetAction((arguments, _) => PlayAsync(stayUp: !arguments.GetValue(exit)));

// Ctrl+C is the hub's to hear: it ends in good order first.
return await command.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });

static async Task<int> PlayAsync(bool stayUp)
{
    var narrator = new Narrator();
    narrator.Line("Starting the hub, Azurite, a mailbox, and a sandbox that plays HubSpot and Salesforce ...");
    if (await TrySetAsync(narrator) is not { } set)
    {
        return 1;
    }

    await using var stage = set;
    var expectations = new Expectations(narrator);
    var story = new Story(stage, narrator, expectations);
    try
    {
        await story.TellAsync(stage.Ending);
    }
    catch (OperationCanceledException) when (stage.Ending.IsCancellationRequested)
    {
        narrator.Line("Ended before the story did.");
        return 1;
    }

    var allHeld = expectations.Broken.Count == 0;
    narrator.Line("");
    narrator.Line(allHeld ? $"All {expectations.Held} expectations held." : $"{expectations.Broken.Count} of {expectations.Held + expectations.Broken.Count} expectations did not hold:");
    foreach (var broken in expectations.Broken)
    {
        narrator.Line($"  - {broken}");
    }

    stage.Tidy = allHeld;
    if (!allHeld)
    {
        narrator.Line($"What the hub logged: {stage.LogFile}");
    }

    if (stayUp)
    {
        narrator.Line($"""

            Look around; the clocks keep running, so whoever stays on Interest for {DemoSettings.InterestLimit.TotalSeconds} s is told of next.
              a lead      {stage.HubUrl}/api/leads?email={Story.Hero.Email}&code={stage.Key}
              health      {stage.HubUrl}/api/health?code={stage.Key}
              HubSpot and Salesforce  {stage.Sandbox.Url}/
              mailbox     {stage.MailboxUrl}/
              log         {stage.LogFile}
            Ctrl+C ends it.
            """);
        await stage.WhenEndingAsync();
    }

    return allHeld ? 0 : 1;
}

static async Task<Stage?> TrySetAsync(Narrator narrator)
{
    try
    {
        return await Stage.SetAsync();
    }
    catch (Exception failure)
    {
        narrator.Line($"It did not start: {failure.Message}", ConsoleColor.Red);
        return null;
    }
}
