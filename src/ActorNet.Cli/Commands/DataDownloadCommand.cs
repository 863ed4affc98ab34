using System.CommandLine;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Settings;
using ActorNet.Core;
using ActorNet.Core.Data;

namespace ActorNet.Cli.Commands;

/// <summary>actornet data download</summary>
internal static class DataDownloadCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var folder = DataFlags.Folder();
        var mirror = new Setting("--mirror", "URL", $"Download from here, not from {string.Join(" or ", MnistFiles.Mirrors.Select(uri => uri.Host))}.");
        var command = new Command("download", "Download MNIST's four files, with their hashes checked.");
        command.Options.Add(folder.Option);
        command.Options.Add(mirror.Option);
        command.SetAction((parse, cancellation) => RunAsync(folder.Find(parse)?.Text ?? MnistFiles.DefaultFolder, Mirrors(mirror.Find(parse)), cancellation));
        return command;
    }

    private static Uri[]? Mirrors(Said? said) => said switch
    {
        null => null,
        { } given when Uri.TryCreate(given.Text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" => [uri],
        { } given => throw given.Wrong("an address that begins with http:// or https://"),
    };

    private static async Task<int> RunAsync(string folder, Uri[]? mirrors, CancellationToken cancellation)
    {
        var terminal = Terminal.Output();
        MnistFiles.CheckHashes(folder);
        if (MnistFiles.AreIn(folder))
        {
            terminal.Writer.WriteLine($"mnist is in {folder} already");
            return ExitCode.Done;
        }

        using var status = new StatusLine(terminal);
        using var client = new HttpClient();
        var progress = new DownloadProgress(terminal, status);
        try
        {
            await MnistFiles.DownloadAsync(folder, client, mirrors, progress, cancellation: cancellation).ConfigureAwait(false);
        }
        catch (ActorNetException error) when (!error.Message.Contains("cannot be written", StringComparison.Ordinal))
        {
            throw new UnreachableException(error);
        }

        status.Clear();
        terminal.Writer.WriteLine($"mnist is in {folder}: train with --data mnist --data-dir {folder}");
        return ExitCode.Done;
    }

    /// <summary>Shows each file's progress; off a terminal, each file once it is complete.</summary>
    private sealed class DownloadProgress(Terminal terminal, StatusLine status) : IProgress<(string File, long Done, long Total)>
    {
        public void Report((string File, long Done, long Total) value)
        {
            if (value.Done < value.Total)
            {
                status.Show(ProgressLine.Format(terminal.Width, value.File, (double)value.Done / value.Total, Say.Megabytes(value.Done)));
                return;
            }

            status.Clear();
            terminal.Writer.WriteLine($"{value.File}: {Say.Count(value.Total)} bytes");
        }
    }
}
