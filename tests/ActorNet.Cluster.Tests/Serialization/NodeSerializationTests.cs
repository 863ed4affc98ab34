using System.Runtime.Serialization;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Serialization;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Tests.Serialization;

/// <summary>What the actor system of a real node lets through to others.</summary>
public sealed class NodeSerializationTests
{
    [Fact]
    public async Task A_node_sends_its_messages_by_the_wire_serializer_and_lets_no_other_type_through()
    {
        List<string> passed = [];
        await InSystem(system =>
        {
            foreach (var example in WireExamples.With(system.DeadLetters))
            {
                Assert.IsType<WireSerializer>(system.Serialization.FindSerializerFor(example));
            }

            object[] strangers =
            [
                new WeightsReady(0, 1),
                new ComputeGradient(0, [], [], 0),
                new GradientReady(0, 0, new GradientPart(new TreeNode(0, 1), new float[1])),
                NodeAgent.DrainRequested.Instance,
                new Version(1, 2),
                new List<int> { 1 },
            ];
            passed.AddRange(strangers.Where(stranger => MayTravel(system, stranger)).Select(stranger => stranger.GetType().Name));
        });
        Assert.Empty(passed);
    }

    [Fact]
    public async Task The_wire_serializers_number_is_nobody_elses() => await InSystem(system =>
    {
        var bytes = system.Serialization.FindSerializerFor(new RunTo(7)).ToBinary(new RunTo(7));
        Assert.Equal(new RunTo(7), system.Serialization.Deserialize(bytes, 4053, "rt"));
    });

    /// <summary>Calls with the actor system of a node; fails as that call does.</summary>
    private static async Task InSystem(Action<ActorSystem> act)
    {
        Exception? failure = null;
        var called = false;
        using var run = TestRun.Prepare(TestJobs.Request(TestJobs.Job(slices: 1, epochs: 1), TestJobs.Points(10)), settings: new RunSettings
        {
            Starting = system =>
            {
                called = true;
                failure = Record.Exception(() => act(system));
            },
        });
        await run.Start().Ended("the end of a short training");
        Assert.True(called, "the system was never there");
        Assert.Null(failure);
    }

    private static bool MayTravel(ActorSystem system, object message)
    {
        try
        {
            return system.Serialization.FindSerializerFor(message).ToBinary(message) is not null;
        }
        catch (SerializationException)
        {
            return false;
        }
    }
}
