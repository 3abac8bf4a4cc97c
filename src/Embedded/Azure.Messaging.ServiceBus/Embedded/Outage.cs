namespace Azure.Messaging.ServiceBus.Embedded;

/// <summary>Plays an outage: while it was told to, or while a file <c>bus.unavailable</c> lies in the data directory (looked for ten times a second).</summary>
internal sealed class Outage : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private readonly string _file;
    private readonly Action _began;
    private readonly Timer _timer;
    private volatile bool _told;
    private volatile bool _found;

    public Outage(string directory, Action began)
    {
        _file = Path.Combine(directory, "bus.unavailable");
        _began = began;
        _found = File.Exists(_file);
        _timer = new(_ => Look(), null, LookEvery, LookEvery);
    }

    public bool IsOn => _told || _found;

    public void Stop()
    {
        _told = true;
        _began();
    }

    public void Start() => _told = false;

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var found = File.Exists(_file);
        if (found && !_found)
        {
            _found = true;
            _began();
        }

        _found = found;
    }
}
