using ActorNet.Core.Data;
using ActorNet.Core.Training;

var digits = DataSets.Open("digits");
var model = Model.Dense(784, 30, 10);
model.Train(digits.Training, new JobSpec { Epochs = 3 }, digits.Test, epoch => Console.WriteLine($"{epoch.TestAccuracy:P1}"));
Console.WriteLine($"The first test image shows a {model.Classify(digits.Test.Sample(0).Inputs)}.");
model.Save("digits.safetensors");
