using ActorNet.Cli.Rendering;

namespace ActorNet.EndToEnd.Tests.Rendering;

public sealed class ProgressLineTests
{
    [Theory]
    [InlineData(200)]
    [InlineData(80)]
    [InlineData(40)]
    [InlineData(20)]
    [InlineData(5)]
    public void The_line_leaves_room_for_what_the_terminal_echoes_of_a_Ctrl_C(int width)
    {
        var line = ProgressLine.Format(width, "epoch 12/30", 0.65, "123k/s", "0:42 left", "cost 0.01234");
        Assert.InRange(line.Length, 1, width - "^C".Length - 1);
        Assert.Equal(width >= 40, line.Contains("65%  123k/s", StringComparison.Ordinal));
    }
}
