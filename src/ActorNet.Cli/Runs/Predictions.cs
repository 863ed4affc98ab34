using System.Globalization;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using CsvHelper;

namespace ActorNet.Cli.Runs;

/// <summary>
/// A model's answers to many samples as CSV, sample by sample in constant memory: the sample's number from 0, the answer, and every output of the network.
/// </summary>
/// <param name="trained">The model.</param>
/// <param name="task">What its outputs mean.</param>
/// <param name="names">The names of its outputs; null for their numbers.</param>
internal sealed class Predictions(TrainedModel trained, TaskKind task, IReadOnlyList<string>? names)
{
    private const int Batch = 256;

    private readonly NetworkPass _pass = new(trained.Model.Network, Batch);

    /// <summary>Reads the next sample's inputs; false when there is none.</summary>
    public delegate bool Next(Span<float> inputs);

    /// <summary>Writes the answers to all samples.</summary>
    /// <param name="next">Gives the samples.</param>
    /// <param name="stream">Receives the CSV.</param>
    /// <param name="progress">Is told how many are done, from time to time.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>How many there were.</returns>
    public long Write(Next next, Stream stream, Action<long> progress, CancellationToken cancellation)
    {
        using var csv = CsvWriter.Create(stream, new CsvWriterOptions { FormatProvider = CultureInfo.InvariantCulture }, leaveOpen: true);
        csv.WriteRecord([.. Header()]);
        var done = 0L;
        while (Fill(next) is var rows && rows > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            _pass.Forward(trained.Model.Weights.Span, rows);
            for (var row = 0; row < rows; row++)
            {
                Write(csv, done + row, _pass.Outputs(rows).Row(row));
            }

            done += rows;
            progress(done);
        }

        csv.Flush();
        return done;
    }

    private int Fill(Next next)
    {
        var inputs = _pass.Inputs(Batch);
        var rows = 0;
        while (rows < Batch && next(inputs.Row(rows)))
        {
            rows++;
        }

        return rows;
    }

    private IEnumerable<string> Header()
    {
        var outputs = Enumerable.Range(0, trained.Model.Network.OutputSize);
        return task == TaskKind.Regression
            ? outputs.Select(i => names?[i] ?? $"output_{i}").Prepend("sample")
            : outputs.Select(i => $"p_{Name(i)}").Prepend("prediction").Prepend("sample");
    }

    private void Write(CsvWriter csv, long sample, ReadOnlySpan<float> outputs)
    {
        csv.WriteField(sample);
        if (task != TaskKind.Regression)
        {
            csv.WriteField(task == TaskKind.Classification ? Name(Scoring.Answer(outputs)) : Labels(outputs));
        }

        foreach (var output in outputs)
        {
            csv.WriteField(output);
        }

        csv.EndRecord();
    }

    private string Labels(ReadOnlySpan<float> outputs)
    {
        var labels = new List<string>();
        for (var i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] >= 0.5f)
            {
                labels.Add(Name(i));
            }
        }

        return string.Join(';', labels);
    }

    private string Name(int output) => names?[output] ?? output.ToString(CultureInfo.InvariantCulture);
}
