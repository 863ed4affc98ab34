using ActorNet.Core.Training.Leases;

namespace ActorNet.Core.Tests.Training.Leases;

public sealed class StepDeadlineTests
{
    [Theory]
    [InlineData(1, 10)]
    [InlineData(5, 11)]
    [InlineData(41, 20)]
    [InlineData(int.MaxValue, 120)]
    public void A_round_of_local_steps_is_waited_for_longer_at_first(int steps, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new StepDeadline(steps).Current);

    [Fact]
    public void It_is_generous_until_eight_steps_were_seen()
    {
        var deadline = new StepDeadline();
        for (var step = 0; step < 7; step++)
        {
            deadline.Observe(TimeSpan.FromSeconds(1));
            Assert.Equal(StepDeadline.AtFirst, deadline.Current);
        }

        deadline.Observe(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(4), deadline.Current);
    }

    [Fact]
    public void It_is_never_shorter_than_the_least()
    {
        var deadline = new StepDeadline();
        Observe(deadline, 8, seconds: 0.001);
        Assert.Equal(StepDeadline.Least, deadline.Current);
    }

    [Fact]
    public void One_slow_step_of_the_first_counts()
    {
        var deadline = new StepDeadline();
        Observe(deadline, 7, seconds: 0.1);
        Observe(deadline, 1, seconds: 2);
        Assert.Equal(TimeSpan.FromSeconds(8), deadline.Current);
    }

    [Fact]
    public void Six_slow_steps_in_64_are_passed_over_and_seven_are_not()
    {
        var deadline = new StepDeadline();
        Observe(deadline, 58, seconds: 0.1);
        Observe(deadline, 6, seconds: 2);
        AssertNear(0.4, deadline);
        Observe(deadline, 1, seconds: 2);
        AssertNear(8, deadline);
    }

    [Fact]
    public void What_is_long_ago_is_forgotten()
    {
        var deadline = new StepDeadline();
        Observe(deadline, 64, seconds: 5);
        AssertNear(20, deadline);
        Observe(deadline, 57, seconds: 0.2);
        AssertNear(20, deadline);
        Observe(deadline, 1, seconds: 0.2);
        AssertNear(0.8, deadline);
    }

    private static void Observe(StepDeadline deadline, int times, double seconds)
    {
        for (var i = 0; i < times; i++)
        {
            deadline.Observe(TimeSpan.FromSeconds(seconds));
        }
    }

    private static void AssertNear(double seconds, StepDeadline deadline) => Assert.Equal(seconds, deadline.Current.TotalSeconds, 1e-6);
}
