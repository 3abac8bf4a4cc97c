namespace Azure.Data.Tables.Models;

/// <summary>A table, as the list of tables shows it.</summary>
public class TableItem
{
    /// <summary>Makes an item.</summary>
    /// <param name="name">The table's name.</param>
    public TableItem(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
    }

    /// <summary>Gets the table's name, in the case it was made with.</summary>
    public string Name { get; }
}
