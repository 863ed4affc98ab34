using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Serve;
using ActorNet.Cluster.Hosting;
using ActorNet.Core;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using ActorNet.EndToEnd.Tests.Http;

namespace ActorNet.EndToEnd.Tests.Serve;

/// <summary>What the page asks its server.</summary>
public sealed class ServeApiTests
{
    private static readonly float[] _inputs = [.. Enumerable.Range(0, 784).Select(i => i % 7 / 7f)];

    [Fact]
    public async Task A_network_is_described_without_its_dropout()
    {
        var model = DigitModel.Untrained(new("conv", 4, "relu") { Window = 5 }, new("pool") { Window = 2 }, new("dropout") { Rate = 0.5 }, new("dense", 10, "softmax"));
        await using var served = await DigitModel.ServeAsync(model);
        var view = await GetAsync(served, "/api/model");
        Assert.Equal("28x28-conv4x5-pool2-dropout0.5-10", (string)view["shape"]!);
        Assert.Equal("model", (string)view["name"]!);
        Assert.Equal(["1 4 24x24", "2 4 12x12", "4 1 1x10"], view["layers"]!.AsArray().Select(layer => $"{layer!["layer"]} {layer["maps"]} {layer["height"]}x{layer["width"]}"));
        // Who comes after dropout looks through it, at the maps of pooling.
        var neuron = await GetAsync(served, "/api/neuron?layer=4&index=9");
        Assert.Equal(2, (int)neuron["source"]!);
        Assert.Equal(4, neuron["maps"]!.AsArray().Count);
        Assert.Equal(model.Tensors[2].Data.Span[(((5 * 12) + 7) * 4 * 10) + (3 * 10) + 9], (float)neuron["maps"]![3]!["values"]![(5 * 12) + 7]!);
    }

    [Theory]
    [InlineData("conv3x5,pool2,dropout0.3,20,10")]
    [InlineData("lstm6:sequence,gru5:sequence,elman4,10")]
    [InlineData("30,10")]
    public async Task What_comes_out_is_what_the_model_predicts_bit_for_bit(string words)
    {
        var model = DigitModel.Untrained([.. words.Split(',').Select(word => LayerSpec.Parse(word, "tanh"))]);
        await using var served = await DigitModel.ServeAsync(model);
        var thought = await ThinkAsync(served, new { inputs = _inputs });
        Assert.Equal(model.Predict(_inputs), Floats(thought["layers"]!.AsArray()[^1]!["outputs"]!));
        Assert.Null(thought["neuron"]);
    }

    [Theory]
    [InlineData("conv3x5,10", 1, 700)]
    [InlineData("conv3x5,pool2,dropout0.5,10", 4, 3)]
    [InlineData("30,10", 2, 9)]
    public async Task A_neurons_sum_gives_its_activation(string words, int layer, int index)
    {
        var model = DigitModel.Untrained([.. words.Split(',').Select(word => LayerSpec.Parse(word, "sigmoid"))]);
        await using var served = await DigitModel.ServeAsync(model);
        var neuron = (await ThinkAsync(served, new { inputs = _inputs }, $"?layer={layer}&index={index}"))["neuron"]!;
        Assert.Equal((double)neuron["output"]!, 1 / (1 + Math.Exp(-(double)neuron["sum"]!)), 1e-5);
        Assert.InRange(neuron["edges"]!.AsArray().Count, 1, 40);
    }

    [Fact]
    public async Task The_connections_that_are_named_are_the_strongest()
    {
        var model = Model.Dense(784, 5, 10);
        await using var served = await DigitModel.ServeAsync(model);
        var thought = await ThinkAsync(served, new { inputs = _inputs });
        var hidden = Floats(thought["layers"]![0]!["outputs"]!);
        var weights = model.Tensors[2].Data;
        var all = hidden.SelectMany((output, from) => Enumerable.Range(0, 10).Select(to => Math.Abs(output * weights.Span[(from * 10) + to]))).ToList();
        var edges = thought["layers"]![1]!["edges"]!.AsArray();
        Assert.Equal(50, edges.Count);
        Assert.Equal(all.Max(), Math.Abs((float)edges[^1]!["contribution"]!));
        var first = thought["layers"]![0]!["edges"]!.AsArray();
        Assert.Equal(60, first.Count);
        Assert.Equal(first.Select(edge => Math.Abs((float)edge!["contribution"]!)).Order(), first.Select(edge => Math.Abs((float)edge!["contribution"]!)));
        var strongest = Enumerable.Range(0, 784 * 5).Select(i => Math.Abs(_inputs[i / 5] * model.Tensors[0].Data.Span[i])).OrderDescending().Take(60);
        Assert.Equal(strongest.Order(), first.Select(edge => Math.Abs((float)edge!["contribution"]!)));
    }

