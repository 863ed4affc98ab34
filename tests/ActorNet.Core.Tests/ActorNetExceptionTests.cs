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
}
