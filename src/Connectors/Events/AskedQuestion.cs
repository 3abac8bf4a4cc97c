namespace IntegrationHub.Connectors.Events;

/// <summary>A question that somebody wrote into a note or a task.</summary>
/// <param name="ActivityId">The note's or task's id in its tool.</param>
/// <param name="Text">The question, as given.</param>
public sealed record AskedQuestion(string ActivityId, string Text);