    [Fact]
    public async Task Recurrent_neurons_have_a_picture_for_each_gate()
    {
        var model = DigitModel.Untrained(new("lstm", 6) { Sequence = true }, new("dense", 10));
        await using var served = await DigitModel.ServeAsync(model);
        var neuron = await GetAsync(served, $"/api/neuron?layer=1&index={(6 * 3) + 4}");
        Assert.Equal(["input gate", "forget gate", "candidate", "output gate"], neuron["maps"]!.AsArray().Select(map => (string)map!["name"]!));
        var (weights, biases) = (model.Tensors[0], model.Tensors[2]);
        Assert.Equal(weights.Data.Span[(11 * 24) + 6 + 4], (float)neuron["maps"]![1]!["values"]![11]!);
        Assert.Equal(biases.Data.Span[6 + 4], (float)neuron["biases"]![1]!);
    }

    [Fact]
    public async Task A_drawing_is_centred_and_bytes_are_inputs_too()
    {
        await using var served = await DigitModel.ServeAsync(Model.Dense(784, 10));
        var drawing = new byte[100 * 80];
        drawing.AsSpan(0, 300).Fill(200);
        var thought = await ThinkAsync(served, new { width = 100, height = 80, pixels = drawing });
        var seen = Convert.FromBase64String((string)thought["picture"]!["pixels"]!);
        Assert.Equal(200, seen[(14 * 28) + 14]);
        Assert.Equal(0, seen[0]);
        Assert.False((bool)thought["isEmpty"]!);
        var same = await ThinkAsync(served, new { inputs = seen.Select(pixel => (float)pixel) });
        Assert.Equal(Floats(thought["layers"]![0]!["outputs"]!), Floats(same["layers"]![0]!["outputs"]!));
        Assert.Equal("nothing drawn yet", (string)(await ThinkAsync(served, new { inputs = new float[784] }))["verdict"]!["text"]!);
    }

