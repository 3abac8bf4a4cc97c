namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>The associations. Each one is stored on both sides, under the type id of its direction.</summary>
internal sealed class HubSpotAssociations
{
    private static readonly Dictionary<int, (string From, string To, int Back)> KnownTypes = new()
    {
        [3] = ("deals", "contacts", 4), [4] = ("contacts", "deals", 3),
        [279] = ("contacts", "companies", 280), [280] = ("companies", "contacts", 279),
        [1] = ("contacts", "companies", 2), [2] = ("companies", "contacts", 1),
        [341] = ("deals", "companies", 342), [342] = ("companies", "deals", 341),
        [5] = ("deals", "companies", 6), [6] = ("companies", "deals", 5),
        [204] = ("tasks", "contacts", 203), [203] = ("contacts", "tasks", 204),
        [216] = ("tasks", "deals", 215), [215] = ("deals", "tasks", 216),
        [192] = ("tasks", "companies", 191), [191] = ("companies", "tasks", 192),
        [202] = ("notes", "contacts", 201), [201] = ("contacts", "notes", 202),
        [214] = ("notes", "deals", 213), [213] = ("deals", "notes", 214),
        [190] = ("notes", "companies", 189), [189] = ("companies", "notes", 190),
    };

    private readonly Dictionary<(string Type, long Id), List<(string Type, long Id, int TypeId)>> _ties = [];

    /// <summary>The type of the object at the other end of an association type.</summary>
    public static string TargetOf(HubSpotType from, int typeId) => KnownTypes.TryGetValue(typeId, out var known) && known.From == from.Name
        ? known.To
        : throw HubSpotException.Invalid($"{typeId} is not a valid association type from {from.Name}.");

    public static int DefaultType(HubSpotType from, HubSpotType to)
    {
        var (typeId, _) = KnownTypes.FirstOrDefault(known => known.Value.From == from.Name && known.Value.To == to.Name);
        return typeId != 0 ? typeId : throw HubSpotException.Invalid($"{from.Name} cannot be associated with {to.Name}.");
    }

    public IEnumerable<(long Id, IEnumerable<int> TypeIds)> Of(HubSpotObject from, HubSpotType to) =>
        TiesOf(from.Type.Name, from.Id).Where(tie => tie.Type == to.Name).GroupBy(tie => tie.Id).Select(group => (group.Key, group.Select(tie => tie.TypeId)));

    /// <summary>False when the two are tied so already.</summary>
    public bool Add(HubSpotObject from, HubSpotObject to, int typeId)
    {
        if (TargetOf(from.Type, typeId) != to.Type.Name)
        {
            throw HubSpotException.Invalid($"{typeId} is not a valid association type from {from.Type.Name} to {to.Type.Name}.");
        }

        var ties = TiesOf(from.Type.Name, from.Id);
        if (ties.Contains((to.Type.Name, to.Id, typeId)))
        {
            return false;
        }

        ties.Add((to.Type.Name, to.Id, typeId));
        TiesOf(to.Type.Name, to.Id).Add((from.Type.Name, from.Id, KnownTypes[typeId].Back));
        return true;
    }

    /// <summary>False when the two were not tied.</summary>
    public bool Remove(HubSpotObject from, HubSpotObject to)
    {
        TiesOf(to.Type.Name, to.Id).RemoveAll(tie => tie.Type == from.Type.Name && tie.Id == from.Id);
        return TiesOf(from.Type.Name, from.Id).RemoveAll(tie => tie.Type == to.Type.Name && tie.Id == to.Id) > 0;
    }

    public void RemoveAll(HubSpotObject gone)
    {
        foreach (var (type, id, _) in TiesOf(gone.Type.Name, gone.Id))
        {
            TiesOf(type, id).RemoveAll(back => back.Type == gone.Type.Name && back.Id == gone.Id);
        }

        _ties.Remove((gone.Type.Name, gone.Id));
    }

    /// <summary>Moves one object's associations to another of the same type.</summary>
    public void Move(HubSpotObject from, HubSpotObject to)
    {
        List<(string Type, long Id, int TypeId)> moved = [.. TiesOf(from.Type.Name, from.Id)];
        RemoveAll(from);
        foreach (var (type, id, typeId) in moved)
        {
            var ties = TiesOf(to.Type.Name, to.Id);
            if (!ties.Contains((type, id, typeId)))
            {
                ties.Add((type, id, typeId));
                TiesOf(type, id).Add((to.Type.Name, to.Id, KnownTypes[typeId].Back));
            }
        }
    }

    private List<(string Type, long Id, int TypeId)> TiesOf(string type, long id)
    {
        if (!_ties.TryGetValue((type, id), out var ties))
        {
            _ties[(type, id)] = ties = [];
        }

        return ties;
    }
}
