using System.CommandLine;
using System.Globalization;
using System.Net;
using ActorNet.Cli.Settings;
using ActorNet.Cluster.Security;

namespace ActorNet.Cli.Commands;

/// <summary>actornet certs</summary>
internal static class CertsCommand
{
    private const int DefaultDays = 365;
    private const int AuthorityDays = 3650;

    /// <summary>The command.</summary>
    public static Command Create() => CommandLine.ShowingHelp(new Command("certs", "Certificates for --tls.") { CreateCreate() });

    private static Command CreateCreate()
    {
        var folder = new Setting("--out", "DIR", "The authority's folder; each certificate gets a folder in it.");
        var name = new Setting("--name", "NAME", "The certificate's name, and its folder's. Default: node, or watcher with --watcher.");
        var hosts = new Setting(
            "--hosts", "HOST[,…]", "Names and addresses by which others reach the nodes that show it; *.example stands for one label. Default: this machine's.");
        var days = new Setting("--days", "N", $"For how many days it holds. Default {DefaultDays}.");
        var watcher = new Switch("--watcher", "For who only watches and steers over HTTP: no node takes it from another.");
        var command = new Command(
            "create", "Make a private authority, unless the folder has one, and a certificate with its key: for all nodes of a cluster, or for each its own. Again, it renews.");
        foreach (var option in (Option[])[folder.Option, name.Option, hosts.Option, days.Option, watcher.Option])
        {
            command.Options.Add(option);
        }

        command.SetAction(parse =>
        {
            var at = folder.Find(parse) ?? throw new UsageException("--out is missing: give a folder for the authority and its certificates.");
            var watches = watcher.IsOn(parse);
            var called = name.Find(parse) is { } said ? FolderName(said) : watches ? "watcher" : "node";
            var for_ = hosts.Find(parse) is { } list ? Hosts(list) : watches ? [] : OwnHosts();
            Write(at.Text, called, for_, days.Find(parse)?.Positive() ?? DefaultDays, watches);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(string folder, string name, IReadOnlyList<string> hosts, int days, bool watches)
    {
        using var authority = CertificateAuthority.OpenOrCreate(folder, Math.Max(AuthorityDays, days));
        var target = Path.Combine(folder, name);
        var until = authority.Issue(target, name, hosts, days, watches);
        if (authority.IsNew)
        {
            Console.Error.WriteLine($"a new authority, until {Day(authority.NotAfter)}: {Path.Combine(folder, CertificateAuthority.KeyFile)} signs certificates; keep it away from the nodes, they do not need it.");
        }

        Console.Error.WriteLine($"{target}: {(watches ? "for watching" : $"for {string.Join(", ", hosts)}")}, until {Day(until)}. Use it with --tls {target}");
        Console.Out.WriteLine(target);
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string FolderName(Said said) =>
        said.Text.IndexOfAny(Path.GetInvalidFileNameChars()) < 0 && said.Text is not ("." or "..") && said.Text.Length <= 64
            ? said.Text
            : throw said.Wrong("a name of a folder, 64 letters at most");

    private static string[] OwnHosts() => [.. new[] { "localhost", "127.0.0.1", "::1", Dns.GetHostName() }.Distinct()];

    private static string[] Hosts(Said said)
    {
        var hosts = said.Text.Split(',', StringSplitOptions.TrimEntries);
        return hosts.All(host => Uri.CheckHostName(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host) != UriHostNameType.Unknown)
            ? hosts
            : throw said.Wrong("names and addresses of hosts, without ports, with commas, as in trainer.example,*.workers.example,10.0.0.5");
    }
}