    [Fact]
    public async Task Other_sizes_are_scaled_and_colours_are_alike()
    {
        var model = Model.Create(new ModelSpec(16 * 12 * 3, [new("conv", 2) { Window = 3 }, new("dense", 4)]) { InputShape = [16, 12, 3] });
        await using var served = await DigitModel.ServeAsync(model);
        var drawing = new byte[280 * 280];
        drawing.AsSpan().Fill(255);
        var thought = await ThinkAsync(served, new { width = 280, height = 280, pixels = drawing });
        var seen = Convert.FromBase64String((string)thought["picture"]!["pixels"]!);
        Assert.Equal((0, 255, 0), (seen[12], seen[8 * 12], seen[15 * 12]));
        Assert.Equal(4, thought["layers"]![1]!["outputs"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("{\"inputs\":[1,2]}", "784")]
    [InlineData("{\"inputs\":null}", "either")]
    [InlineData("{\"width\":2,\"height\":2,\"pixels\":\"AAAA\"}", "give 4")]
    [InlineData("{\"width\":281,\"height\":2,\"pixels\":\"AAAA\"}", "280")]
    [InlineData("{\"width\":0,\"height\":2,\"pixels\":\"AAAA\"}", "280")]
    [InlineData("{\"width\":2,\"height\":2,\"pixels\":\"*\"}", "base64")]
    [InlineData("{\"strokes\":[]}", "inputs")]
    [InlineData("[", "inputs")]
    [InlineData("null", "either")]
    public async Task A_body_that_makes_no_sense_is_refused(string body, string word)
    {
        await using var served = await DigitModel.ServeAsync(Model.Dense(784, 10));
        await TestEndpoint.IsProblemAsync(await PostAsync(served, body), 400, word);
    }

    [Fact]
    public async Task Numbers_that_are_no_pixels_are_refused()
    {
        await using var served = await DigitModel.ServeAsync(Model.Dense(784, 10));
        await TestEndpoint.IsProblemAsync(await PostAsync(served, $"{{\"inputs\":[{string.Join(',', Enumerable.Repeat("-1", 784))}]}}"), 400, "0 to 255");
        await TestEndpoint.IsProblemAsync(await PostAsync(served, $"{{\"inputs\":[{string.Join(',', Enumerable.Repeat("1e999", 784))}]}}"), 400, "0 to 255");
    }

    [Fact]
    public async Task Bodies_are_bounded_and_of_one_type()
    {
        await using var served = await DigitModel.ServeAsync(Model.Dense(784, 10));
        await TestEndpoint.IsProblemAsync(await PostAsync(served, new string(' ', 300_000)), 413, "280 x 280");
        await TestEndpoint.IsProblemAsync(await PostAsync(served, "{}", "text/plain"), 415, "application/json");
        using var client = Client(served);
        await TestEndpoint.IsProblemAsync(await client.GetAsync("/api/think"), 405, "POST");
        await TestEndpoint.IsProblemAsync(await client.GetAsync("/serve.exe"), 404, "/api/model");
    }

    [Theory]
    [InlineData("/api/neuron?layer=3&index=0", 422, "give 1, 2")]
    [InlineData("/api/neuron?layer=0&index=0", 422, "give 1, 2")]
    [InlineData("/api/neuron?layer=2&index=10", 422, "0 to 9")]
    [InlineData("/api/neuron?layer=2", 400, "index")]
    [InlineData("/api/neuron?layer=x&index=1", 400, "layer is 'x'")]
    [InlineData("/api/example?index=10000", 400, "0 to 9999")]
    public async Task What_is_not_there_is_said(string path, int status, string words)
    {
        await using var served = await DigitModel.ServeAsync(Model.Dense(784, 5, 10));
        using var client = Client(served);
        await TestEndpoint.IsProblemAsync(await client.GetAsync(path), status, words);
    }

    [Fact]
    public async Task A_network_that_gives_no_numbers_says_so()
    {
        var model = Model.Create(new ModelSpec(784, [new("dense", 10)]));
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(model.Weights).Span[5] = float.NaN;
        await using var served = await DigitModel.ServeAsync(model);
        await TestEndpoint.IsProblemAsync(await PostAsync(served, $"{{\"inputs\":[{string.Join(',', _inputs.Select(_ => "1"))}]}}"), 422, "Layer 1", "learning rate");
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    public async Task Other_names_of_this_machine_are_not_answered(string host, bool isAnswered)
    {
        await using var served = await DigitModel.ServeAsync(Model.Dense(784, 10));
        foreach (var (port, isRight) in ((int, bool)[])[(new Uri(served.Url).Port, true), (80, false)])
        {
            using var client = Client(served);
            client.DefaultRequestHeaders.Host = $"{host}:{port}";
            var answer = await client.GetAsync("/api/model");
            Assert.Equal(isAnswered && isRight ? 200 : 421, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_page_may_run_and_ask_nothing_but_its_own()
    {
        await using var served = await DigitModel.ServeAsync(Model.Dense(784, 10));
        using var client = Client(served);
        foreach (var path in (string[])["/", "/serve.css", "/serve.js", "/drawing.js", "/network.js", "/icon.svg", "/api/model", "/missing"])
        {
            var answer = await client.GetAsync(path);
            var policy = string.Join(' ', answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.True(answer.Headers.CacheControl!.NoStore);
            Assert.DoesNotContain("http://", (await answer.Content.ReadAsStringAsync()).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal).Replace(served.Url, "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(784, null, true)]
    [InlineData(64, null, true)]
    [InlineData(50, null, false)]
    [InlineData(25, null, false)]
    [InlineData(32, "16x2", false)]
    [InlineData(784, "1x784", false)]
    [InlineData(588, "14x14x3", true)]
    [InlineData(980, "14x14x5", false)]
    public void Only_pictures_can_be_drawn(int inputs, string? shape, bool isPicture)
    {
        var trained = new TrainedModel("some/model", Model.Create(new ModelSpec(inputs, [new("dense", 10)]) { InputShape = shape?.Split('x').Select(int.Parse).ToArray() }));
        if (isPicture)
        {
            _ = PictureInput.Of(trained);
            return;
        }

        var refusal = Assert.Throws<ActorNetException>(() => new ServeEndpoint(trained, new HostPort("127.0.0.1", 0)));
        Assert.Contains("actornet predict", refusal.Message, StringComparison.Ordinal);
    }

    private static HttpClient Client(ServeEndpoint served) => new() { BaseAddress = new Uri(served.Url), Timeout = TestEndpoint.Patience };

    private static async Task<JsonObject> GetAsync(ServeEndpoint served, string path)
    {
        using var client = Client(served);
        return JsonNode.Parse(await client.GetStringAsync(path))!.AsObject();
    }

    private static async Task<JsonObject> ThinkAsync(ServeEndpoint served, object body, string query = "")
    {
        using var client = Client(served);
        var answer = await client.PostAsJsonAsync($"/api/think{query}", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private static async Task<HttpResponseMessage> PostAsync(ServeEndpoint served, string body, string type = "application/json")
    {
        using var client = Client(served);
        return await client.PostAsync("/api/think", new StringContent(body, System.Text.Encoding.UTF8, type));
    }

    private static float[] Floats(JsonNode numbers) => [.. numbers.AsArray().Select(number => (float)number!)];
}
