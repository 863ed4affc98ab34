using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Training;

/// <summary>Compression as a part of the job.</summary>
public sealed class CompressionJobTests
{
    /// <summary>What was trained before there was compression keeps its name.</summary>
    [Fact]
    public void A_job_without_compression_says_nothing_of_it()
    {
        var job = new JobSpec();
        Assert.DoesNotContain("ompression", job.ToJson(), StringComparison.Ordinal);
        Assert.Equal(job.Hash, (job with { Compression = "none" }).Hash);
        Assert.NotEqual(job.Hash, (job with { Compression = "int8" }).Hash);
    }

    [Fact]
    public void A_default_that_is_said_is_the_same_job()
    {
        var job = new JobSpec { Compression = "int8" };
        Assert.Equal(2, job.CompressionGroups);
        Assert.Equal(job.Hash, (job with { CompressionGroups = 2 }).Hash);
        Assert.NotEqual(job.Hash, (job with { CompressionGroups = 4 }).Hash);
        Assert.Equal(job, JobSpec.FromJson(job.ToJson(), "test"));
        Assert.Equal(1, (job with { Slices = 1 }).CompressionGroups);
    }

    [Theory]
    [InlineData("int7", null, "sync", "compression is 'int7': use fp16, bf16, int8 or none.")]
    [InlineData("int8", 3, "sync", "compression groups is 3: 8 slices make 1, 2, 4, 8.")]
    [InlineData("int8", 16, "sync", "compression groups is 16: 8 slices make 1, 2, 4, 8.")]
    [InlineData("int8", 0, "sync", "compression groups is 0: 8 slices make 1, 2, 4, 8.")]
    [InlineData("bf16", null, "ssp:4", "compression is bf16, and the mode is ssp:4, in which gradients are not summed by groups: leave it out, or choose sync or local:H.")]
    [InlineData(null, 4, "sync", "compression groups is 4, and nothing is compressed: leave it out, or set compression, as in int8.")]
    public void What_makes_no_sense_is_refused(string? compression, int? groups, string mode, string message) => Assert.Equal(
        message,
        Assert.Throws<ActorNetException>(new JobSpec { Compression = compression, CompressionGroups = groups, Mode = mode }.Validate).Message);

    /// <summary>Every tree, every level: the groups are nodes of it, neighbours, and together all slices; leases are covered by nodes no higher.</summary>
    [Fact]
    public void Groups_are_a_level_of_the_tree()
    {
        for (var slices = 1; slices <= 40; slices++)
        {
            for (var groups = 1; groups <= slices; groups++)
            {
                if (ReductionTree.GroupSlices(slices, groups) is not { } size)
                {
                    continue;
                }

                var (plain, tree) = (new ReductionTree(slices), new ReductionTree(slices, size));
                var found = tree.Cover(0, slices);
                Assert.Equal(groups, found.Count);
                Assert.All(found, group => Assert.True(plain.Contains(group) && tree.Contains(group)));
                Assert.All(found, group => Assert.All(Enumerable.Range(group.First, group.Count), slice => Assert.Equal(group, tree.GroupOf(slice))));
                Assert.Equal(groups == 1, tree.Contains(tree.Root));
            }

            Assert.NotNull(ReductionTree.GroupSlices(slices, Math.Min(slices, 2)));
        }
    }

    /// <summary>Slices that are empty in the last minibatch too; the cut of the parameters changes no bit, the format, the groups and the seed do.</summary>
    [Theory]
    [InlineData("sync", 8)]
    [InlineData("sync", 5)]
    [InlineData("local:3", 4)]
    public void Partitions_change_no_bit(string mode, int slices)
    {
        var data = TrainingData.Clouds(53);
        var job = TrainingData.Job(11, slices) with { L2 = 0.1, ClipNorm = 0.5, Mode = mode };
        var all = new List<string> { TrainingData.Train(job, data) };
        foreach (var compression in (string[])["fp16", "bf16", "int8"])
        {
            foreach (var groups in (int[])[1, 2, slices])
            {
                var compressed = job with { Compression = compression, CompressionGroups = groups };
                all.Add(TrainingData.Train(compressed, data));
                Assert.Equal(all[^1], TrainingData.Train(compressed, data, partitions: 3));
            }
        }

        Assert.Equal(all.Count, all.Distinct().Count());
    }
}
