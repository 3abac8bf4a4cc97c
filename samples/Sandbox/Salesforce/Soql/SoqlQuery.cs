namespace IntegrationHub.Sandbox.Salesforce.Soql;

/// <summary>A query that was read.</summary>
internal sealed record SoqlQuery(
    IReadOnlyList<SoqlColumn> Columns,
    bool IsCount,
    string From,
    SoqlCondition? Where,
    IReadOnlyList<SoqlOrder> Order,
    int? Limit,
    int Offset);

/// <summary>A selected path like <c>Contact.Email</c>, or a query of the children.</summary>
internal sealed record SoqlColumn(IReadOnlyList<string> Path, SoqlQuery? Children);

internal sealed record SoqlOrder(IReadOnlyList<string> Path, bool Descending, bool NullsLast);

internal abstract record SoqlCondition;

internal sealed record SoqlAnd(IReadOnlyList<SoqlCondition> All) : SoqlCondition;

internal sealed record SoqlOr(IReadOnlyList<SoqlCondition> Any) : SoqlCondition;

internal sealed record SoqlNot(SoqlCondition Condition) : SoqlCondition;

/// <summary>A comparison; <c>IN</c> and <c>NOT IN</c> have several values or a query of one column.</summary>
internal sealed record SoqlComparison(IReadOnlyList<string> Path, string Operator, IReadOnlyList<SoqlValue> Values, SoqlQuery? Query) : SoqlCondition;

/// <summary>
/// A value as written: quoted text stays text, the rest is a number, a date, a time, a boolean or null.
/// </summary>
internal sealed record SoqlValue(object? Value, bool IsQuoted);
