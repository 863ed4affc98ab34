using ActorNet.Cluster.Monitoring;
using Google.Protobuf;

namespace ActorNet.Cli.Reports.Exports;

/// <summary>
/// A record as an event file of TensorBoard: scalars by step, in the order in which they happened. What the run went back behind is left out. The messages are
/// those of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto, of which these few fields are enough.
/// </summary>
internal static class TensorBoardEvents
{
    // Field numbers of Event, Summary and Summary.Value.
    private const int WallTime = 1;
    private const int Step = 2;
    private const int FileVersion = 3;
    private const int Summary = 5;
    private const int Value = 1;
    private const int Tag = 1;
    private const int SimpleValue = 2;

    /// <summary>Writes the file: TensorBoard takes any whose name has <c>tfevents</c> in it. A second time it replaces the first.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="Core.ActorNetException">It cannot be written, or the record cannot be read.</exception>
    public static string Write(RecordedRun history, RecordFile record, string folder)
    {
        var began = new DateTimeOffset(history.Began).ToUnixTimeSeconds();
        var path = Path.Combine(folder, $"events.out.tfevents.{began:D10}.{history.JobHash?[..Math.Min(8, history.JobHash.Length)] ?? "actornet"}");
        OutputFile.Write(path, stream =>
        {
            var records = new TfRecordWriter(stream);
            records.Write(Message(history.Began, 0, output =>
            {
                output.WriteTag(FileVersion, WireFormat.WireType.LengthDelimited);
                output.WriteString("brain.Event:2");
            }));
            WriteScalars(records, record);
        });
        return path;
    }

    private static void WriteScalars(TfRecordWriter records, RecordFile record)
    {
        var rewinds = Rewinds.Of(record);
        foreach (var line in record.Read(name => name is "epoch" or "progress" or "status"))
        {
            var scalars = Scalars(line).Where(scalar => scalar.Value is { } value && double.IsFinite(value)).ToList();
            if (scalars.Count > 0 && !rewinds.IsSuperseded(line))
            {
                records.Write(Message(line.Time, rewinds.StepOf(line) ?? line.Epoch ?? 0, output =>
                {
                    output.WriteTag(Summary, WireFormat.WireType.LengthDelimited);
                    output.WriteBytes(Values(scalars));
                }));
            }
        }
    }

    private static (string Tag, double? Value)[] Scalars(RecordLine line) => line.Event switch
    {
        "epoch" =>
        [
            ("train/cost", line.TrainCost),
            ("train/accuracy", line.TrainAccuracy),
            ("test/cost", line.TestCost),
            ("test/accuracy", line.TestAccuracy),
            ("validation/accuracy", line.ValidationAccuracy),
        ],
        "progress" => [("running_cost", line.RunningCost), ("samples_per_second", line.SamplesPerSecond)],
        _ => line.Status is { } status
            ? [("learning_rate", status.LearningRate), ("nodes", status.Nodes.Count(node => node.Phase != NodePhase.Gone))]
            : [],
    };

    private static ByteString Values(List<(string Tag, double? Value)> scalars) => Written(output =>
    {
        foreach (var (tag, value) in scalars)
        {
            output.WriteTag(Value, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(Written(inner =>
            {
                inner.WriteTag(Tag, WireFormat.WireType.LengthDelimited);
                inner.WriteString(tag);
                inner.WriteTag(SimpleValue, WireFormat.WireType.Fixed32);
                inner.WriteFloat((float)value!.Value);
            }));
        }
    });

    private static ByteString Message(DateTime time, long step, Action<CodedOutputStream> rest) => Written(output =>
    {
        output.WriteTag(WallTime, WireFormat.WireType.Fixed64);
        output.WriteDouble((time - DateTime.UnixEpoch).TotalSeconds);
        output.WriteTag(Step, WireFormat.WireType.Varint);
        output.WriteInt64(step);
        rest(output);
    });

    private static ByteString Written(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(output);
        }

        return ByteString.CopyFrom(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
