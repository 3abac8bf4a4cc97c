using Microsoft.Data.Sqlite;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>The file of a closed broker, as it lies on the disk.</summary>
internal static class BusFile
{
    public static long Query(string folder, string sql)
    {
        using var connection = Open(folder);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    public static void Execute(string folder, string sql)
    {
        using var connection = Open(folder);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Open(string folder)
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "bus.db"), Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
