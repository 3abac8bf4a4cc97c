namespace IntegrationHub.Sandbox.Faults;

/// <summary>The present faults of each vendor. Of several that match a call, the first one set wins.</summary>
public sealed class FaultSet(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<ActiveFault> _active = [];

    /// <summary>Replaces all faults of a vendor.</summary>
    public void Set(string vendor, params Fault[] faults)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            _active.RemoveAll(active => active.Vendor == vendor);
            _active.AddRange(faults.Select(fault => new ActiveFault(vendor, fault, now + fault.For) { Left = fault.Count }));
        }
    }

    /// <summary>Ends all faults, or those of one vendor.</summary>
    public void Clear(string? vendor = null)
    {
        lock (_lock)
        {
            _active.RemoveAll(active => vendor is null || active.Vendor == vendor);
        }
    }

    /// <summary>Returns the faults that still last, with the calls that each failed.</summary>
    public IReadOnlyList<(string Vendor, Fault Fault, int Met)> Active()
    {
        lock (_lock)
        {
            RemoveEnded();
            return [.. _active.Select(active => (active.Vendor, active.Fault, active.Met))];
        }
    }

    internal Fault? Meet(string vendor, string method, string path)
    {
        lock (_lock)
        {
            RemoveEnded();
            var met = _active.Find(active => active.Fits(vendor, method, path) && active.IsTurn());
            if (met is null)
            {
                return null;
            }

            met.Met++;
            met.Left--;
            return met.Fault;
        }
    }

    private void RemoveEnded()
    {
        if (_active.Count > 0)
        {
            var now = time.GetUtcNow();
            _active.RemoveAll(active => active.Left <= 0 || active.Until <= now);
        }
    }

    private sealed class ActiveFault(string vendor, Fault fault, DateTimeOffset? until)
    {
        private int _fitting;

        public string Vendor => vendor;

        public Fault Fault => fault;

        public DateTimeOffset? Until => until;

        public int? Left { get; set; }

        public int Met { get; set; }

        /// <summary>Counts the call and returns whether it fails.</summary>
        public bool IsTurn() => ++_fitting % Fault.Every == 0;

        public bool Fits(string callVendor, string method, string path) =>
            callVendor == vendor
            && (fault.Method is null || method.Equals(fault.Method, StringComparison.OrdinalIgnoreCase))
            && (fault.PathPrefix is null || path.StartsWith(fault.PathPrefix, StringComparison.OrdinalIgnoreCase));
    }
}
