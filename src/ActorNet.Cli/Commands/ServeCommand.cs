using System.CommandLine;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Serve;
using ActorNet.Cli.Settings;

namespace ActorNet.Cli.Commands;

/// <summary>actornet serve</summary>
internal static class ServeCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = ModelArgument.Create();
        var flags = new ServeFlags();
        var command = new Command("serve", "See a model think: a page on which to draw a digit, with every layer's neurons, connections and weights.") { model };
        flags.AddTo(command);
        command.SetAction((parse, _) => ServeAsync(parse.GetRequiredValue(model), flags.Read(parse)));
        return command;
    }

    private static async Task<int> ServeAsync(string path, ServeOptions options)
    {
        var trained = TrainedModel.Load(path, ModelArgument.Warn);
        await using var endpoint = new ServeEndpoint(trained, options.Listen);
        using var interruption = new Interruption(beforeEnd: () => { }, endsOnHangup: true);
        await endpoint.StartAsync().ConfigureAwait(false);
        if (!endpoint.IsLoopback)
        {
            ModelArgument.Warn($"{options.Listen} can be reached from other machines: whoever does can use the model.");
        }

        Console.Out.WriteLine(endpoint.Url);
        Console.Error.WriteLine($"{trained.Model.Spec.Shape} from {trained.Source}: draw in a browser at that address; Ctrl+C ends.");
        if (options.OpensBrowser && Browser.Open(endpoint.Url) is { } reason)
        {
            ModelArgument.Warn($"no browser could be opened ({reason}): open {endpoint.Url} yourself.");
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (interruption.Stop.Register(ended.SetResult))
        {
            await ended.Task.ConfigureAwait(false);
        }

        return ExitCode.Done;
    }
}
