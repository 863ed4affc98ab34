using ActorNet.Cli.Runs;
using ActorNet.Cli.Serve;
using ActorNet.Cluster.Hosting;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.EndToEnd.Tests.Serve;

/// <summary>A small network that knows the built-in digits somewhat, trained once for the tests of a class.</summary>
public sealed class DigitModel
{
    public DigitModel()
    {
        Model = Model.Dense(784, 30, 10);
        Model.Train(BuiltInDigits.Draw(0, 6_000, "digits"), new JobSpec { Cost = "cross-entropy", LearningRate = new() { Rate = 0.5 }, Epochs = 5 });
    }

    public Model Model { get; }

    /// <summary>Serves a model on a free port.</summary>
    internal static async Task<ServeEndpoint> ServeAsync(Model model)
    {
        var endpoint = new ServeEndpoint(new TrainedModel("some/model", model), new HostPort("127.0.0.1", 0));
        await endpoint.StartAsync();
        return endpoint;
    }

    /// <summary>A network over pictures of 28 x 28 that nobody has trained.</summary>
    internal static Model Untrained(params LayerSpec[] layers) => Model.Create(new ModelSpec(784, layers) { InputShape = [28, 28] });
}
