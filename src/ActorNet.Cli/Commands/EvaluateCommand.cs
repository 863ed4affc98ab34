using System.CommandLine;
using System.Text.Json;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;

namespace ActorNet.Cli.Commands;

/// <summary>actornet evaluate</summary>
internal static class EvaluateCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = ModelArgument.Create();
        var data = new DataFlags("the data that the model was trained on");
        var json = new Switch("--json", "Print one JSON object, alone on stdout.");
        var command = new Command("evaluate", "Judge a model by the test part of a data set.") { model };
        data.AddTo(command);
        command.Options.Add(json.Option);
        command.SetAction(parse => Run(parse.GetRequiredValue(model), data.Read(parse), json.IsOn(parse)));
        return command;
    }

    private static int Run(string path, DataChoice choice, bool json)
    {
        var terminal = json ? Terminal.Error() : Terminal.Output();
        var model = TrainedModel.Load(path, ModelArgument.Warn);
        var test = ModelArgument.OpenTest(model, choice);
        var evaluation = Evaluation.Of(model, test);
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(evaluation.ToJson(), RunJson.Indented));
        }
        else
        {
            new EvaluationView(terminal).Show(evaluation);
        }

        return ExitCode.Done;
    }
}
