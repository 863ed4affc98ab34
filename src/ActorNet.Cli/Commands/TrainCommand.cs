using System.CommandLine;
using System.Text.Json;
using ActorNet.Cli.Http;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Cluster.Hosting;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Commands;

/// <summary>actornet train</summary>
internal static class TrainCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("train", "Train a network. Without flags: 784-30-10 on the built-in digits.");
        var job = new JobSettings();
        var options = new TrainFlags();
        job.AddTo(command);
        options.AddTo(command);
        command.SetAction(parse => RunAsync(options.Read(parse), job.Find(parse)));
        return command;
    }

    private static async Task<int> RunAsync(TrainOptions options, IReadOnlyList<JobChange> changes)
    {
        var terminal = options.Json || options.PrintJob ? Terminal.Error() : Terminal.Output();
        using var view = new TrainingView(terminal, options.Quiet || options.Log is not null);
        using var interruption = new Interruption(beforeEnd: view.Leave);
        using var stopping = interruption.Stop.Register(view.Stopping);
        if (options is { Resume: not null, PrintJob: false })
        {
            ResumedRun.RequireFree(options);
        }

        var plan = options.Resume is null ? NewRun.Plan(options, changes, view.Warn) : ResumedRun.Plan(options, changes, view.Warn);
        if (options.PrintJob)
        {
            Console.Out.WriteLine(plan.Job.ToJson());
            return ExitCode.Done;
        }

        if (options.Node is { } node)
        {
            ListenCheck.Require(node);
            UsageException.Check(() => ClusterTrainer.RequireOneOrder(plan.Job, plan.Settings.Replicas));
        }

        if (interruption.Stop.IsCancellationRequested)
        {
            ErrorReport.WriteLine("interrupted before training began: nothing was written.");
            return ExitCode.Interrupted;
        }

        await using var endpoint = new NodeEndpoint(plan.IsFinished ? new HttpOptions() : options.Http, view.Warn);
        using var run = plan.TakeFolder();
        return await TrainAsync(plan, options, run, view, endpoint, interruption.Stop).ConfigureAwait(false);
    }

    /// <summary>Trains a plan in its folder and says what it came to.</summary>
    /// <returns>The exit code.</returns>
    internal static async Task<int> TrainAsync(
        TrainingPlan plan, TrainOptions options, RunFolder run, TrainingView view, NodeEndpoint endpoint, CancellationToken stop)
    {
        using var session = new RunSession(plan, options, run, view);
        view.Begin(plan, run);
        endpoint.Serve(session.Watched);
        view.Endpoint(endpoint);
        (RunResult Result, TrainingProgress Progress) end;
        try
        {
            end = await session.RunAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ErrorReport.WriteLine($"interrupted while waiting for nodes: nothing was trained; go on with --resume {run.Folder}.");
            return ExitCode.Interrupted;
        }
        catch (RunAbandonedException abandoned)
        {
            view.Leave();
            ErrorReport.WriteLine(abandoned.Message);
            return ExitCode.Interrupted;
        }

        var (result, progress) = end;
        view.End(plan, result);
        if (options.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(result, RunJson.Indented));
        }

        if (result.Reason == "stopped")
        {
            return ExitCode.Interrupted;
        }

        if (result.MissedTarget(progress))
        {
            ErrorReport.WriteLine(
                $"the target accuracy {Say.Percent(result.TargetAccuracy)} was missed: "
                + $"train on with --resume {run.Folder} --epochs {2 * plan.Job.Epochs}, or change the job.");
            return ExitCode.Degraded;
        }

        return ExitCode.Done;
    }
}
