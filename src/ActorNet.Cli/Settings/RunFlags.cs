using System.CommandLine;
using ActorNet.Cli.Commands;
using ActorNet.Cli.Monitor;
using ActorNet.Core;

namespace ActorNet.Cli.Settings;

/// <summary>The argument and the flags that say where a run's coordinator answers, and what entitles to steer it.</summary>
internal sealed class RunFlags
{
    private readonly Setting _tokenFile = new(
        "--token-file", "FILE", "A file with the token that the coordinator asks for: without it commands are refused.");

    private readonly Setting _token = new("--token", "TOKEN", "The token itself. Others can see a process's flags: prefer --token-file.");

    private readonly TlsFlags _tls = new();

    private readonly Setting _timeout = new(
        "--timeout", "SECONDS", "How long to look for the coordinator before giving up with exit code 3. Default: 5; 60 for one that was seen before. The full screen looks on.");

    /// <summary>The argument.</summary>
    public Argument<string?> Url { get; } = new("URL")
    {
        Description = $"Where the coordinator answers: a URL or host:port; several with commas, when it may be at any of them. Default: {RunAddresses.Default}.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(Url);
        foreach (var setting in (Setting[])[_tokenFile, _token, _timeout])
        {
            command.Options.Add(setting.Option);
        }

        _tls.AddTo(command);
    }

    /// <summary>Where the coordinator may be.</summary>
    /// <exception cref="UsageException">An address or a flag makes no sense.</exception>
    /// <exception cref="ActorNetException">The file of the token cannot be read.</exception>
    public RunFinder Finder(ParseResult parse)
    {
        var certificates = _tls.Read(parse);
        return new RunFinder(RunAddresses.Parse(parse.GetValue(Url) ?? RunAddresses.Default, isSecure: certificates is not null), Token(parse), certificates);
    }

    /// <summary>What entitles to commands; null for nothing.</summary>
    /// <exception cref="ActorNetException">The file cannot be read.</exception>
    public string? Token(ParseResult parse)
    {
        // What was said by a flag wins, whichever of the two.
        var (file, token) = (_tokenFile.Find(parse), _token.Find(parse));
        if (token is { } said && (file is null || said.Source == _token.Option.Name))
        {
            return Checked(said.Text, said.Source);
        }

        return file is { } path ? Checked(Read(path), $"{path.Source} {path.Text}") : null;
    }

    /// <summary>How long to look for the coordinator.</summary>
    /// <param name="parse">The arguments.</param>
    /// <param name="otherwise">When nothing was said.</param>
    /// <exception cref="UsageException">It makes no sense.</exception>
    public TimeSpan Timeout(ParseResult parse, TimeSpan otherwise) => _timeout.Find(parse) is { } said
        ? said.Number() is > 0 and <= 86_400 and var seconds ? TimeSpan.FromSeconds(seconds) : throw said.Wrong("seconds, above 0 and at most 86400")
        : otherwise;

    private static string Read(Said path)
    {
        try
        {
            return File.ReadAllText(path.Text).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"{path.Source} {path.Text} cannot be read ({error.Message}): give the file with the coordinator's token.", error);
        }
    }

    private static string Checked(string token, string source) =>
        token.Length > 0 && token.All(letter => letter is > ' ' and < (char)0x7F) ? token : throw new UsageException($"{source} holds no token: one word of printable ASCII.");
}
