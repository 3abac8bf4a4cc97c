using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>One property of an entity class: found by reflection once, read and set by compiled code ever after.</summary>
internal abstract class EntityMember(string name)
{
    internal string Name { get; } = name;

    internal PropertyName JsonName { get; } = PropertyName.Of(name);

    internal abstract void Write(object entity, Utf8JsonWriter json);

    internal abstract void Read(object entity, ref Utf8JsonReader json);

    internal static EntityMember Create(string name, MemberInfo member, Type type) =>
        (EntityMember)typeof(EntityMember<>).MakeGenericType(type).GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic)[0].Invoke([name, member]);
}

/// <summary>A property of a known type.</summary>
internal sealed class EntityMember<T> : EntityMember
{
    private static readonly PropertyCodec<T> Codec = FindCodec();

    private readonly Func<object, T>? _get;
    private readonly Action<object, T>? _set;

    internal EntityMember(string name, MemberInfo member)
        : base(name)
    {
        var entity = Expression.Parameter(typeof(object));
        var value = Expression.Parameter(typeof(T));
        var declaring = member.DeclaringType!;
        var access = Expression.MakeMemberAccess(declaring.IsValueType ? Expression.Unbox(entity, declaring) : Expression.Convert(entity, declaring), member);

        if (member is FieldInfo or PropertyInfo { CanRead: true })
        {
            _get = Expression.Lambda<Func<object, T>>(access, entity).Compile();
        }

        if (member is FieldInfo { IsInitOnly: false } or PropertyInfo { CanWrite: true })
        {
            _set = Expression.Lambda<Action<object, T>>(Expression.Assign(access, value), entity, value).Compile();
        }
    }

    internal override void Write(object entity, Utf8JsonWriter json)
    {
        if (_get is not null && _get(entity) is { } value)
        {
            Codec.Write(json, JsonName, value);
        }
    }

    internal override void Read(object entity, ref Utf8JsonReader json) =>
        _set?.Invoke(entity, json.TokenType == JsonTokenType.Null ? default! : Codec.Read(ref json));

    private static PropertyCodec<T> FindCodec()
    {
        var nullable = Nullable.GetUnderlyingType(typeof(T));
        var factory = nullable is not null ? nameof(PropertyCodec.ForNullable) : typeof(T).IsEnum ? nameof(PropertyCodec.ForEnum) : nameof(PropertyCodec.For);
        return typeof(PropertyCodec).GetMethod(factory, BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(nullable ?? typeof(T))
            .CreateDelegate<Func<PropertyCodec<T>>>()();
    }
}
