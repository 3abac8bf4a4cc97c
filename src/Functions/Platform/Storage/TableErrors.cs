using Azure;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>What the table service's refusals mean.</summary>
internal static class TableErrors
{
    extension(RequestFailedException failure)
    {
        /// <summary>
        /// Whether somebody else has written, made or deleted a row since it was read. A table that is missing is not
        /// one of these.
        /// </summary>
        public bool IsConflict() => failure.Status is 404 or 409 or 412 && failure.ErrorCode != "TableNotFound";

        /// <summary>Whether the row to be added exists.</summary>
        public bool IsAlreadyThere() => failure.Status == 409 && failure.ErrorCode == "EntityAlreadyExists";
    }
}
