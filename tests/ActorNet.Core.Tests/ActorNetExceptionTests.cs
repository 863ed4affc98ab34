namespace ActorNet.Core.Tests;

public sealed class ActorNetExceptionTests
{
    /// <summary>What a message quotes may come from a file or from another node.</summary>
    [Theory]
    [InlineData("no column 'a': give another.", "no column 'a': give another.")]
    [InlineData("no column 'a\r\nb\tc'", "no column 'a b c'")]
    [InlineData("\u001b[31mred\0", "\uFFFD[31mred\uFFFD")]
    public void A_message_is_one_line_without_orders_to_a_terminal(string message, string expected)
    {
        Assert.Equal(expected, new ActorNetException(message).Message);
        Assert.Equal(expected, new ActorNetException(message, new IOException()).Message);
    }

    /// <summary>A damaged file of a megabyte may be one word, which the error quotes.</summary>
    [Fact]
    public void A_message_that_quotes_too_much_keeps_its_beginning_and_its_end()
    {
        var message = new ActorNetException($"x.json is damaged: '{new string('a', 1_000_000)}' is no JSON: use an older checkpoint.").Message;
        Assert.InRange(message.Length, 4000, 4100);
        Assert.StartsWith("x.json is damaged: 'aaa", message, StringComparison.Ordinal);
        Assert.EndsWith("aaa' is no JSON: use an older checkpoint.", message, StringComparison.Ordinal);
        Assert.Contains("characters) …", message, StringComparison.Ordinal);
        Assert.Equal(new string('b', 4000), new ActorNetException(new string('b', 4000)).Message);
    }
}
