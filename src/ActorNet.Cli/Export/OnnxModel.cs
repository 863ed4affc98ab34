using System.Text.Json;
using ActorNet.Cli.Export.Onnx;
using ActorNet.Cli.Reports.Exports;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using Google.Protobuf;

namespace ActorNet.Cli.Export;

/// <summary>
/// A model as an ONNX file: <c>input</c>, samples × inputs, gives <c>logits</c>, the weighted sums of the last layer, and <c>output</c>, its activations, both
/// samples × outputs. Between layers each sample is one row, as in the network itself; a layer that wants it otherwise lays it out anew and back.
/// </summary>
internal static class OnnxModel
{
    /// <summary>The version of ONNX's operators: of 2022, which every current runtime reads.</summary>
    public const int OperatorSet = 17;

    /// <summary>The version of the file format that came with them.</summary>
    private const int IrVersion = 8;

    /// <summary>A file is one Protocol Buffers message, which cannot be larger; something is left for all that is not weights.</summary>
    private const long MostBytes = int.MaxValue - (1 << 20);

    /// <summary>Writes a model, whole or not at all.</summary>
    /// <exception cref="ActorNetException">ONNX cannot say one of its layers or activations, it is too large, or the file cannot be written.</exception>
    public static void Write(Model model, string path)
    {
        var graph = Graph(model);
        if (graph.ConstantBytes > MostBytes)
        {
            throw new ActorNetException(FormattableString.Invariant(
                $"the weights take {graph.ConstantBytes / 1e9:0.0} GB, and an ONNX file holds 2: export .safetensors or .npz."));
        }

        var proto = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "actornet",
            ProducerVersion = ProgramVersion.Text,
            DocString = $"{model.Spec.Shape}, trained by ActorNet",
            Graph = graph.Proto,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = OperatorSet } },
        };
        foreach (var (key, value) in Metadata(model))
        {
            proto.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        OutputFile.Write(path, proto.WriteTo);
    }

    private static IEnumerable<(string Key, string Value)> Metadata(Model model)
    {
        yield return ("actornet.network", model.Spec.Shape);
        yield return ("actornet.weightsSha256", model.WeightsSha256);
        if (model.Job is { } job)
        {
            yield return ("actornet.job", job.Hash);
        }

        if (model.Task is { } task)
        {
            yield return ("actornet.task", task.ToString());
        }

        if (model.OutputNames is { } names)
        {
            yield return ("actornet.outputs", JsonSerializer.Serialize(names, RunJson.Line));
        }
    }

    private static OnnxGraph Graph(Model model)
    {
        Refuse(model.Spec);
        var graph = new OnnxGraph("actornet");
        var (inputs, outputs) = (model.Network.InputSize, model.Network.OutputSize);
        var value = graph.Input("input", inputs);
        var shape = new SampleShape(model.Spec.InputShape is { } dimensions ? [.. dimensions] : [inputs]);
        var last = model.Spec.Layers.Count - 1;
        for (var i = 0; i <= last; i++)
        {
            var layer = new OnnxLayer(graph, model, i, shape);
            var sums = layer.Sums(value);
            if (i == last)
            {
                sums = graph.Add("Identity", [sums], "logits");
            }

            value = OnnxActivation.Apply(graph, layer.Activation, sums);
            shape = model.Network.Layers[i].OutputShape;
        }

        graph.Add("Identity", [value], "output");
        graph.Output("output", outputs);
        graph.Output("logits", outputs);
        return graph;
    }

    /// <summary>Refuses what a library user added: ONNX has no operator for it.</summary>
    private static void Refuse(ModelSpec spec)
    {
        for (var i = 0; i < spec.Layers.Count; i++)
        {
            var layer = spec.Layers[i];
            var what = !OnnxLayer.Kinds.Contains(layer.Kind) ? $"a layer of the kind {layer.Kind}"
                : !OnnxActivation.Names.Contains(layer.Activation) ? $"the activation {layer.Activation}"
                : null;
            if (what is not null)
            {
                throw new ActorNetException($"layer {i + 1} of {spec.Shape} has {what}, for which ONNX has no operator: export .safetensors or .npz.");
            }
        }
    }
}
