using System.CommandLine;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Settings;
using ActorNet.Core;
using ActorNet.Core.Data;

namespace ActorNet.Cli.Commands;

/// <summary>actornet data preview</summary>
internal static class DataPreviewCommand
{
    private const int MostImages = 10_000;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var data = new DataFlags("digits");
        var file = new Setting("--out", "FILE", "The PNG to write.");
        var columns = new Setting("--columns", "N", "Images in a row. Default 30.");
        var rows = new Setting("--rows", "N", "Rows of each class. Default 2.");
        var command = new Command("preview", "Write many training images on one PNG, in rows by class.");
        data.AddTo(command);
        foreach (var setting in (Setting[])[file, columns, rows])
        {
            command.Options.Add(setting.Option);
        }

        command.SetAction(parse =>
        {
            var path = file.Find(parse)?.Text ?? throw new UsageException("where to write is not said: give --out FILE.png.");
            var training = data.Read(parse).Open("digits").Training;
            Write(path, training, columns.Find(parse)?.Positive() ?? 30, rows.Find(parse)?.Positive() ?? 2);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(string path, DataSet set, int columns, int rows)
    {
        if (set is not { Image: { } image, Task: TaskKind.Classification })
        {
            throw new ActorNetException($"'{set.Name}' does not hold images of classes: there is nothing to draw.");
        }

        if ((long)columns * rows > MostImages)
        {
            throw new UsageException($"--columns {columns} and --rows {rows} are too many: give at most {MostImages} images of a class.");
        }

        try
        {
            using var stream = File.Create(path);
            ContactSheet.Write(stream, set, image, columns, rows);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"'{path}' cannot be written ({error.Message}): choose another place with --out.", error);
        }

        Console.Out.WriteLine($"{path}: {rows * columns} images of each class of {set.Name}");
    }
}
