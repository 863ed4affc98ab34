using System.Diagnostics;
using System.Globalization;

namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>
/// Network namespaces of Linux, each on a wire of its own to a hub that lets all reach each other. A wire can be cut, or lose packets at random: nobody is told.
/// </summary>
internal sealed class StarOfHosts : IDisposable
{
    /// <summary>The hub's address for all.</summary>
    public const string Hub = "10.231.0.1";

    private const string Wire = "wire";
    private const string IpTables = "/usr/sbin/iptables";

    private static int _stars;

    private readonly string _name = $"an-{Environment.ProcessId}-{Interlocked.Increment(ref _stars)}";
    private readonly int _spokes;

    private StarOfHosts(int spokes)
    {
        _spokes = spokes;
        Ip("netns", "add", $"{_name}-hub");
        Ip("-n", $"{_name}-hub", "link", "set", "lo", "up");
        Ip("-n", $"{_name}-hub", "addr", "add", $"{Hub}/32", "dev", "lo");
        Run("ip", [.. OnHub[1..], "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
        for (var spoke = 1; spoke <= spokes; spoke++)
        {
            Ip("netns", "add", Spoke(spoke));
            Ip("link", "add", $"hub{spoke}", "netns", $"{_name}-hub", "type", "veth", "peer", "name", Wire, "netns", Spoke(spoke));
            Ip("-n", $"{_name}-hub", "addr", "add", $"10.231.{spoke}.1/24", "dev", $"hub{spoke}");
            Ip("-n", $"{_name}-hub", "link", "set", $"hub{spoke}", "up");
            Ip("-n", Spoke(spoke), "addr", "add", $"{Address(spoke)}/24", "dev", Wire);
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
    public void Cut(int spoke) => Ip("-n", Spoke(spoke), "link", "set", Wire, "down");

    /// <summary>Makes a wire whole.</summary>
    public void Mend(int spoke)
    {
        Ip("-n", Spoke(spoke), "link", "set", Wire, "up");
        Ip("-n", Spoke(spoke), "route", "replace", "default", "via", $"10.231.{spoke}.1");
    }

    /// <summary>Why no packets can be lost here; null when they can.</summary>
    public string? WhyNoLoss()
    {
        if (!File.Exists(IpTables))
        {
            return "needs iptables(8)";
        }

        var (code, error) = Start("ip", [.. OnHub[1..], IpTables, "-w", "-t", "raw", .. Losing("lo", 0, "-A")]);
        return code == 0 ? null : $"needs the module statistic of iptables(8): {error}";
    }

    /// <summary>
    /// Loses packets of all wires at random, whatever they carry, each where it arrives: who drops what itself sends would be told by the kernel.
    /// </summary>
    /// <param name="probability">From 0 to 1; one call on top of another loses more.</param>
    public void Lose(double probability) => EachEnd((way, wire) => Table(way, Losing(wire, probability, "-A")));

    /// <summary>Takes a call of <see cref="Lose"/> back.</summary>
    public void LoseNoMore(double probability) => EachEnd((way, wire) => Table(way, Losing(wire, probability, "-D")));

    /// <summary>Has the hub break every connection over which something comes in for a while, and say so to who sent it: what was on its way is lost.</summary>
    public async Task ResetAsync(TimeSpan length)
    {
        foreach (var chain in (string[])["INPUT", "FORWARD"])
        {
            Filter("-A", chain);
        }

        await Task.Delay(length);
        foreach (var chain in (string[])["INPUT", "FORWARD"])
        {
            Filter("-D", chain);
        }
    }

    /// <summary>Packets that were lost by what <see cref="Lose"/> has in force, at the wires' ends: of those to the hosts, and of those to the hub.</summary>
    public (long ToHosts, long ToHub) Lost()
    {
        var (hosts, hub) = (0L, 0L);
        EachEnd((way, wire) =>
        {
            using var process = Process.Start(new ProcessStartInfo(way[0], [.. way[1..], IpTables, "-w", "-t", "raw", "-nvxL", "PREROUTING"]) { RedirectStandardOutput = true })!;
            var rules = process.StandardOutput.ReadToEnd().Split('\n').Where(line => line.Contains($" {wire} ", StringComparison.Ordinal));
            var lost = rules.Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture));
            (hosts, hub) = wire == Wire ? (hosts + lost, hub) : (hosts, hub + lost);
        });
        return (hosts, hub);
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

    /// <summary>Calls with both ends of each wire.</summary>
    private void EachEnd(Action<string[], string> act)
    {
        for (var spoke = 1; spoke <= _spokes; spoke++)
        {
            act(On(spoke), Wire);
            act(OnHub, $"hub{spoke}");
        }
    }

    private static string[] Losing(string wire, double probability, string action) =>
    [
        action, "PREROUTING", "-i", wire, "-m", "statistic", "--mode", "random",
        "--probability", probability.ToString(CultureInfo.InvariantCulture), "-j", "DROP",
    ];

    private void Filter(string action, string chain) =>
        Run("ip", [.. OnHub[1..], IpTables, "-w", action, chain, "-i", "hub+", "-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset"]);

    private static void Table(string[] way, string[] rule) => Run(way[0], [.. way[1..], IpTables, "-w", "-t", "raw", .. rule]);

    private static void Ip(params string[] arguments) => Run("ip", arguments);

    private static void Run(string program, string[] arguments)
    {
        var (code, error) = Start(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: {error}");
    }

    private static (int Code, string Error) Start(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
