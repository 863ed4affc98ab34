using ActorNet.Cli.Commands;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Metrics;

namespace ActorNet.Cli.Reports.Html;

/// <summary>What a report says of a run's model: what its record cannot know. Anything that cannot be had is null, with the reason.</summary>
internal sealed class ModelLook
{
    /// <summary>Wrong answers to show.</summary>
    private const int MostWrong = 30;

    private ModelLook(string? whyNoModel) => (WhyNoModel, WhyNotJudged) = (whyNoModel, whyNoModel);

    /// <summary>The model.</summary>
    public TrainedModel? Trained { get; private init; }

    /// <summary>Why there is no model; null where there is one.</summary>
    public string? WhyNoModel { get; }

    /// <summary>The test set's shape as pictures; null where it has none, or is not there.</summary>
    public ImageShape? Image { get; private set; }

    /// <summary>The set that it was judged on.</summary>
    public DataSet? Test { get; private set; }

    /// <summary>How its answers are.</summary>
    public ClassificationMetrics? Metrics { get; private set; }

    /// <summary>The wrong answers that it was surest of, the surest first.</summary>
    public IReadOnlyList<WrongAnswer> Wrong { get; private set; } = [];

    /// <summary>Why it was not judged; null where it was.</summary>
    public string? WhyNotJudged { get; private set; }

    /// <summary>Looks at a run's newest model, and judges it on the test set that it was trained with.</summary>
    public static ModelLook At(RecordedRun history)
    {
        if (history.Source.Folder is not { } folder)
        {
            return new ModelLook($"there is no run folder around {history.Source.Record}, so no model");
        }

        try
        {
            var look = new ModelLook(whyNoModel: null) { Trained = TrainedModel.Load(folder, ModelArgument.Warn) };
            look.Judge();
            return look;
        }
        catch (ActorNetException error)
        {
            return new ModelLook(error.Message);
        }
    }

    private void Judge()
    {
        try
        {
            Test = ModelArgument.OpenTest(Trained!, new DataChoice(null, null, []));
            Image = Test.Image;
            if (Test.Task != TaskKind.Classification)
            {
                WhyNotJudged = $"the samples of {Test.Name} are not of one class each";
                return;
            }

            var metrics = new ClassificationMetrics(Test.TargetSize);
            var wrong = new PriorityQueue<WrongAnswer, float>();
            var sample = 0;
            Trained!.Model.Evaluate(Test, (answer, target) =>
            {
                var (predicted, truth) = (Scoring.Answer(answer), Scoring.Answer(target));
                metrics.Add(predicted, truth);
                if (predicted != truth)
                {
                    wrong.Enqueue(new WrongAnswer(sample, truth, predicted, answer[predicted], answer[truth]), answer[predicted]);
                    if (wrong.Count > MostWrong)
                    {
                        wrong.Dequeue();
                    }
                }

                sample++;
            });
            Metrics = metrics;
            Wrong = [.. wrong.UnorderedItems.Select(item => item.Element).OrderByDescending(answer => answer.Confidence).ThenBy(answer => answer.Sample)];
        }
        catch (ActorNetException error)
        {
            WhyNotJudged = error.Message;
        }
    }
}

/// <summary>A test sample that was read wrong.</summary>
/// <param name="Sample">Its number in the test set.</param>
/// <param name="Truth">Its class.</param>
/// <param name="Predicted">The class that the network answered.</param>
/// <param name="Confidence">The output that stands for the answer.</param>
/// <param name="ForTruth">The output that stands for the truth.</param>
internal readonly record struct WrongAnswer(int Sample, int Truth, int Predicted, float Confidence, float ForTruth);
