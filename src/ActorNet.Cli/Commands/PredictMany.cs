using ActorNet.Cli.Rendering;
using ActorNet.Cli.Reports.Exports;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;

namespace ActorNet.Cli.Commands;

/// <summary>What actornet predict does with --out: the answers to all samples of a set, as CSV.</summary>
internal static class PredictMany
{
    /// <summary>Writes the answers.</summary>
    /// <param name="trained">The model.</param>
    /// <param name="choice">The data.</param>
    /// <param name="path">The file, written whole or not at all; - for stdout.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="ActorNetException">The data cannot be read or does not fit, or the file cannot be written.</exception>
    public static int Run(TrainedModel trained, DataChoice choice, string path)
    {
        var (source, folder) = ModelArgument.SourceFor(trained, choice);
        using var samples = Samples.Open(trained, source, folder);
        var names = source.Format.TargetNames ?? samples.Names;
        if (names is not null && names.Count != trained.Model.Network.OutputSize)
        {
            throw new ActorNetException($"{trained.Source} has {trained.Model.Network.OutputSize} outputs, but the data names {names.Count}: give data that fits it.");
        }

        var predictions = new Predictions(trained, trained.Model.Task ?? source.Format.Task ?? samples.Task ?? TaskKind.Classification, names);
        var terminal = Terminal.Error();
        using var status = new StatusLine(terminal);
        using var interruption = new Interruption(status.Clear);
        try
        {
            var count = 0L;
            Write(path, stream => count = predictions.Write(samples.Next, stream, Show, interruption.Stop));
            status.Clear();
            if (path != "-")
            {
                terminal.Writer.WriteLine($"{Say.Count(count)} predictions in {path}");
            }

            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            status.Clear();
            ErrorReport.WriteLine(path == "-" ? "interrupted." : $"interrupted: '{path}' was not written.");
            return ExitCode.Interrupted;
        }

        void Show(long done) => status.Show(ProgressLine.Format(terminal.Width, samples.Name, samples.Done, $"{Say.Count(done)} samples"));
    }

    private static void Write(string path, Action<Stream> write)
    {
        if (path != "-")
        {
            OutputFile.Write(path, write);
            return;
        }

        try
        {
            using var stream = Console.OpenStandardOutput();
            write(stream);
        }
        catch (IOException error)
        {
            throw new ActorNetException($"stdout cannot be written ({error.Message}): free space, or write to another place.", error);
        }
    }

    /// <summary>The inputs of a set, one sample after the other: of a file as it is read, of another set its test part.</summary>
    private sealed class Samples : IDisposable
    {
        private readonly SampleReader? _reader;
        private readonly DataSet? _set;
        private readonly float[] _targets;
        private int _next;

        private Samples(string name, SampleReader? reader, DataSet? set) =>
            (Name, _reader, _set, _targets) = (name, reader, set, new float[set?.TargetSize ?? 0]);

        public string Name { get; }

        public double Done => _reader?.Done ?? (double)_next / _set!.Count;

        public TaskKind? Task => _set?.Task;

        public IReadOnlyList<string>? Names => _set?.TargetNames;

        public static Samples Open(TrainedModel trained, DataSource source, string? folder)
        {
            if (source.IsBuiltIn || SampleFile.Find(source.Place) is not var (training, test))
            {
                var set = ModelArgument.OpenTest(trained, new DataChoice(source.ToString(), folder, []));
                return new Samples(set.Name, null, set);
            }

            var file = test ?? training;
            var reader = file.Open(source.Format, trained.Model.Network.InputSize, ModelArgument.Warn);
            if (reader.InputSize != trained.Model.Network.InputSize)
            {
                reader.Dispose();
                throw new ActorNetException(
                    $"'{file.Path}' has {reader.InputSize} inputs a sample, but {trained.Source} is a network {trained.Model.Spec.Shape}: "
                    + "leave columns out with --ignore, name the label's with --label, or give data that fits it.");
            }

            return new Samples(Path.GetFileName(file.Path), reader, null);
        }

        public bool Next(Span<float> inputs)
        {
            if (_reader is not null)
            {
                return _reader.Read(inputs, []);
            }

            if (_next == _set!.Count)
            {
                return false;
            }

            _set.Read(_next++, inputs, _targets);
            return true;
        }

        public void Dispose() => _reader?.Dispose();
    }
}
