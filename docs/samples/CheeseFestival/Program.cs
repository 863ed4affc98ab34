using ActorNet.Core.Perceptrons;

// Good weather counts 6, a friend who comes along 2, a train that goes there 2; I go where the sum is above 5.
var decision = Perceptron.WithThreshold([6, 2, 2], threshold: 5);
var cases =
    from weather in (int[])[0, 1]
    from friend in (int[])[0, 1]
    from train in (int[])[0, 1]
    select (weather, friend, train, goes: decision.Output(weather, friend, train));
foreach (var (weather, friend, train, goes) in cases)
{
    Console.WriteLine($"weather {weather}, friend {friend}, train {train}: {(goes == 1 ? "go" : "stay at home")}");
}

// A perceptron that has only seen how I decide learns to decide as I do.
var examples = cases.Select(c => new PerceptronExample([c.weather, c.friend, c.train], c.goes)).ToList();
var learned = PerceptronRule.Train(examples);
var most = PerceptronRule.MostCorrections(examples, decision);
Console.WriteLine($"learned: {learned.HasConverged}, after {learned.Corrections} corrections of at most {most:0}");
