namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which key a caller has to show.</summary>
public enum AuthorizationLevel
{
    /// <summary>None.</summary>
    Anonymous = 0,

    /// <summary>A signed-in user; here the function key.</summary>
    User = 1,

    /// <summary>The function key.</summary>
    Function = 2,

    /// <summary>The host's own key; here the function key.</summary>
    System = 3,

    /// <summary>The master key; here the function key, as there is one key only.</summary>
    Admin = 4,
}
