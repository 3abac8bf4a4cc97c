using System.CommandLine;
using System.Text.Json.Nodes;
using IntegrationHub.Cli.Bicep;
using IntegrationHub.Cli.Checking;

namespace IntegrationHub.Cli.Starting;

/// <summary>The command <c>init</c>: writes a first parameters file that <c>check</c> accepts.</summary>
internal static class InitCommand
{
    private static readonly (string Purpose, string Arguments)[] Examples =
    [
        ("Answer the questions", "init infra/hub.bicepparam"),
        ("From a script", "init hub.bicepparam --no-input --set environmentName=test location=westeurope vendors=HubSpot "
            + "connectors.hubspot.portalId=62515 teams.marketing.recipients=m@example.com "
            + "teams.sales.recipients=s@example.com ops.recipients=o@example.com"),
    ];

    private static readonly (int Code, string Meaning)[] Endings =
    [
        (ExitCodes.Done, "the file is written, and check accepts it"),
        (ExitCodes.NotDone, "an answer is wrong or missing; nothing is written"),
        (ExitCodes.Misused,
            "the command line is wrong, the file is there already, or the Bicep compiler is missing; nothing is written"),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The .bicepparam to write." };
        var set = new Option<string[]>("--set")
        {
            Description = "An answer, as parameter=value; several are allowed. vendors=HubSpot,Salesforce chooses the tools.",
            HelpName = "PARAMETER=VALUE",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var noInput = new Option<bool>("--no-input") { Description = "Ask nobody; what --set does not answer is a fault." };
        var force = new Option<bool>("--force") { Description = "Replace a file that is there." };
        var template = new Option<string?>("--template")
        {
            Description = "The template. Left out: infra/main.bicep here or above.", HelpName = "FILE",
        };
        var bicep = CheckCommand.BicepOption();
        var command = new GuidedCommand("init", """
            Asks a few questions and writes a first parameters file. It knows every tool that the template has. Secrets are named, not
            asked: put them into the Key Vault under these names.
            """)
        {
            Examples = Examples,
            Endings = Endings,
        };
        command.Add(file);
        Array.ForEach<Option>([set, noInput, force, template, bicep], command.Add);
        command.Validators.Add(given =>
        {
            if ((given.GetValue(set) ?? []).FirstOrDefault(each => each.IndexOf('=', StringComparison.Ordinal) < 1) is { } wrong)
            {
                given.AddError($"--set: must be parameter=value, for example location=westeurope. It is {wrong}.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.InvocationConfiguration,
            new(parsed.GetRequiredValue(file), parsed.GetValue(template), parsed.GetValue(bicep), parsed.GetValue(force)),
            (parsed.GetValue(set) ?? []).Select(each => each.Split('=', 2)).GroupBy(each => each[0], StringComparer.OrdinalIgnoreCase)
                .ToDictionary(each => each.Key, each => each.Last()[1], StringComparer.OrdinalIgnoreCase),
            parsed.GetValue(noInput) || Console.IsInputRedirected ? null : Console.In,
            cancellationToken));
        return command;
    }

    /// <summary>Asks, writes and checks.</summary>
    internal static async Task<int> RunAsync(
        InvocationConfiguration console, Order order, IReadOnlyDictionary<string, string> given, TextReader? input,
            CancellationToken cancellationToken)
    {
        if (FaultOf(order, out var program, out var main) is { } fault)
        {
            await console.Error.WriteLineAsync(fault);
            return ExitCodes.Misused;
        }

        await using var compiler = BicepCompiler.Start(program);
        if ((await compiler.CompileAsync(main, cancellationToken)).Template is not { } template)
        {
            await console.Error.WriteLineAsync($"--template: {main} must be a template that compiles.");
            return ExitCodes.Misused;
        }

        var answers = new Answers(given, input, console.Output);
        var parameters = new InitFlow(new(template), answers).Ask();
        if (answers.Faults.Count > 0)
        {
            await console.Error.WriteLineAsync(string.Join(Environment.NewLine, answers.Faults));
            return ExitCodes.NotDone;
        }

        var outcome = await WriteAsync(compiler, Path.GetFullPath(order.File), main, parameters, cancellationToken);
        if (InitFlow.NameSecrets(parameters, outcome.Faults.Select(each => each.Parameter).OfType<string>()))
        {
            outcome = await WriteAsync(compiler, Path.GetFullPath(order.File), main, parameters, cancellationToken);
        }

        if (outcome.Faults.Count > 0)
        {
            await console.Error.WriteLineAsync(
                string.Join(Environment.NewLine, outcome.Faults.Select(each => (each with { Line = null }).Describe(order.File))));
            return ExitCodes.NotDone;
        }

        await console.Output.WriteLineAsync($"{order.File} is written, and check accepts it.");
        await console.Output.WriteLineAsync($"Secrets to put into the Key Vault: {string.Join(", ", outcome.Secrets)}.");
        return ExitCodes.Done;
    }

    private static string? FaultOf(Order order, out string program, out string main)
    {
        (program, main) = ("", "");
        if (!BicepProgram.TryFind(order.Bicep, out var found))
        {
            return BicepProgram.Missing;
        }

        program = found;
        main = Path.GetFullPath(order.Template ?? ParameterSource.FindTemplate(order.File) ?? "infra/main.bicep");
        return !File.Exists(main) ? "--template: must be the template, for example infra/main.bicep."
            : !order.File.EndsWith(".bicepparam", StringComparison.OrdinalIgnoreCase)
                ? "FILE: must end in .bicepparam, for example infra/hub.bicepparam."
            : !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(order.File)))
                ? "FILE: must be in a folder that is there, for example infra/hub.bicepparam."
            : File.Exists(order.File) && !order.Force ? $"{order.File} is there already. Choose another name, or replace it with --force."
            : null;
    }

    /// <summary>Writes and checks under another name first, so that no wrong file stays and none is replaced by
    /// one.</summary>
    private static async Task<CheckedFile> WriteAsync(
        BicepCompiler compiler, string file, string main, IReadOnlyDictionary<string, JsonNode> parameters,
            CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(file)!;
        var draft = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(file)}.draft.bicepparam");
        var text = string.Join("\n\n", [
            $"using '{Path.GetRelativePath(folder, main).Replace('\\', '/')}'",
            .. parameters.Select(parameter => $"param {parameter.Key} = {ParameterSource.Literal(parameter.Value)}"),
            ""]);
        try
        {
            await File.WriteAllTextAsync(draft, text, cancellationToken);
            await File.WriteAllTextAsync(draft, await compiler.FormatAsync(draft, cancellationToken), cancellationToken);
            using var source = ParameterSource.Open(draft, null, _ => null);
            var outcome = await new CheckFlow(compiler).CheckAsync(source, cancellationToken);
            if (outcome.Faults.Count == 0)
            {
                File.Move(draft, file, overwrite: true);
            }

            return outcome;
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>What to write.</summary>
    internal sealed record Order(string File, string? Template, string? Bicep, bool Force);
}
