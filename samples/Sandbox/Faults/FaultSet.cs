namespace IntegrationHub.Sandbox.Faults;

/// <summary>The troubles that each vendor's calls meet at present. Of several that fit a call, the first set wins.</summary>
public sealed class FaultSet(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<ActiveFault> _active = [];

    /// <summary>Puts these in the place of all troubles the vendor has.</summary>
    public void Set(string vendor, params Fault[] faults)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            _active.RemoveAll(active => active.Vendor == vendor);
            _active.AddRange(faults.Select(fault => new ActiveFault(vendor, fault, now + fault.For) { Left = fault.Count }));
        }
    }

    /// <summary>Ends all troubles, or those of one vendor.</summary>
    public void Clear(string? vendor = null)
    {
        lock (_lock)
        {
            _active.RemoveAll(active => vendor is null || active.Vendor == vendor);
        }
    }

    /// <summary>The troubles that still last, with the number of calls that met each.</summary>
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

        /// <summary>Counts the call, and says whether it is one that meets the trouble.</summary>
        public bool IsTurn() => ++_fitting % Fault.Every == 0;

        public bool Fits(string callVendor, string method, string path) =>
            callVendor == vendor
            && (fault.Method is null || method.Equals(fault.Method, StringComparison.OrdinalIgnoreCase))
            && (fault.PathPrefix is null || path.StartsWith(fault.PathPrefix, StringComparison.OrdinalIgnoreCase));
    }
}
