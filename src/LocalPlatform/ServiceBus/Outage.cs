namespace IntegrationHub.LocalPlatform.ServiceBus;

/// <summary>
/// Checks ten times a second whether the file <c>bus.unavailable</c> lies in the data directory: meanwhile the broker
/// cannot be reached.
/// </summary>
internal sealed class Outage : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly string _file;
    private readonly Action _began;
    private readonly Action _ended;
    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private bool _isOn;
    private bool _isDisposed;

    /// <param name="directory">The data directory.</param>
    /// <param name="began">Is called when the file appears.</param>
    /// <param name="ended">Is called when it is gone, and at once when it is not there; it is called again when it
    /// throws.</param>
    public Outage(string directory, Action began, Action ended)
    {
        _file = Path.Combine(directory, "bus.unavailable");
        _began = began;
        _ended = ended;
        _isOn = File.Exists(_file);
        if (!_isOn)
        {
            ended();
        }

        _timer = new(_ => Look(), null, Interval, Interval);
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _isDisposed = true;
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_isDisposed || File.Exists(_file) == _isOn)
            {
                return;
            }

            try
            {
                (_isOn ? _ended : _began)();
                _isOn = !_isOn;
            }
            catch (IOException)
            {
                // Someone took the port meanwhile; the next look tries again.
            }
        }
    }
}
