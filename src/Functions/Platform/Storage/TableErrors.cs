using Azure;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>Classifies failures of the table service.</summary>
internal static class TableErrors
{
    extension(RequestFailedException failure)
    {
        /// <summary>Whether another writer changed, created or deleted the row. A missing
        /// table is not a conflict.</summary>
        public bool IsConflict() => failure.Status is 404 or 409 or 412 && failure.ErrorCode != "TableNotFound";

        /// <summary>Whether the row to add exists.</summary>
        public bool IsAlreadyThere() => failure.Status == 409 && failure.ErrorCode == "EntityAlreadyExists";
    }
}
