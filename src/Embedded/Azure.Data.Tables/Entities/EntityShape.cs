using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>What an entity class has beside keys, time and version: its public properties and fields, under the names that <c>[DataMember]</c> gives them.</summary>
internal sealed class EntityShape
{
    private static readonly ConcurrentDictionary<Type, EntityShape> Known = [];

    private readonly EntityMember[] _members;

    private EntityShape(Type type) => _members =
    [
        .. type.GetMembers(BindingFlags.Public | BindingFlags.Instance)
            .Where(member => member is FieldInfo or PropertyInfo { GetMethod: not null } && !member.IsDefined(typeof(IgnoreDataMemberAttribute)))
            .Where(member => member is not PropertyInfo property || property.GetIndexParameters().Length == 0)
            .Select(member => (Name: member.GetCustomAttribute<DataMemberAttribute>()?.Name ?? member.Name, Member: member))
            .Where(member => member.Name is not (EntityNames.PartitionKey or EntityNames.RowKey or EntityNames.Timestamp or nameof(ITableEntity.ETag)))
            .Select(member => EntityMember.Create(member.Name, member.Member, member.Member is FieldInfo field ? field.FieldType : ((PropertyInfo)member.Member).PropertyType)),
    ];

    internal static EntityShape Of(Type type) => Known.GetOrAdd(type, static type => new(type));

    internal void Write(object entity, Utf8JsonWriter json)
    {
        foreach (var member in _members)
        {
            member.Write(entity, json);
        }
    }

    /// <summary>Finds the member that the reader stands before.</summary>
    /// <param name="json">A reader at a property's name.</param>
    /// <param name="next">Where to look first; the service keeps the order of properties, so the next is mostly right.</param>
    internal EntityMember? Find(ref Utf8JsonReader json, ref int next)
    {
        for (var step = 0; step < _members.Length; step++)
        {
            var index = (next + step) % _members.Length;
            if (json.ValueTextEquals(_members[index].Name))
            {
                next = index + 1;
                return _members[index];
            }
        }

        return null;
    }
}
