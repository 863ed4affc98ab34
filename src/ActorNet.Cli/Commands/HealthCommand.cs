using System.CommandLine;
using ActorNet.Cli.Http;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Cluster.Security;
using ActorNet.Core;

namespace ActorNet.Cli.Commands;

/// <summary>actornet health</summary>
internal static class HealthCommand
{
    private const double DefaultSeconds = 5;

    private static readonly string _defaultUrl = $"http://127.0.0.1:{HttpOptions.DefaultPort}";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var url = new Argument<string>("URL") { Description = $"The process's HTTP endpoint. Default: {_defaultUrl}.", DefaultValueFactory = _ => _defaultUrl };
        var live = new Switch("--live", "Ask only whether the process is there, not whether it takes part.");
        var tls = new TlsFlags();
        var timeout = new Setting("--timeout", "SECONDS", $"How long to wait for an answer. Default {DefaultSeconds:0}.");
        var command = new Command("health", "Ask a process whether it is ready: exit code 0 when it is, 1 when not, 3 when it does not answer.") { url };
        command.Options.Add(live.Option);
        command.Options.Add(timeout.Option);
        tls.AddTo(command);
        command.SetAction(async parse =>
        {
            var certificates = tls.Read(parse);
            var path = live.IsOn(parse) ? "health/live" : "health/ready";
            Console.Out.WriteLine(await AskAsync(new Uri(Base(parse.GetRequiredValue(url), certificates), path), certificates, Patience(timeout.Find(parse))).ConfigureAwait(false));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Asks, and waits so long at most.</summary>
    /// <returns>What a healthy process says.</returns>
    /// <exception cref="UnreachableException">There is no answer.</exception>
    /// <exception cref="ActorNetException">It is not healthy, or no process of ActorNet.</exception>
    private static async Task<string> AskAsync(Uri url, NodeCertificates? certificates, TimeSpan patience)
    {
        var tls = new HttpTls(certificates, url);
        var handler = tls.Handler();
        // The process itself is asked: what a proxy says of it does not count.
        handler.UseProxy = false;
        using var client = new HttpClient(handler) { Timeout = patience };
        try
        {
            using var answer = await client.GetAsync(url).ConfigureAwait(false);
            var said = JsonObjects.Parse(await answer.Content.ReadAsStringAsync().ConfigureAwait(false));
            var reason = said?[answer.IsSuccessStatusCode ? "status" : "detail"]?.ToString()
                ?? throw new ActorNetException($"{url} answers {(int)answer.StatusCode}, but not as a process of actornet does: is it one, and the port its --http?");
            return answer.IsSuccessStatusCode ? reason : throw new ActorNetException($"{url}: {reason}");
        }
        catch (HttpRequestException error)
        {
            throw Unreachable(url, $"({tls.Explain(error)})", error);
        }
        catch (TaskCanceledException error)
        {
            throw Unreachable(url, $"within {patience.TotalSeconds:0.###} s", error);
        }
    }

    private static UnreachableException Unreachable(Uri url, string how, Exception error) =>
        new(new ActorNetException($"{url} does not answer {how}: is the process running, and is that its --http?", error));

    private static Uri Base(string text, NodeCertificates? certificates) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"{(certificates is null ? "http" : "https")}://{text}", UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new UsageException($"URL is '{text}': give the process's HTTP endpoint, as in {_defaultUrl}.");

    private static TimeSpan Patience(Said? said)
    {
        var seconds = said?.Number() ?? DefaultSeconds;
        return seconds is > 0 and <= 3600 ? TimeSpan.FromSeconds(seconds) : throw said!.Value.Wrong("seconds above 0, 3600 at most");
    }
}
