using System.Diagnostics;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Compression;

namespace ActorNet.Benchmarks;

/// <summary>What a gradient's codes cost to write and to read, beside a copy of it.</summary>
internal static class CodecsCommand
{
    private const int Parameters = 79_510;
    private static readonly TimeSpan _time = TimeSpan.FromMilliseconds(100);

    public static void Run(string[] options)
    {
        var rounds = new Arguments(options, "--rounds").Count("--rounds", 15);
        var gradient = new float[Parameters];
        var random = new Random(1);
        foreach (ref var value in gradient.AsSpan())
        {
            value = (float)((random.NextDouble() - 0.5) * Math.Pow(10, -4 * random.NextDouble()));
        }

        var copy = new float[Parameters];
        var cases = new List<(string Name, Action Body)> { ("copy", () => gradient.CopyTo(copy, 0)) };
        foreach (var name in GradientCodec.Names)
        {
            var codec = new GradientCodec(GradientCodec.Parse(name), seed: 1);
            var bytes = new byte[codec.EncodedLength(Parameters)];
            var part = new CodedPart(1, new TreeNode(0, 4), FirstBlock: 0);
            cases.Add(($"{name} written", () => codec.Encode(part, gradient, bytes)));
            cases.Add(($"{name} read", () => codec.Decode(bytes, copy)));
        }

        var times = cases.ConvertAll(_ => new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            for (var i = 0; i < cases.Count; i++)
            {
                var time = NanosecondsAnElement(cases[i].Body);
                if (round >= 0)
                {
                    times[i].Add(time);
                }
            }
        }

        Console.WriteLine("| 79,510 parameters | ns a parameter |");
        Console.WriteLine("| --- | --- |");
        foreach (var ((name, _), taken) in cases.Zip(times))
        {
            Console.WriteLine($"| {name} | {Spread.Of(taken).ToString("F3")} |");
        }

        MachineLoad.Print();
    }

    private static double NanosecondsAnElement(Action body)
    {
        var clock = Stopwatch.StartNew();
        var times = 0L;
        do
        {
            body();
            times++;
        } while (clock.Elapsed < _time);
        return clock.Elapsed.TotalNanoseconds / times / Parameters;
    }
}
