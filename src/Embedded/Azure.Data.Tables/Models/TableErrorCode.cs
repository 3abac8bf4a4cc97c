using System.ComponentModel;

namespace Azure.Data.Tables.Models;

/// <summary>An error code of the service, comparable with <see cref="RequestFailedException.ErrorCode"/>; a code not named here is one too.</summary>
/// <param name="value">The code as the service writes it.</param>
public readonly struct TableErrorCode(string value) : IEquatable<TableErrorCode>
{
    private readonly string _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>Gets the code <c>AccountIOPSLimitExceeded</c>.</summary>
    public static TableErrorCode AccountIOPSLimitExceeded { get; } = new("AccountIOPSLimitExceeded");

    /// <summary>Gets the code <c>AtomFormatNotSupported</c>.</summary>
    public static TableErrorCode AtomFormatNotSupported { get; } = new("AtomFormatNotSupported");

    /// <summary>Gets the code <c>AuthorizationPermissionMismatch</c>.</summary>
    public static TableErrorCode AuthorizationPermissionMismatch { get; } = new("AuthorizationPermissionMismatch");

    /// <summary>Gets the code <c>AuthorizationResourceTypeMismatch</c>.</summary>
    public static TableErrorCode AuthorizationResourceTypeMismatch { get; } = new("AuthorizationResourceTypeMismatch");

    /// <summary>Gets the code <c>CannotCreateTableWithIOPSGreaterThanMaxAllowedPerTable</c>.</summary>
    public static TableErrorCode CannotCreateTableWithIOPSGreaterThanMaxAllowedPerTable { get; } = new("CannotCreateTableWithIOPSGreaterThanMaxAllowedPerTable");

    /// <summary>Gets the code <c>CommandsInBatchActOnDifferentPartitions</c>.</summary>
    public static TableErrorCode CommandsInBatchActOnDifferentPartitions { get; } = new("CommandsInBatchActOnDifferentPartitions");

    /// <summary>Gets the code <c>ContentLengthExceeded</c>.</summary>
    public static TableErrorCode ContentLengthExceeded { get; } = new("ContentLengthExceeded");

    /// <summary>Gets the code <c>DuplicateKeyPropertySpecified</c>.</summary>
    public static TableErrorCode DuplicateKeyPropertySpecified { get; } = new("DuplicateKeyPropertySpecified");

    /// <summary>Gets the code <c>DuplicatePropertiesSpecified</c>.</summary>
    public static TableErrorCode DuplicatePropertiesSpecified { get; } = new("DuplicatePropertiesSpecified");

    /// <summary>Gets the code <c>EntityAlreadyExists</c>.</summary>
    public static TableErrorCode EntityAlreadyExists { get; } = new("EntityAlreadyExists");

    /// <summary>Gets the code <c>EntityNotFound</c>.</summary>
    public static TableErrorCode EntityNotFound { get; } = new("EntityNotFound");

    /// <summary>Gets the code <c>EntityTooLarge</c>.</summary>
    public static TableErrorCode EntityTooLarge { get; } = new("EntityTooLarge");

    /// <summary>Gets the code <c>Forbidden</c>.</summary>
    public static TableErrorCode Forbidden { get; } = new("Forbidden");

    /// <summary>Gets the code <c>InvalidDuplicateRow</c>.</summary>
    public static TableErrorCode InvalidDuplicateRow { get; } = new("InvalidDuplicateRow");

    /// <summary>Gets the code <c>InvalidInput</c>.</summary>
    public static TableErrorCode InvalidInput { get; } = new("InvalidInput");

    /// <summary>Gets the code <c>InvalidValueType</c>.</summary>
    public static TableErrorCode InvalidValueType { get; } = new("InvalidValueType");

    /// <summary>Gets the code <c>JsonFormatNotSupported</c>.</summary>
    public static TableErrorCode JsonFormatNotSupported { get; } = new("JsonFormatNotSupported");

    /// <summary>Gets the code <c>JsonVerboseFormatNotSupported</c>.</summary>
    public static TableErrorCode JsonVerboseFormatNotSupported { get; } = new("JsonVerboseFormatNotSupported");

    /// <summary>Gets the code <c>KeyValueTooLarge</c>.</summary>
    public static TableErrorCode KeyValueTooLarge { get; } = new("KeyValueTooLarge");

    /// <summary>Gets the code <c>MediaTypeNotSupported</c>.</summary>
    public static TableErrorCode MediaTypeNotSupported { get; } = new("MediaTypeNotSupported");

    /// <summary>Gets the code <c>MethodNotAllowed</c>.</summary>
    public static TableErrorCode MethodNotAllowed { get; } = new("MethodNotAllowed");

    /// <summary>Gets the code <c>NotImplemented</c>.</summary>
    public static TableErrorCode NotImplemented { get; } = new("NotImplemented");

    /// <summary>Gets the code <c>OperationTimedOut</c>.</summary>
    public static TableErrorCode OperationTimedOut { get; } = new("OperationTimedOut");

    /// <summary>Gets the code <c>OperatorInvalid</c>.</summary>
    public static TableErrorCode OperatorInvalid { get; } = new("OperatorInvalid");

    /// <summary>Gets the code <c>OutOfRangeInput</c>.</summary>
    public static TableErrorCode OutOfRangeInput { get; } = new("OutOfRangeInput");

    /// <summary>Gets the code <c>PartitionKeyEqualityComparisonExpected</c>.</summary>
    public static TableErrorCode PartitionKeyEqualityComparisonExpected { get; } = new("PartitionKeyEqualityComparisonExpected");

    /// <summary>Gets the code <c>PartitionKeyNotSpecified</c>.</summary>
    public static TableErrorCode PartitionKeyNotSpecified { get; } = new("PartitionKeyNotSpecified");

    /// <summary>Gets the code <c>PartitionKeyPropertyCannotBeUpdated</c>.</summary>
    public static TableErrorCode PartitionKeyPropertyCannotBeUpdated { get; } = new("PartitionKeyPropertyCannotBeUpdated");

    /// <summary>Gets the code <c>PartitionKeySpecifiedMoreThanOnce</c>.</summary>
    public static TableErrorCode PartitionKeySpecifiedMoreThanOnce { get; } = new("PartitionKeySpecifiedMoreThanOnce");

    /// <summary>Gets the code <c>PerTableIOPSDecrementLimitReached</c>.</summary>
    public static TableErrorCode PerTableIOPSDecrementLimitReached { get; } = new("PerTableIOPSDecrementLimitReached");

    /// <summary>Gets the code <c>PerTableIOPSIncrementLimitReached</c>.</summary>
    public static TableErrorCode PerTableIOPSIncrementLimitReached { get; } = new("PerTableIOPSIncrementLimitReached");

    /// <summary>Gets the code <c>PrimaryKeyPropertyIsInvalidType</c>.</summary>
    public static TableErrorCode PrimaryKeyPropertyIsInvalidType { get; } = new("PrimaryKeyPropertyIsInvalidType");

    /// <summary>Gets the code <c>PropertiesNeedValue</c>.</summary>
    public static TableErrorCode PropertiesNeedValue { get; } = new("PropertiesNeedValue");

    /// <summary>Gets the code <c>PropertyNameInvalid</c>.</summary>
    public static TableErrorCode PropertyNameInvalid { get; } = new("PropertyNameInvalid");

    /// <summary>Gets the code <c>PropertyNameTooLong</c>.</summary>
    public static TableErrorCode PropertyNameTooLong { get; } = new("PropertyNameTooLong");

    /// <summary>Gets the code <c>PropertyValueTooLarge</c>.</summary>
    public static TableErrorCode PropertyValueTooLarge { get; } = new("PropertyValueTooLarge");

    /// <summary>Gets the code <c>ResourceNotFound</c>.</summary>
    public static TableErrorCode ResourceNotFound { get; } = new("ResourceNotFound");

    /// <summary>Gets the code <c>SettingIOPSForATableInProvisioningNotAllowed</c>.</summary>
    public static TableErrorCode SettingIOPSForATableInProvisioningNotAllowed { get; } = new("SettingIOPSForATableInProvisioningNotAllowed");

    /// <summary>Gets the code <c>TableAlreadyExists</c>.</summary>
    public static TableErrorCode TableAlreadyExists { get; } = new("TableAlreadyExists");

    /// <summary>Gets the code <c>TableBeingDeleted</c>.</summary>
    public static TableErrorCode TableBeingDeleted { get; } = new("TableBeingDeleted");

    /// <summary>Gets the code <c>TableHasNoProperties</c>.</summary>
    public static TableErrorCode TableHasNoProperties { get; } = new("TableHasNoProperties");

    /// <summary>Gets the code <c>TableHasNoSuchProperty</c>.</summary>
    public static TableErrorCode TableHasNoSuchProperty { get; } = new("TableHasNoSuchProperty");

    /// <summary>Gets the code <c>TableNotFound</c>.</summary>
    public static TableErrorCode TableNotFound { get; } = new("TableNotFound");

    /// <summary>Gets the code <c>TooManyProperties</c>.</summary>
    public static TableErrorCode TooManyProperties { get; } = new("TooManyProperties");

    /// <summary>Gets the code <c>UpdateConditionNotSatisfied</c>.</summary>
    public static TableErrorCode UpdateConditionNotSatisfied { get; } = new("UpdateConditionNotSatisfied");

    /// <summary>Gets the code <c>XMethodIncorrectCount</c>.</summary>
    public static TableErrorCode XMethodIncorrectCount { get; } = new("XMethodIncorrectCount");

    /// <summary>Gets the code <c>XMethodIncorrectValue</c>.</summary>
    public static TableErrorCode XMethodIncorrectValue { get; } = new("XMethodIncorrectValue");

    /// <summary>Gets the code <c>XMethodNotUsingPost</c>.</summary>
    public static TableErrorCode XMethodNotUsingPost { get; } = new("XMethodNotUsingPost");

    /// <summary>Whether two codes are the same, in any case.</summary>
    /// <param name="left">One code.</param>
    /// <param name="right">Another.</param>
    public static bool operator ==(TableErrorCode left, TableErrorCode right) => left.Equals(right);

    /// <summary>Whether two codes differ.</summary>
    /// <param name="left">One code.</param>
    /// <param name="right">Another.</param>
    public static bool operator !=(TableErrorCode left, TableErrorCode right) => !left.Equals(right);

    /// <summary>Whether a code is the one that an exception carries.</summary>
    /// <param name="code">The code.</param>
    /// <param name="value">What the exception carries; null is no code.</param>
    public static bool operator ==(TableErrorCode code, string? value) => value is not null && code.Equals(value);

    /// <summary>Whether a code is not the one that an exception carries.</summary>
    /// <param name="code">The code.</param>
    /// <param name="value">What the exception carries; null is no code.</param>
    public static bool operator !=(TableErrorCode code, string? value) => !(code == value);

    /// <summary>Whether an exception carries a code.</summary>
    /// <param name="value">What the exception carries; null is no code.</param>
    /// <param name="code">The code.</param>
    public static bool operator ==(string? value, TableErrorCode code) => code == value;

    /// <summary>Whether an exception does not carry a code.</summary>
    /// <param name="value">What the exception carries; null is no code.</param>
    /// <param name="code">The code.</param>
    public static bool operator !=(string? value, TableErrorCode code) => !(code == value);

    /// <summary>Makes a code of its text.</summary>
    /// <param name="value">The code as the service writes it.</param>
    public static implicit operator TableErrorCode(string value) => new(value);

    /// <inheritdoc/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object? obj) => obj is TableErrorCode other && Equals(other);

    /// <inheritdoc/>
    public bool Equals(TableErrorCode other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(_value ?? "");

    /// <inheritdoc/>
    public override string ToString() => _value;
}
