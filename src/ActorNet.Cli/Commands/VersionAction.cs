using System.CommandLine;
using System.CommandLine.Invocation;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Commands;

/// <summary>actornet --version: the program's name, its version and the commit that it was built from, as nodes tell them to the coordinator.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Console.Out.WriteLine($"actornet {ProgramVersion.Text}");
        return ExitCode.Done;
    }
}
