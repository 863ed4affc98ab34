using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Explain;

/// <summary>actornet explain, off a terminal.</summary>
public sealed class ExplainTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("perceptron", "go in 4 of 8 cases", "Novikoff", "over and over", "100 + 55 = 155, by 68 perceptrons")]
    [InlineData("sigmoid", "σ(z) = 1 / (1 + e^-z)", "0 → 1", "the outputs are 0.09 and 0.20", "c = 100")]
    [InlineData("recurrent", "right for 100 %", "██", "h(t) = tanh(", "backpropagation through time")]
    public void Each_page_is_plain_text_of_80_columns_where_there_is_no_terminal(string page, params string[] words)
    {
        var told = _work.Run("explain", page).Ending(0);
        Assert.Empty(told.Error);
        // Words that a line's end parts are looked for too.
        Assert.All(words, word => Assert.Contains(word, told.Output.Replace('\n', ' '), StringComparison.Ordinal));
        Assert.All(told.Output.Split('\n'), line => Assert.True(line.Length <= 80 && !line.Contains('\e', StringComparison.Ordinal), line));
    }

    [Fact]
    public void Json_has_the_figures_of_the_perceptron()
    {
        var json = _work.Run("explain", "perceptron", "--json", "--seed", "7", "--weights", "1,-2,0.5", "--threshold", "0", "--add", "255,255").Ending(0).Json;
        Assert.Equal("perceptron", (string?)json["page"]);
        Assert.Equal(7, (int?)json["seed"]);
        Assert.Equal("0,1,0,0,1,1,0,0", string.Join(',', json["decision"]!["cases"]!.AsArray().Select(x => x!["outputs"]![0])));
        Assert.True((bool?)json["learning"]!["converged"]);
        Assert.InRange((int)json["learning"]!["corrections"]!, 1, (double)json["learning"]!["mostCorrections"]!);
        Assert.False((bool?)json["xor"]!["converged"]);
        Assert.Equal(1000, (int?)json["xor"]!["epochs"]);
        Assert.Equal(510, (int?)json["addition"]!["sum"]);
        Assert.Equal(68, (int?)json["addition"]!["perceptrons"]);
    }

    /// <summary>The change of a sigmoid neuron is the predicted one, nearly; the perceptron's is all or nothing.</summary>
    [Fact]
    public void Json_has_the_figures_of_the_sigmoid()
    {
        var json = _work.Run("explain", "sigmoid", "--json").Ending(0).Json;
        var changes = json["change"]!["neurons"]!.AsArray().SelectMany(neuron => neuron!["changes"]!.AsArray()).ToList();
        Assert.Equal(12, changes.Count);
        Assert.Contains(changes, change => (int)change!["stepBefore"]! != (int)change["stepAfter"]!);
        Assert.All(
            changes.Where(change => Math.Abs((double)change!["by"]!) <= 0.01),
            change => Assert.Equal((double)change!["predicted"]!, (double)change["seen"]!, tolerance: 0.02 * Math.Abs((double)change["seen"]!)));
        Assert.Equal(0.5, (double)json["scaling"]!["rows"]![3]!["outputs"]![2]!);
    }

    /// <summary>With any seed the small network learns its task, and says at each step how long ago the pulse was.</summary>
    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("3")]
    public void Json_has_the_figures_of_the_recurrent_network(string seed)
    {
        var firing = _work.Run("explain", "recurrent", "--json", "--seed", seed).Ending(0).Json["firing"]!;
        Assert.InRange((double)firing["accuracy"]!, 0.95, 1);
        var steps = firing["steps"]!.AsArray();
        Assert.Equal([null, 0, 1, 2, 3, 4, 5, 6], steps.Select(step => (int?)step!["ago"]));
        Assert.All(steps, step => Assert.All(step!["state"]!.AsArray(), neuron => Assert.InRange((double)neuron!, -1, 1)));
    }

    [Fact]
    public void A_seed_is_another_example_and_the_same_again()
    {
        string Told(string seed) => _work.Run("explain", "perceptron", "--seed", seed).Ending(0).Output;
        Assert.Equal(Told("3"), Told("3"));
        Assert.NotEqual(Told("3"), Told("4"));
    }

    [Theory]
    [InlineData("perceptron --weights 1,2", "--weights is '1,2'", "three numbers", "6,2,2")]
    [InlineData("perceptron --weights 6,2,x", "--weights is '6,2,x'", "three numbers")]
    [InlineData("perceptron --weights 6,2,NaN", "--weights is '6,2,NaN'")]
    [InlineData("perceptron --threshold much", "--threshold is 'much'", "a number")]
    [InlineData("perceptron --add 300,1", "--add is '300,1'", "0 to 255")]
    [InlineData("perceptron --add -1,1", "--add is '-1,1'", "0 to 255")]
    [InlineData("perceptron --add 1", "--add is '1'", "two whole numbers")]
    [InlineData("perceptron --seed x", "--seed is 'x'")]
    [InlineData("perceptrn", "unknown command 'perceptrn'", "'perceptron'")]
    [InlineData("sigmoid --weights 1,2,3", "--weights")]
    public void What_makes_no_sense_is_refused(string words, params string[] said) => _work.Run(["explain", .. words.Split(' ')]).Refusing(2, said);
}
