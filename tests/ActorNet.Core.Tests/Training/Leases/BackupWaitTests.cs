using ActorNet.Core.Training.Leases;

namespace ActorNet.Core.Tests.Training.Leases;

public sealed class BackupWaitTests
{
    [Fact]
    public void The_first_steps_are_waited_out()
    {
        var wait = new BackupWait();
        for (var step = 0; step < BackupWait.Enough; step++)
        {
            Assert.Null(wait.Next(Milliseconds(10)));
            wait.Observe(Milliseconds(step == 3 ? 0.1 : 1000));
        }

        Assert.Equal(BackupWait.Least, wait.Next(Milliseconds(10)));
    }

    /// <summary>Half of the steps go on soon, the others late: of three candidates one is the cheapest, by hand.</summary>
    [Theory]
    [InlineData(3, 40, 10, 3.0)]
    [InlineData(3, 40, 50, null)]
    [InlineData(0.2, 40, 10, 1.0)]
    [InlineData(20, 24, 10, null)]
    [InlineData(20, 200, 10, 1.0)]
    public void It_is_what_would_have_cost_least(double soon, double late, double computing, double? best)
    {
        var wait = new BackupWait();
        for (var step = 0; step < 32; step++)
        {
            wait.Next(Milliseconds(1e9));
            wait.Observe(Milliseconds(step % 2 == 0 ? soon : late));
        }

        Assert.Equal(best, wait.Next(Milliseconds(computing))?.TotalMilliseconds);
    }

    [Fact]
    public void A_step_that_was_helped_teaches_nothing_one_in_eight_does()
    {
        var wait = new BackupWait();
        var waitedOut = 0;
        for (var step = 0; step < BackupWait.Enough + (50 * BackupWait.LookEvery); step++)
        {
            var helps = wait.Next(Milliseconds(10)) is not null;
            waitedOut += helps ? 0 : 1;
            wait.Observe(Milliseconds(helps || waitedOut % 2 == 0 ? 0.1 : 1000));
        }

        Assert.Equal(BackupWait.Enough + 50, waitedOut);
        Assert.Equal(BackupWait.Least, wait.Next(Milliseconds(10)));
    }

    /// <summary>As on a slow network: what it would compute had to travel as long.</summary>
    [Fact]
    public void Where_every_step_is_waited_for_alike_none_is_helped()
    {
        var wait = new BackupWait();
        for (var step = 0; step < 100; step++)
        {
            Assert.Null(wait.Next(Milliseconds(10)));
            wait.Observe(Milliseconds(200 + (step % 10)));
        }
    }

    [Fact]
    public void It_is_forgotten_how_things_were()
    {
        var wait = new BackupWait();
        Observe(wait, 32, milliseconds: 1000);
        Assert.NotNull(wait.Next(Milliseconds(10)));
        Observe(wait, 32 * BackupWait.LookEvery, milliseconds: 2);
        Assert.Null(wait.Next(Milliseconds(10)));
    }

    private static void Observe(BackupWait wait, int steps, double milliseconds)
    {
        for (var step = 0; step < steps; step++)
        {
            wait.Next(Milliseconds(10));
            wait.Observe(Milliseconds(step % 5 == 0 ? 0.1 : milliseconds));
        }
    }

    private static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
