using System.Text;
using IntegrationHub.Cli;

// JSON is UTF-8, whatever the console's own code page is.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
return await HubCommandLine.RunAsync(args, new(), CancellationToken.None);
