using ActorNet.Cluster.Hosting;

namespace ActorNet.Cluster.Tests;

/// <summary>What a configuration opens it must close.</summary>
public sealed class HoconBracesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a { b = [1, { c = 2 }] }")]
    [InlineData("# { in a comment\na = 1 // [ in another")]
    [InlineData("a = \"{\", b = \"a \\\" {\", c = \"\"")]
    [InlineData("a = \"\"\"{ \" {\n{\"\"\"")]
    [InlineData("a = ${b}, b = ${?c}")]
    public void What_is_closed_is_no_fault(string hocon) => Assert.Null(HoconBraces.FindFault(hocon));

    [Theory]
    [InlineData("akka {\n  loglevel = INFO\n", "line 1: { is never closed")]
    [InlineData("akka {\n  actor {\n    # }\n  }\n", "line 1: { is never closed")]
    [InlineData("akka { remote {\n b = \"}\" }", "line 1: { is never closed")]
    [InlineData("akka {}\n\na = [1, 2", "line 3: [ is never closed")]
    [InlineData("akka {}\n}", "line 2: } closes nothing")]
    [InlineData("akka {\n  a = [1, 2\n}", "line 3: } cannot close the [ of line 2")]
    [InlineData("akka {\n  a = \"b\n}", "line 2: the text that begins with \" is never closed")]
    [InlineData("a = \"\"\"\n\n}", "line 1: the text that begins with \"\"\" is never closed")]
    [InlineData("a = \"\"\"\n\n\"\"\"\n{", "line 4: { is never closed")]
    public void What_is_not_is_named_with_its_line(string hocon, string fault) => Assert.Equal(fault, HoconBraces.FindFault(hocon));
}
