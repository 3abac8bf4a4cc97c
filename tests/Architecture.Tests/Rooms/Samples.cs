// Two rooms that use each other, and two that do not: what the guard of rooms is shown.
namespace IntegrationHub.Architecture.Tests.Circle.One
{
    internal sealed record Here(Two.There? There);
}

namespace IntegrationHub.Architecture.Tests.Circle.Two
{
    internal sealed record There(One.Here? Here);
}

namespace IntegrationHub.Architecture.Tests.Line.One
{
    internal sealed record Above(Two.Below Below);
}

namespace IntegrationHub.Architecture.Tests.Line.Two
{
    internal sealed record Below(int Depth);
}
