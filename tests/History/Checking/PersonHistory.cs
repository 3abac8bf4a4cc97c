using System.Text.RegularExpressions;
using IntegrationHub.History.Recording;

namespace IntegrationHub.History.Checking;

/// <summary>All that a record says of one person.</summary>
internal sealed class PersonHistory
{
    private readonly string[] _ids;

    public PersonHistory(PersonMade made, IReadOnlyList<HistoryEntry> history)
    {
        Made = made;
        Journey = history.OfType<JourneyRead>().LastOrDefault(journey => journey.Contact == made.Contact);
        Records = [.. history.OfType<RecordRead>().Where(record => record.Contact == made.Contact)];
        Asked = history.OfType<ErasureAsked>().FirstOrDefault(asked => asked.Contact == made.Contact);
        Erased = history.OfType<ErasureAnswered>().FirstOrDefault(answered => answered.Contact == made.Contact);
        OptedOut = history.OfType<OptOutShown>().FirstOrDefault(shown => shown.Contact == made.Contact);
        Deliveries = [.. history.OfType<DeliveryAnswered>().Where(delivery => delivery.Events.Any(sent => sent.Contact == made.Contact))];
        Changes = [.. history.OfType<ToolChanged>().Where(change => change.Contact == made.Contact)];
        var records = Records.Where(record => record.Connector != "hubspot").Select(record => record.Id);
        _ids = [made.Email, made.Mark, $"/contacts/{made.Contact}/", $"\"{made.Contact}\"", .. records, .. (Asked?.Lead ?? Journey?.Lead) is { Length: > 0 } lead ? [lead] : Array.Empty<string>()];
        Calls = [.. history.OfType<VendorCalled>().Where(call => IsAbout(call))];
        Mails = [.. history.OfType<MailArrived>().Where(mail => IsAbout(mail))];
    }

    public PersonMade Made { get; }

    public JourneyRead? Journey { get; }

    public IReadOnlyList<RecordRead> Records { get; }

    public ErasureAsked? Asked { get; }

    public ErasureAnswered? Erased { get; }

    public OptOutShown? OptedOut { get; }

    public IReadOnlyList<DeliveryAnswered> Deliveries { get; }

    public IReadOnlyList<ToolChanged> Changes { get; }

    /// <summary>Gets the writes about the person that a tool did, or may have done.</summary>
    public IReadOnlyList<VendorCalled> Calls { get; }

    public IReadOnlyList<MailArrived> Mails { get; }

    /// <summary>Whether a mail reports that the person stalls; one that they moved on does not say "has".</summary>
    public bool IsStalledIn(MailArrived mail) => Regex.IsMatch(mail.Text, $@"{Made.Mark}[^\r\n]* has ", RegexOptions.None, TimeSpan.FromSeconds(1));

    private bool IsAbout(VendorCalled call) =>
        call.Status is 0 or (>= 200 and < 300) && Array.Exists(_ids, id => $"{call.Path}/".Contains(id, StringComparison.Ordinal) || call.Body.Contains(id, StringComparison.Ordinal));

    private bool IsAbout(MailArrived mail) => mail.Subject.Contains(Made.Mark, StringComparison.Ordinal) || mail.Text.Contains(Made.Mark, StringComparison.Ordinal);
}
