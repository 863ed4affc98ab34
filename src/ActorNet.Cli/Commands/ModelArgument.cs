using System.CommandLine;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;

namespace ActorNet.Cli.Commands;

/// <summary>The argument MODEL, and the test set to use it on.</summary>
internal static class ModelArgument
{
    /// <summary>The argument.</summary>
    public static Argument<string> Create() => new("MODEL") { Description = "A model file, a run's folder or a checkpoint's." };

    /// <summary>Says on stderr what is wrong but survived.</summary>
    public static void Warn(string message) => Console.Error.WriteLine($"warning: {message.ReplaceLineEndings(" ")}");

    /// <summary>Which data to use a model on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="choice">What was said; for what was not, that which the model was trained on counts: another file is read as that was.</param>
    public static (DataSource Source, string? Folder) SourceFor(TrainedModel model, DataChoice choice)
    {
        var place = RunFolder.Around(model.Source) is { } run ? RunFolder.LoadSettings(run) : null;
        var source = choice.Over(place?.Data ?? model.Job.Data.Name);
        var isTheRuns = place is not null && DataSource.Parse(place.Data).Place == source.Place;
        return (source, choice.Folder ?? (isTheRuns ? place!.DataFolder : null));
    }

    /// <summary>Opens the test part of a set that fits a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="choice">Which set; where nothing is said the one that the model was trained on, where that run found it.</param>
    /// <exception cref="ActorNetException">It cannot be opened, or does not fit the model.</exception>
    public static DataSet OpenTest(TrainedModel model, DataChoice choice)
    {
        var (source, folder) = SourceFor(model, choice);
        var pair = DataSets.Open(source.ToString(), folder, Warn);
        // A folder of one part alone was meant as the part to judge by.
        var test = pair.Test.Count > 0 ? pair.Test : pair.Training;
        return test.InputSize == model.Model.Network.InputSize && test.TargetSize == model.Model.Network.OutputSize
            ? test
            : throw new ActorNetException(
                $"'{test.Name}' has {test.InputSize} inputs and {test.TargetSize} targets a sample, but {model.Source} is a network {model.Model.Spec.Shape}: "
                + "give data that fits it with --data.");
    }
}
