using IntegrationHub.LocalPlatform.FunctionsHost;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

public sealed class FunctionReaderTests
{
    [Theory]
    [InlineData("""{"name":"in","type":"httpTrigger"}""", "HttpTrigger { Parameter = in, Level = Function, Route = Probe }", "")]
    [InlineData("""{"name":"in","type":"httpTrigger","authLevel":"Anonymous","methods":["get","post"],"route":"a/{b}"}""", "HttpTrigger { Parameter = in, Level = Anonymous, Route = a/{b} }", "get,post")]
    public void An_http_trigger_is_read(string binding, string expected, string methods)
    {
        var trigger = Assert.IsType<HttpTrigger>(Read(binding).Trigger);

        Assert.Equal(expected, $"HttpTrigger {{ Parameter = {trigger.Parameter}, Level = {trigger.Level}, Route = {trigger.Route} }}");
        Assert.Equal(methods, string.Join(',', trigger.Methods));
    }

    [Theory]
    [InlineData("""{"name":"in","type":"timerTrigger","schedule":"%Cron%"}""", false, true)]
    [InlineData("""{"name":"in","type":"timerTrigger","schedule":"%Cron%","runOnStartup":true,"useMonitor":false}""", true, false)]
    public void A_timer_trigger_is_read(string binding, bool runOnStartup, bool useMonitor) =>
        Assert.Equal(new TimerTrigger("in", "0 * * * * *", runOnStartup, useMonitor), Read(binding).Trigger);

    [Fact]
    public void A_service_bus_trigger_is_read()
    {
        Assert.Equal(
            new ServiceBusTrigger("in", "work", null, "Bus", IsBatched: false, IsText: false, AutoComplete: null),
            Read("""{"name":"in","type":"serviceBusTrigger","queueName":"%Queue%","connection":"Bus","cardinality":"One","properties":{"supportsDeferredBinding":"True"}}""").Trigger);
        Assert.Equal(
            new ServiceBusTrigger("in", "news", "all", "AzureWebJobsServiceBus", IsBatched: true, IsText: false, AutoComplete: false),
            Read("""{"name":"in","type":"serviceBusTrigger","topicName":"news","subscriptionName":"all","cardinality":"Many","autoCompleteMessages":false,"properties":{"supportsDeferredBinding":"True"}}""").Trigger);
        Assert.True(Assert.IsType<ServiceBusTrigger>(Read("""{"name":"in","type":"serviceBusTrigger","queueName":"work"}""").Trigger).IsText);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("True")]
    [InlineData("1")]
    public void A_disabled_function_is_left_out(string value) => Assert.Empty(FunctionReader.Read(
        [Describe("""{"name":"in","type":"queueTrigger"}""")], Settings(("AzureWebJobs.Probe.Disabled", value))));

    [Theory]
    [InlineData("queueTrigger", """{"name":"in","type":"queueTrigger"}""")]
    [InlineData("blob", """{"name":"in","type":"httpTrigger"}""", """{"name":"$return","type":"blob","direction":"Out"}""")]
    [InlineData("isSessionsEnabled", """{"name":"in","type":"serviceBusTrigger","queueName":"work","isSessionsEnabled":true}""")]
    [InlineData("ServiceBusReceivedMessage[]", """{"name":"in","type":"serviceBusTrigger","queueName":"work","cardinality":"Many"}""")]
    [InlineData("User", """{"name":"in","type":"httpTrigger","authLevel":"User"}""")]
    [InlineData("no trigger", """{"name":"$return","type":"http","direction":"Out"}""")]
    public void What_the_host_does_not_do_is_refused_by_name(string named, params string[] bindings)
    {
        var fault = Assert.Single(Refusal([Describe(bindings)]).Faults);

        Assert.Contains("Probe", fault, StringComparison.Ordinal);
        Assert.Contains(named, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Retry_attributes_are_refused()
    {
        var function = Describe("""{"name":"in","type":"timerTrigger","schedule":"0 * * * * *"}""");
        function.RetryOptions = new() { MaxRetryCount = 3 };

        Assert.Contains("retry", Assert.Single(Refusal([function]).Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void All_missing_settings_of_all_functions_are_listed_at_once()
    {
        var faults = Refusal(
            [Describe("""{"name":"in","type":"timerTrigger","schedule":"%First%"}"""), Describe("""{"name":"in","type":"serviceBusTrigger","queueName":"%Second%","connection":"%Third%"}""")]).Faults;

        Assert.Equal(["First", "Second", "Third"], faults.Select(fault => fault[..fault.IndexOf(':', StringComparison.Ordinal)]));
    }

    private static InvalidConfigurationException Refusal(IEnumerable<RpcFunctionMetadata> functions) =>
        Assert.Throws<InvalidConfigurationException>(() => FunctionReader.Read(functions, Settings()));

    private static FunctionDefinition Read(params string[] bindings) => Assert.Single(FunctionReader.Read([Describe(bindings)], Settings()));

    private static RpcFunctionMetadata Describe(params string[] bindings) => new() { Name = "Probe", FunctionId = "1", RawBindings = { bindings } };

    private static AppSettings Settings(params (string Key, string Value)[] settings) => AppSettings.From(new ConfigurationBuilder()
        .AddInMemoryCollection([new("Queue", "work"), new("Cron", "0 * * * * *"), .. settings.Select(each => KeyValuePair.Create(each.Key, (string?)each.Value))])
        .Build());
}
