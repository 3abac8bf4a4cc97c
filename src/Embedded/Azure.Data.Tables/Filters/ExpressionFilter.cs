using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables;

/// <summary>Turns a condition written in C# into a filter of the service, or says which part the service does not know.</summary>
internal sealed class ExpressionFilter
{
    private readonly StringBuilder _filter = new();
    private readonly ParameterExpression _entity;

    private ExpressionFilter(ParameterExpression entity) => _entity = entity;

    /// <exception cref="NotSupportedException">The service has no such condition.</exception>
    internal static string Translate(LambdaExpression condition)
    {
        ExpressionFilter filter = new(condition.Parameters[0]);
        filter.Condition(condition.Body);
        return filter._filter.ToString();
    }

    private void Condition(Expression condition)
    {
        switch (Unwrap(condition))
        {
            case BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And or ExpressionType.OrElse or ExpressionType.Or } both:
                Nested(both.Left);
                _filter.Append(both.NodeType is ExpressionType.AndAlso or ExpressionType.And ? " and " : " or ");
                Nested(both.Right);
                break;
            case BinaryExpression comparison:
                Comparison(comparison);
                break;
            case UnaryExpression { NodeType: ExpressionType.Not } not:
                _filter.Append("not ");
                Nested(not.Operand);
                break;
            case MethodCallExpression { Method.Name: nameof(Equals) } equals when Operands(equals) is var (left, right):
                Compare(left, "eq", right);
                break;
            case var flag when IsProperty(flag):
                Compare(flag, "eq", Expression.Constant(true));
                break;
            case var other when !UsesEntity(other):
                _filter.Append(ODataLiteral.Of(Evaluate(other)));
                break;
            case var other:
                throw Untranslatable(other);
        }
    }

    private void Nested(Expression condition)
    {
        _filter.Append('(');
        Condition(condition);
        _filter.Append(')');
    }

    private void Comparison(BinaryExpression comparison)
    {
        var word = Operator(comparison);
        if (Unwrap(comparison.Left) is MethodCallExpression { Method.Name: nameof(string.Compare) or nameof(string.CompareTo) or nameof(string.CompareOrdinal) } order
            && !UsesEntity(comparison.Right) && Evaluate(comparison.Right) is 0
            && Operands(order) is var (left, right))
        {
            Compare(left, word, right);
            return;
        }

        Compare(comparison.Left, word, comparison.Right);
    }

    private void Compare(Expression left, string word, Expression right)
    {
        Operand(left, right);
        _filter.Append(CultureInfo.InvariantCulture, $" {word} ");
        Operand(right, left);
    }

    private void Operand(Expression operand, Expression other)
    {
        var inner = Unwrap(operand);
        if (UsesEntity(inner))
        {
            _filter.Append(PropertyName(inner));
            return;
        }

        var value = Evaluate(operand);
        _filter.Append(value switch
        {
            Enum name => ODataLiteral.Of(name.ToString()),
            int number when EnumOf(Unwrap(other)) is { } type => ODataLiteral.Of(Enum.ToObject(type, number).ToString()),
            double number => Double(number),
            _ => Literal(value, operand),
        });
    }

    /// <summary>A double keeps its point, for without it the service takes it for an int.</summary>
    private static string Double(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return double.IsFinite(number) && !text.AsSpan().ContainsAny('.', 'E') ? text + ".0" : text;
    }

    private static string Literal(object? value, Expression source)
    {
        try
        {
            return ODataLiteral.Of(value);
        }
        catch (ArgumentException)
        {
            throw new InvalidOperationException($"Could not convert constant {source} expression to string.");
        }
    }

    /// <summary>The two sides of a comparison that is written as a call; a call with more, such as a StringComparison, has none here.</summary>
    private static (Expression Left, Expression Right)? Operands(MethodCallExpression call) => (call.Object, call.Arguments.Count) switch
    {
        (null, 2) => (call.Arguments[0], call.Arguments[1]),
        (not null, 1) => (call.Object, call.Arguments[0]),
        _ => throw Untranslatable(call),
    };

    private static string Operator(BinaryExpression comparison) => comparison.NodeType switch
    {
        ExpressionType.Equal => "eq",
        ExpressionType.NotEqual => "ne",
        ExpressionType.LessThan => "lt",
        ExpressionType.LessThanOrEqual => "le",
        ExpressionType.GreaterThan => "gt",
        ExpressionType.GreaterThanOrEqual => "ge",
        _ => throw Untranslatable(comparison),
    };

    private bool IsProperty(Expression expression) => UsesEntity(expression) && NameOf(expression) is not null;

    private string PropertyName(Expression expression) => NameOf(Unwrap(expression)) ?? throw Untranslatable(expression);

    private string? NameOf(Expression expression) => expression switch
    {
        MemberExpression { Member.Name: "Value", Expression: { } nullable } when Nullable.GetUnderlyingType(nullable.Type) is not null => NameOf(nullable),
        MemberExpression { Member: PropertyInfo property, Expression: { } owner } when Unwrap(owner) == _entity => NameOf(property, owner.Type),
        MethodCallExpression { Method.Name: "get_Item" or ['G', 'e', 't', ..], Arguments: [var name], Object: { } owner } when Unwrap(owner) == _entity && !UsesEntity(name) => Evaluate(name) as string,
        _ => null,
    };

    private static string NameOf(PropertyInfo property, Type owner) => owner == typeof(TableItem)
        ? "TableName"
        : property.GetCustomAttribute<DataMemberAttribute>()?.Name ?? property.Name;

    /// <summary>The enum that the compiler hid behind an int.</summary>
    private static Type? EnumOf(Expression expression) => (Nullable.GetUnderlyingType(expression.Type) ?? expression.Type) is { IsEnum: true } type ? type : null;

    private static Expression Unwrap(Expression expression) => expression is UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked or ExpressionType.TypeAs } cast
        ? Unwrap(cast.Operand)
        : expression;

    private bool UsesEntity(Expression expression)
    {
        EntityFinder finder = new(_entity);
        finder.Visit(expression);
        return finder.Found;
    }

    private static object? Evaluate(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field, Expression: ConstantExpression owner } => field.GetValue(owner.Value),
        _ => Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)(),
    };

    private static NotSupportedException Untranslatable(Expression expression) => new($"The expression {expression} is not supported: the service can compare properties with values, and combine that with and, or, not.");

    private sealed class EntityFinder(ParameterExpression entity) : ExpressionVisitor
    {
        internal bool Found { get; private set; }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            Found |= node == entity;
            return node;
        }
    }
}
