using System.Diagnostics;

namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>Network namespaces of Linux, each on a wire of its own to a hub. A wire can be cut: what is sent is lost, and nobody is told.</summary>
internal sealed class StarOfHosts : IDisposable
{
    /// <summary>The hub's address for all.</summary>
    public const string Hub = "10.231.0.1";

    private readonly string _name = $"an-{Environment.ProcessId}";
    private readonly int _spokes;

    private StarOfHosts(int spokes)
    {
        _spokes = spokes;
        Ip("netns", "add", $"{_name}-hub");
        Ip("-n", $"{_name}-hub", "link", "set", "lo", "up");
        Ip("-n", $"{_name}-hub", "addr", "add", $"{Hub}/32", "dev", "lo");
        for (var spoke = 1; spoke <= spokes; spoke++)
        {
            Ip("netns", "add", Spoke(spoke));
            Ip("link", "add", $"hub{spoke}", "netns", $"{_name}-hub", "type", "veth", "peer", "name", "wire", "netns", Spoke(spoke));
            Ip("-n", $"{_name}-hub", "addr", "add", $"10.231.{spoke}.1/24", "dev", $"hub{spoke}");
            Ip("-n", $"{_name}-hub", "link", "set", $"hub{spoke}", "up");
            Ip("-n", Spoke(spoke), "addr", "add", $"{Address(spoke)}/24", "dev", "wire");
            Ip("-n", Spoke(spoke), "link", "set", "lo", "up");
            Mend(spoke);
        }
    }

    /// <summary>What starts a program on the hub.</summary>
    public string[] OnHub => ["ip", "netns", "exec", $"{_name}-hub"];

    /// <summary>Makes the hosts.</summary>
    /// <returns>Null where this user may not.</returns>
    public static StarOfHosts? Create(int spokes) =>
        OperatingSystem.IsLinux() && Environment.UserName == "root" && File.Exists("/usr/sbin/ip") ? new StarOfHosts(spokes) : null;

    /// <summary>The address of a host, from 1.</summary>
    public static string Address(int spoke) => $"10.231.{spoke}.2";

    /// <summary>What starts a program on a host, from 1.</summary>
    public string[] On(int spoke) => ["ip", "netns", "exec", Spoke(spoke)];

    /// <summary>Cuts a wire.</summary>
    public void Cut(int spoke) => Ip("-n", Spoke(spoke), "link", "set", "wire", "down");

    /// <summary>Makes a wire whole.</summary>
    public void Mend(int spoke)
    {
        Ip("-n", Spoke(spoke), "link", "set", "wire", "up");
        Ip("-n", Spoke(spoke), "route", "replace", "default", "via", $"10.231.{spoke}.1");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var spoke = 1; spoke <= _spokes; spoke++)
        {
            Ip("netns", "del", Spoke(spoke));
        }

        Ip("netns", "del", $"{_name}-hub");
    }

    private string Spoke(int spoke) => $"{_name}-{spoke}";

    private static void Ip(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ip {string.Join(' ', arguments)}: {error}");
    }
}
