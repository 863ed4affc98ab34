using System.CommandLine;
using ActorNet.Cli.Runs;
using ActorNet.Core;
using ActorNet.Core.Data;

namespace ActorNet.Cli.Commands;

/// <summary>The argument MODEL, and the test set to use it on.</summary>
internal static class ModelArgument
{
    /// <summary>The argument.</summary>
    public static Argument<string> Create() => new("MODEL") { Description = "A model file, a run's folder or a checkpoint's." };

    /// <summary>Says on stderr what is wrong but survived.</summary>
    public static void Warn(string message) => Console.Error.WriteLine($"warning: {message.ReplaceLineEndings(" ")}");

    /// <summary>Opens the test part of a set that fits a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">The set; null for the one that the model was trained on.</param>
    /// <param name="folder">Where it is; null for where that run found it, or its usual place.</param>
    /// <exception cref="ActorNetException">It cannot be opened, or does not fit the model.</exception>
    public static DataSet OpenTest(TrainedModel model, string? name, string? folder)
    {
        var place = RunFolder.Around(model.Source) is { } run ? RunFolder.LoadSettings(run) : null;
        place = name is null || name == place?.Data ? place : null;
        var pair = DataSets.Open(name ?? place?.Data ?? model.Job.Data.Name, folder ?? place?.DataFolder, Warn);
        // A folder of one part alone was meant as the part to judge by.
        var test = pair.Test.Count > 0 ? pair.Test : pair.Training;
        return test.InputSize == model.Model.Network.InputSize && test.TargetSize == model.Model.Network.OutputSize
            ? test
            : throw new ActorNetException(
                $"'{test.Name}' has {test.InputSize} inputs and {test.TargetSize} targets a sample, but {model.Source} is a network {model.Model.Spec.Shape}: "
                + "give data that fits it with --data.");
    }
}
