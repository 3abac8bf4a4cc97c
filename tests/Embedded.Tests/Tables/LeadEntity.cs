using System.Runtime.Serialization;
using Azure;
using Azure.Data.Tables;

namespace IntegrationHub.Embedded.Tests.Tables;

/// <summary>An entity class with a property of every kind that a class may have.</summary>
public sealed class LeadEntity : ITableEntity
{
    public string PartitionKey { get; set; } = "p";

    public string RowKey { get; set; } = "r";

    public DateTimeOffset? Timestamp { get; set; }

    public ETag ETag { get; set; }

    public string? Name { get; set; }

    public int Count { get; set; }

    public int? MaybeCount { get; set; }

    public long Large { get; set; }

    public long? MaybeLarge { get; set; }

    public double Score { get; set; }

    public double? MaybeScore { get; set; }

    public bool Won { get; set; }

    public bool? MaybeWon { get; set; }

    public Guid Id { get; set; }

    public Guid? MaybeId { get; set; }

    public DateTime Seen { get; set; } = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public DateTimeOffset At { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public DateTimeOffset? MaybeAt { get; set; }

    public byte[]? Raw { get; set; }

    public BinaryData? Data { get; set; }

    public DayOfWeek Day { get; set; }

    public DayOfWeek? MaybeDay { get; set; }

    [DataMember(Name = "renamed")]
    public string? Called { get; set; }

    [IgnoreDataMember]
    public string? Secret { get; set; }

    public string Computed => $"{Name}!";
}
