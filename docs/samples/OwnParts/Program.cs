using ActorNet.Cluster.Hosting;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;
using OwnParts;

Activation.Register(new Softsign());
Cost.Register(new Huber());
Layers.Register("gain", (spec, input) => new Gain(input.Size, spec));

var (training, test) = (new Disc(seed: 1, count: 4_000), new Disc(seed: 2, count: 1_000));
var job = new JobSpec
{
    Model = new ModelSpec(2, [new("dense", 16, "softsign"), new("gain", 16, "identity"), new("dense", 2, "identity")]),
    Data = new DataSpec("disc"),
    Cost = "huber",
    LearningRate = new LearningRateSpec { Rate = 0.05 },
    Epochs = 5,
};

// Two workers and two parameter servers, as actors; then one loop without actors.
var request = new TrainingRequest { Job = job, Training = training, Test = test, Workers = 2, Servers = 2 };
var outcome = await ClusterTrainer.TrainAsync(request);
var alone = Model.Create(job.Model);
alone.Train(training, job, test);

foreach (var epoch in outcome.Progress.History)
{
    Console.WriteLine($"epoch {epoch.Epoch}: {epoch.TestAccuracy:P1}");
}

foreach (var worker in outcome.Contributions)
{
    Console.WriteLine($"worker {worker.Worker}: {worker.Samples} samples");
}

Console.WriteLine($"same bits without actors: {outcome.Model.WeightsSha256 == alone.WeightsSha256}");
