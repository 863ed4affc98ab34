using System.CommandLine;
using System.Text.Json;
using ActorNet.Cli.Commands;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;

namespace ActorNet.Cli.Explain;

/// <summary>A subject that the program explains: actornet explain NAME.</summary>
/// <param name="Name">Its command.</param>
/// <param name="Description">What it shows.</param>
/// <param name="Settings">Flags of its own.</param>
/// <param name="Read">Computes its sections from the command line and the seed.</param>
internal sealed record Page(string Name, string Description, IReadOnlyList<Setting> Settings, Func<ParseResult, ulong, IReadOnlyList<Section>> Read)
{
    /// <summary>Its command.</summary>
    public Command Create()
    {
        var seed = new Setting("--seed", "N", "Draws whatever the page draws: another seed, another example. Default: 1.");
        var json = new Switch("--json", "Print the figures as one JSON object, alone on stdout.");
        var command = new Command(Name, Description);
        foreach (var setting in Settings.Append(seed))
        {
            command.Options.Add(setting.Option);
        }

        command.Options.Add(json.Option);
        command.SetAction(parse =>
        {
            var number = seed.Find(parse)?.Seed() ?? 1;
            var sections = Read(parse, number);
            if (json.IsOn(parse))
            {
                Print(number, sections);
            }
            else
            {
                new Story(Terminal.Output()).Tell(sections);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private void Print(ulong seed, IReadOnlyList<Section> sections)
    {
        var figures = new Dictionary<string, object> { ["schema"] = 1, ["page"] = Name, ["seed"] = seed };
        foreach (var section in sections)
        {
            figures.Add(section.Name, section.Figures);
        }

        Console.Out.WriteLine(JsonSerializer.Serialize(figures, RunJson.Indented));
    }
}
