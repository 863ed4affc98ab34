using System.Globalization;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Explain;

/// <summary>A recurrent network that learned to tell how long ago a pulse was, looked at step by step.</summary>
internal sealed class FiringNeurons : Section
{
    private const int Neurons = 12, Epochs = 500, Pulse = 1;
    private static readonly string[] _shades = ["··", "░░", "▒▒", "▓▓", "██"];

    private readonly double _accuracy;
    private readonly Moment[] _moments;

    /// <summary>Trains the network, and gives it a pulse at the second step.</summary>
    /// <param name="seed">Draws its first weights.</param>
    public FiringNeurons(ulong seed)
        : base("firing", "Neurons that fire for a while, and set off others")
    {
        var all = PulseData.All();
        var model = Model.Create(new ModelSpec(
            all.InputSize,
            [new LayerSpec("elman", Neurons, "tanh") { Masked = true }, new LayerSpec("dense", all.TargetSize, "softmax")],
            "glorot")
        { InputShape = [PulseData.Steps, 2] });
        model.Train(all, new JobSpec
        {
            Data = new DataSpec("pulses"),
            Cost = "cross-entropy",
            Optimizer = new OptimizerSpec { Name = "adam" },
            LearningRate = new LearningRateSpec { Rate = 0.02 },
            BatchSize = all.Count,
            Epochs = Epochs,
            Seed = seed,
        });
        _accuracy = model.Evaluate(all).Accuracy;
        _moments = [.. Enumerable.Range(1, PulseData.Steps).Select(length => Look(model, length))];
    }

    /// <inheritdoc/>
    public override object Figures => new { neurons = Neurons, epochs = Epochs, accuracy = _accuracy, pulse = Pulse + 1, steps = _moments };

    /// <inheritdoc/>
    public override void Tell(Story story)
    {
        story.Say(
            "In a feed-forward network what comes out depends on what goes in, and on nothing that was before. A recurrent network has loops: its neurons fire for a "
            + "while, and that firing sets off others a little later, and those still others (Nielsen, chapter 1). A loop makes no trouble because an output affects an input "
            + "at a later step alone. With tanh neurons:");
        story.Lines("h(t) = tanh(x(t)·W + h(t−1)·U + b)");
        story.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"This one has {Neurons} such neurons and saw sequences of up to {PulseData.Steps} steps, one of which may have a pulse. It learned in {Epochs} epochs to tell how many steps ago "
            + $"the pulse was, and is right for {100 * _accuracy:0.#} % of them. Nothing says so but the state that goes round. A pulse at step {Pulse + 1}; each row is a neuron, in the order of "
            + $"when they fire most:"));
        story.Table(["neuron", .. _moments.Select(moment => moment.Step.ToString(CultureInfo.InvariantCulture))], Rows());
        story.Lines($"{_shades[0]} -1   {_shades[2]} 0   {_shades[4]} 1");
        story.Say(
            "The weights U say which neuron sets off which. They are learned by backpropagation through time: the network is rolled out into as many layers as there are steps, all with the "
            + "same weights, whose gradients add up. Over many steps these products vanish or explode, which is what lstm and gru layers are for (docs/networks.md).");
    }

    private static Moment Look(Model model, int length)
    {
        var pass = new NetworkPass(model.Network, maxRows: 1);
        PulseData.Sequence(length, Pulse).CopyTo(pass.Inputs(1).Values);
        pass.Forward(model.Weights.Span, 1);
        var outputs = pass.Outputs(1).Values;
        var answer = Scoring.Answer(outputs);
        return new Moment(length, length - 1 == Pulse ? 1 : 0, pass.LayerOutputs(0, 1).Values.ToArray(), answer == PulseData.None ? null : answer, outputs[answer]);
    }

    private IEnumerable<string[]> Rows()
    {
        yield return ["pulse", .. _moments.Select(moment => moment.Pulse == 1 ? "●" : "")];
        foreach (var neuron in Enumerable.Range(0, Neurons).OrderBy(neuron => Array.IndexOf(_moments, _moments.MaxBy(moment => moment.State[neuron]))))
        {
            yield return [(neuron + 1).ToString(CultureInfo.InvariantCulture), .. _moments.Select(moment => _shades[(int)Math.Round((moment.State[neuron] + 1) / 2 * (_shades.Length - 1))])];
        }

        yield return ["ago", .. _moments.Select(moment => moment.Ago?.ToString(CultureInfo.InvariantCulture) ?? "-")];
    }

    /// <summary>The network after a step.</summary>
    /// <param name="Step">The step, from 1.</param>
    /// <param name="Pulse">What came in: 1 for the pulse.</param>
    /// <param name="State">What each neuron gives, −1 to 1.</param>
    /// <param name="Ago">Its answer: how many steps ago the pulse was; null for not yet.</param>
    /// <param name="Probability">What it gives that answer.</param>
    private sealed record Moment(int Step, int Pulse, float[] State, int? Ago, float Probability);
}
