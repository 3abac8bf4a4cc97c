using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using IntegrationHub.Demo;

// Long enough for the hub to end in good order.
InvocationConfiguration invocation = new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) };
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
var exit = new Option<bool>("--exit") { Description = "End after the story: with 0 when every expectation held, else with 1." };
var settings = new Option<FileInfo?>("--settings")
{
    Description = "JSON with the app settings of demo.bicepparam, as the command `check --settings-to` writes it. Left out: the demo's own.",
};
var command = new RootCommand("Plays the way of a dozen leads through the hub, which runs beside this process with everything it needs.") { exit, settings };
command.SetAction((arguments, ending) => PlayAsync(stayUp: !arguments.GetValue(exit), arguments.GetValue(settings), ending));
return await command.Parse(args).InvokeAsync(invocation);

static async Task<int> PlayAsync(bool stayUp, FileInfo? settings, CancellationToken ending)
{
    var narrator = new Narrator();
    try
    {
        var hub = await HubBuild.RunAsync(narrator, ending);
        var deployed = settings is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(settings.FullName, ending));
        await using var stage = await Stage.SetAsync(hub, narrator, deployed, ending);
        return await TellAsync(stage, narrator, stayUp, ending);
    }
    catch (StartFailedException failure)
    {
        narrator.Fail(failure.Message);
        return 1;
    }
    catch (OperationCanceledException) when (ending.IsCancellationRequested)
    {
        narrator.Fail("Ended before the story did.");
        return 1;
    }
}

static async Task<int> TellAsync(Stage stage, Narrator narrator, bool stayUp, CancellationToken ending)
{
    var expectations = new Expectations(narrator);
    var story = new Story(stage, narrator, expectations);
    await narrator.LiveAsync("The story begins", () => story.TellAsync(ending));

    var allHeld = expectations.Broken.Count == 0;
    stage.Tidy = allHeld;
    narrator.Line("");
    narrator.Summary(expectations.Held, expectations.Broken);
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
        await Task.Delay(Timeout.Infinite, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    return allHeld ? 0 : 1;
}
