using IntegrationHub.LocalPlatform.ServiceBus.Messages;

namespace IntegrationHub.LocalPlatform.ServiceBus.Rules;

/// <summary>
/// Evaluates an expression for a message, to a string, bool, long, double or other property value. Null is unknown.
/// </summary>
internal delegate object? SqlExpression(MessageFields message);

/// <summary>
/// Builds a condition or an action from tokens, by recursive descent: or, and, not, comparison, sum, product, sign,
/// operand.
/// </summary>
internal sealed class SqlParser(List<SqlToken> tokens)
{
    private static readonly HashSet<string> Keywords =
        new(["AND", "OR", "NOT", "IS", "NULL", "LIKE", "ESCAPE", "IN", "EXISTS", "TRUE", "FALSE"], StringComparer.OrdinalIgnoreCase);

    private int _at;

    private SqlToken Current => tokens[_at];

    public SqlExpression ParseCondition()
    {
        var condition = Or();
        return Current.Kind == SqlTokenKind.End ? condition : throw Unexpected("the end");
    }

    public List<SqlStatement> ParseAction()
    {
        var statements = new List<SqlStatement>();
        do
        {
            statements.Add(Statement());
            while (TakeSign(";"))
            {
            }
        }
        while (Current.Kind != SqlTokenKind.End);
        return statements;
    }

    private SqlStatement Statement()
    {
        if (TakeKeyword("REMOVE"))
        {
            var (name, isSystem) = Target();
            return new(name, isSystem, null);
        }

        ExpectKeyword("SET");
        var target = Target();
        Expect("=");
        return new(target.Name, target.IsSystem, Sum());
    }

    /// <summary>Reads the property that a statement changes.</summary>
    private (string Name, bool IsSystem) Target()
    {
        var name = Name();
        if (!TakeSign("."))
        {
            return (name, false);
        }

        var isSystem = name.Equals("sys", StringComparison.OrdinalIgnoreCase);
        if (!isSystem && !name.Equals("user", StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException($"'{name}.' is neither 'user.' nor 'sys.'.");
        }

        name = Name();
        return !isSystem || SqlStatement.IsSettable(name)
            ? (name, isSystem)
            : throw new FormatException($"'sys.{name}' is not a system property that an action can change.");
    }

    private SqlExpression Or()
    {
        var left = And();
        while (TakeKeyword("OR"))
        {
            left = SqlRules.Or(left, And());
        }

        return left;
    }

    private SqlExpression And()
    {
        var left = Not();
        while (TakeKeyword("AND"))
        {
            left = SqlRules.And(left, Not());
        }

        return left;
    }

    private SqlExpression Not() => TakeKeyword("NOT") ? SqlRules.Not(Not()) : Comparison();

    private SqlExpression Comparison()
    {
        if (TakeKeyword("EXISTS"))
        {
            Expect("(");
            var property = Property();
            Expect(")");
            return message => property(message) is not null;
        }

        var left = Sum();
        if (TakeKeyword("IS"))
        {
            var not = TakeKeyword("NOT");
            ExpectKeyword("NULL");
            return message => left(message) is null != not;
        }

        if (TakeKeyword("NOT"))
        {
            return SqlRules.Not(IsKeyword("LIKE") || IsKeyword("IN") ? LikeOrIn(left) : throw Unexpected("LIKE or IN"));
        }

        if (IsKeyword("LIKE") || IsKeyword("IN"))
        {
            return LikeOrIn(left);
        }

        return Current is { Kind: SqlTokenKind.Sign, Text: "=" or "<>" or "!=" or "<" or "<=" or ">" or ">=" }
            ? SqlRules.Compare(left, Take().Text, Sum())
            : left;
    }

    private SqlExpression LikeOrIn(SqlExpression left)
    {
        if (TakeKeyword("LIKE"))
        {
            var pattern = Sum();
            return SqlRules.Like(left, pattern, TakeKeyword("ESCAPE") ? Sum() : null);
        }

        ExpectKeyword("IN");
        Expect("(");
        var values = new List<SqlExpression>();
        do
        {
            values.Add(Sum());
        }
        while (TakeSign(","));
        Expect(")");
        return values.Select(value => SqlRules.Compare(left, "=", value)).Aggregate(SqlRules.Or);
    }

    private SqlExpression Sum()
    {
        var left = Product();
        while (Current is { Kind: SqlTokenKind.Sign, Text: "+" or "-" })
        {
            left = SqlRules.Calculate(left, Take().Text, Product());
        }

        return left;
    }

    private SqlExpression Product()
    {
        var left = Signed();
        while (Current is { Kind: SqlTokenKind.Sign, Text: "*" or "/" or "%" })
        {
            left = SqlRules.Calculate(left, Take().Text, Signed());
        }

        return left;
    }

    private SqlExpression Signed()
    {
        if (TakeSign("-"))
        {
            return SqlRules.Calculate(static _ => 0L, "-", Signed());
        }

        return TakeSign("+") ? Signed() : Operand();
    }

    private SqlExpression Operand()
    {
        if (TakeSign("("))
        {
            var inner = Or();
            Expect(")");
            return inner;
        }

        if (Current.Kind == SqlTokenKind.Literal)
        {
            var value = Take().Value;
            return _ => value;
        }

        if (IsKeyword("TRUE") || IsKeyword("FALSE"))
        {
            object value = TakeKeyword("TRUE");
            _at += value is false ? 1 : 0;
            return _ => value;
        }

        return TakeKeyword("NULL") ? static _ => null : Property();
    }

    private SqlExpression Property()
    {
        var name = Name();
        if (!TakeSign("."))
        {
            return SqlRules.UserProperty(name);
        }

        return name.ToUpperInvariant() switch
        {
            "USER" => SqlRules.UserProperty(Name()),
            "SYS" => SqlRules.SystemProperty(Name()),
            _ => throw new FormatException($"'{name}.' is neither 'user.' nor 'sys.'."),
        };
    }

    private string Name() => Current.Kind switch
    {
        SqlTokenKind.Name => Take().Text,
        SqlTokenKind.Word when !Keywords.Contains(Current.Text) => Take().Text,
        _ => throw Unexpected("a property or a value"),
    };

    private SqlToken Take() => tokens[_at++];

    private bool IsKeyword(string keyword) =>
        Current.Kind == SqlTokenKind.Word && Current.Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    private bool TakeKeyword(string keyword)
    {
        var taken = IsKeyword(keyword);
        _at += taken ? 1 : 0;
        return taken;
    }

    private bool TakeSign(string sign)
    {
        var taken = Current.Kind == SqlTokenKind.Sign && Current.Text == sign;
        _at += taken ? 1 : 0;
        return taken;
    }

    private void Expect(string sign)
    {
        if (!TakeSign(sign))
        {
            throw Unexpected($"'{sign}'");
        }
    }

    private void ExpectKeyword(string keyword)
    {
        if (!TakeKeyword(keyword))
        {
            throw Unexpected(keyword);
        }
    }

    private FormatException Unexpected(string wanted) => new($"'{Current.Text}' at {Current.Position} stands where {wanted} should be.");
}
