namespace ActorNet.Cli.Serve;

/// <summary>What a network is.</summary>
/// <param name="Schema">The version of this form.</param>
/// <param name="Name">The model's file or folder, without its path.</param>
/// <param name="Shape">The network in a word: 784-30-10.</param>
/// <param name="Parameters">How many weights and biases it has.</param>
/// <param name="Data">What it was trained on; null where that is not known.</param>
/// <param name="Input">The picture that it takes.</param>
/// <param name="Layers">Its layers, without dropout.</param>
/// <param name="Outputs">What its outputs are called; null where they have numbers alone.</param>
internal sealed record ModelView(
    int Schema, string Name, string Shape, int Parameters, string? Data, InputView Input, IReadOnlyList<LayerView> Layers, IReadOnlyList<string>? Outputs);

/// <summary>The picture that a network takes.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Channels">Floats of a pixel.</param>
/// <param name="IsCentred">Whether drawings are centred as MNIST's digits are.</param>
internal sealed record InputView(int Height, int Width, int Channels, bool IsCentred);

/// <summary>A layer. The output of a map's pixel stands at (row · width + column) · maps + map.</summary>
/// <param name="Layer">Its number, from 1, as in the names of tensors; dropout has one too.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Word">The layer in a word: conv20x5.</param>
/// <param name="Activation">Its activation's name.</param>
/// <param name="Maps">Its maps; 1 for a plain layer.</param>
/// <param name="Height">Rows of a map; 1 for a plain layer.</param>
/// <param name="Width">Columns of a map; a plain layer's neurons.</param>
internal sealed record LayerView(int Layer, string Kind, string Word, string Activation, int Maps, int Height, int Width);

/// <summary>What happens in a network that sees a picture.</summary>
/// <param name="Schema">The version of this form.</param>
/// <param name="IsEmpty">Whether there is nothing on the picture.</param>
/// <param name="Picture">What the network sees: 0 is paper, 255 is ink.</param>
/// <param name="Layers">What each layer makes of it.</param>
/// <param name="Verdict">What comes out.</param>
/// <param name="Neuron">The neuron that was asked for.</param>
internal sealed record Thought(int Schema, bool IsEmpty, GreyPicture Picture, IReadOnlyList<LayerThought> Layers, Verdict Verdict, NeuronThought? Neuron);

/// <summary>What a layer makes of a picture.</summary>
/// <param name="Layer">Its number.</param>
/// <param name="Outputs">Its neurons' activations.</param>
/// <param name="Edges">The connections into it that do most; of dense layers alone.</param>
internal sealed record LayerThought(int Layer, float[] Outputs, IReadOnlyList<Edge> Edges);

/// <summary>What happens in one neuron.</summary>
/// <param name="Layer">Its layer's number.</param>
/// <param name="Index">Its place in the layer.</param>
/// <param name="Sum">Its weighted sum; null for one that has none of its own.</param>
/// <param name="Output">Its activation.</param>
/// <param name="Edges">What contributes most to its sum.</param>
internal sealed record NeuronThought(int Layer, int Index, double? Sum, float Output, IReadOnlyList<Edge> Edges);

/// <summary>What a neuron looks for.</summary>
/// <param name="Schema">The version of this form.</param>
/// <param name="Layer">Its layer's number.</param>
/// <param name="Index">Its place in the layer.</param>
/// <param name="Biases">Its bias; one for each gate of a recurrent neuron; none for a neuron without weights.</param>
/// <param name="Maps">Its weights as pictures.</param>
/// <param name="Source">The number of the layer that it looks at; 0 for the picture.</param>
/// <param name="Row">The row of that layer's maps at which its window begins.</param>
/// <param name="Column">The column.</param>
internal sealed record NeuronView(int Schema, int Layer, int Index, IReadOnlyList<float> Biases, IReadOnlyList<WeightMap> Maps, int Source, int Row, int Column);
