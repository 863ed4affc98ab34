namespace ActorNet.Core.Tests;

public sealed class NameSuggestionTests
{
    private static readonly string[] _known = ["sigmoid", "tanh", "relu", "identity", "softmax"];

    [Theory]
    [InlineData("sigmod", "sigmoid")]
    [InlineData("Sigmoid", "sigmoid")]
    [InlineData("sgimoid", "sigmoid")]
    [InlineData("RELU", "relu")]
    [InlineData("soft-max", "softmax")]
    [InlineData("tan", "tanh")]
    [InlineData("gaussian", null)]
    [InlineData("", null)]
    public void Nearest_is_what_was_meant(string name, string? expected) => Assert.Equal(expected, NameSuggestion.Nearest(name, _known));

    [Fact]
    public void Nearest_of_nothing_is_nothing() => Assert.Null(NameSuggestion.Nearest("relu", []));

    [Fact]
    public void Message_is_one_line_that_says_what_is_known()
    {
        Assert.Equal(
            "Unknown activation 'rellu': did you mean 'relu'? Known are sigmoid, tanh, relu, identity, softmax.",
            NameSuggestion.Message("activation", "rellu", _known));
        Assert.Equal("Unknown cost 'hinge'. Known are quadratic.", NameSuggestion.Message("cost", "hinge", ["quadratic"]));
    }
}
