using ActorNet.Fuzzing.Engine;
using ActorNet.Fuzzing.Targets;

// Fuzzes the decoders that are named, or all: docs/fuzzing.md.
var (seed, untilStale, seconds) = (1, 1_000_000L, 1e9);
var (keep, distil, findings, inside) = ((string?)null, (string?)null, "fuzzing-findings", (string?)null);
var names = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--seed":
            seed = int.Parse(args[++i], null);
            break;
        case "--until-stale":
            untilStale = long.Parse(args[++i], null);
            break;
        case "--seconds":
            seconds = double.Parse(args[++i], null);
            break;
        case "--keep":
            keep = args[++i];
            break;
        case "--distil":
            distil = args[++i];
            break;
        case "--findings":
            findings = args[++i];
            break;
        case "--inside":
            inside = args[++i];
            break;
        default:
            names.Add(args[i]);
            break;
    }
}

var unknown = names.Except(AllTargets.Names).ToList();
if (unknown.Count > 0)
{
    Console.Error.WriteLine($"There is no target {string.Join(", ", unknown)}: give some of {string.Join(", ", AllTargets.Names)}; --seed N, --until-stale INPUTS, --seconds S, --keep FOLDER, --distil FOLDER, --findings FOLDER.");
    return 2;
}

var options = new CampaignOptions(seed, untilStale, TimeSpan.FromSeconds(seconds), keep, distil, findings);
if (inside is not null)
{
    // First of all: instrumented code writes to its memory.
    var coverage = new Coverage();
    using var current = new CurrentInput(inside);
    return new Campaign(AllTargets.Make(names.Single()), options, coverage, current).Run() == 0 ? 0 : 1;
}

Console.WriteLine("| target | inputs | edges | inputs/s | last growth | largest allocation | slowest | defects | |");
Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
using var process = new InstrumentedProcess();
var isClean = true;
foreach (var name in names.Count > 0 ? names : AllTargets.Names)
{
    isClean &= process.Run(name, options, args.Except(names));
}

return isClean ? 0 : 1;
