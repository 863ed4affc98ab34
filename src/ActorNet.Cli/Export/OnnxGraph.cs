using System.Runtime.InteropServices;
using ActorNet.Cli.Export.Onnx;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace ActorNet.Cli.Export;

/// <summary>An ONNX graph as it grows: nodes, constants, inputs and outputs. Names of values are unique throughout, so that a body sees the graph around it.</summary>
/// <param name="name">The graph's name; that of a body goes before its values' names.</param>
/// <param name="prefix">Goes before the names of values; empty for the main graph.</param>
internal sealed class OnnxGraph(string name, string prefix = "")
{
    /// <summary>The name of the first dimension of what goes in and comes out: any number of samples.</summary>
    private const string BatchDimension = "batch";

    private readonly Dictionary<string, int> _used = [];

    /// <summary>The graph so far.</summary>
    public GraphProto Proto { get; } = new() { Name = name };

    /// <summary>Bytes of the constants.</summary>
    public long ConstantBytes { get; private set; }

    /// <summary>Adds an input of floats: samples × sizes.</summary>
    public string Input(string value, params ReadOnlySpan<long> sizes) => Declare(Proto.Input, value, TensorProto.Types.DataType.Float, sizes);

    /// <summary>Adds an input that is true or false for each sample: samples × 1.</summary>
    public string InputOfBooleans(string value) => Declare(Proto.Input, value, TensorProto.Types.DataType.Bool, [1]);

    /// <summary>Makes a value an output of floats: samples × sizes.</summary>
    public void Output(string value, params ReadOnlySpan<long> sizes) => Declare(Proto.Output, value, TensorProto.Types.DataType.Float, sizes);

    /// <summary>Adds a node of one output.</summary>
    /// <param name="type">The operator.</param>
    /// <param name="inputs">What it takes; empty names for those left out.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <returns>The output's name.</returns>
    public string Add(string type, string[] inputs, params ReadOnlySpan<AttributeProto> attributes) => Add(type, inputs, NewName(type.ToLowerInvariant()), attributes);

    /// <summary>Adds a node of one output that has a given name.</summary>
    public string Add(string type, string[] inputs, string output, params ReadOnlySpan<AttributeProto> attributes)
    {
        Add(type, inputs, [output], attributes);
        return output;
    }

    /// <summary>Adds a node of several outputs; empty names for those left out.</summary>
    public void Add(string type, string[] inputs, string[] outputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = type, Name = outputs.First(output => output.Length > 0) };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        node.Attribute.Add(attributes.ToArray());
        Proto.Node.Add(node);
    }

    /// <summary>A constant of floats.</summary>
    public string Constant(string value, ReadOnlySpan<float> data, params ReadOnlySpan<long> sizes) =>
        Constant(value, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(data), sizes);

    /// <summary>A constant list of whole numbers: shapes and axes.</summary>
    public string Numbers(params ReadOnlySpan<long> data) => Constant("numbers", TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes(data), [data.Length]);

    /// <summary>A value laid out anew; the samples stay.</summary>
    /// <param name="value">The value.</param>
    /// <param name="sizes">Of a sample.</param>
    public string Reshape(string value, params ReadOnlySpan<long> sizes) => Add("Reshape", [value, Numbers([0, .. sizes])]);

    /// <summary>A value whose dimensions are in another order.</summary>
    public string Transpose(string value, params long[] order) => Add("Transpose", [value], Ints("perm", order));

    /// <summary>An attribute that is a number.</summary>
    public static AttributeProto Int(string attribute, long value) => new() { Name = attribute, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>An attribute that is a list of numbers.</summary>
    public static AttributeProto Ints(string attribute, params long[] values) =>
        new() { Name = attribute, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    /// <summary>An attribute that is a list of floats.</summary>
    public static AttributeProto Floats(string attribute, params float[] values) =>
        new() { Name = attribute, Type = AttributeProto.Types.AttributeType.Floats, Floats = { values } };

    /// <summary>An attribute that is a list of texts.</summary>
    public static AttributeProto Strings(string attribute, params string[] values) =>
        new() { Name = attribute, Type = AttributeProto.Types.AttributeType.Strings, Strings = { values.Select(ByteString.CopyFromUtf8) } };

    /// <summary>An attribute that is a graph.</summary>
    public static AttributeProto Body(string attribute, OnnxGraph graph) =>
        new() { Name = attribute, Type = AttributeProto.Types.AttributeType.Graph, G = graph.Proto };

    /// <summary>A name that no other value of this graph has.</summary>
    public string NewName(string stem)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_used, stem, out _);
        count++;
        return count == 1 ? prefix + stem : $"{prefix}{stem}_{count}";
    }

    private string Constant(string stem, TensorProto.Types.DataType type, ReadOnlySpan<byte> data, ReadOnlySpan<long> sizes)
    {
        var constant = new TensorProto { Name = NewName(stem), DataType = (int)type, RawData = ByteString.CopyFrom(data) };
        constant.Dims.Add(sizes.ToArray());
        Proto.Initializer.Add(constant);
        ConstantBytes += data.Length;
        return constant.Name;
    }

    private static string Declare(RepeatedField<ValueInfoProto> values, string value, TensorProto.Types.DataType type, ReadOnlySpan<long> sizes)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = BatchDimension } } };
        shape.Dim.Add(sizes.ToArray().Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        values.Add(new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } });
        return value;
    }
}
