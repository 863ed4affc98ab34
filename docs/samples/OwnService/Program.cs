using ActorNet.Cluster.Hosting;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Any .NET service: what else it does is added to the same builder.
var builder = Host.CreateApplicationBuilder(args);
if (builder.Configuration["ActorNet:Join"] is null)
{
    // Nobody to join: this one trains, serves the parameters, and others join it.
    var name = builder.Configuration["Data"] ?? "digits";
    builder.AddActorNetTraining(services =>
    {
        var data = DataSets.Open(name);
        var model = ModelSpec.Dense([data.Training.InputSize, 30, data.Training.TargetSize]);
        var job = new JobSpec { Model = model, Data = new DataSpec(name), Epochs = 3 };
        return new TrainingRequest { Job = job, Training = data.Training, Test = data.Test, CheckpointFolder = "checkpoints" };
    });
}
else
{
    builder.AddActorNetNode();
}

using var service = builder.Build();
var training = service.Services.GetService<TrainingService>();
await service.RunAsync();
if (training?.Outcome.IsCompletedSuccessfully == true)
{
    var outcome = await training.Outcome;
    Console.WriteLine($"{outcome.Contributions.Sum(worker => worker.Samples)} samples by {outcome.Contributions.Count} workers");
    Console.WriteLine(outcome.Model.WeightsSha256);
}
