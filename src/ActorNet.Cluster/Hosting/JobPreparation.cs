using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Transfer;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Data.Shards;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Hosting;

/// <summary>Makes a job that a coordinator offers ready on a node: its data, and all that its actors share.</summary>
internal static class JobPreparation
{
    /// <summary>Opens the job's data where this node has it, else in the cache, and refuses what is not the job's.</summary>
    /// <param name="offer">The job.</param>
    /// <param name="openTraining">Opens the training set; null where this node has none.</param>
    /// <param name="self">This node.</param>
    /// <param name="options">How it is found.</param>
    /// <exception cref="ActorNetException">The data is not there, or is other data; or the job is one that this node does not understand.</exception>
    public static JobRuntime Prepare(JobOffer offer, Func<JobSpec, DataSet?> openTraining, LinkSettings self, NodeOptions options)
    {
        var job = JobSpec.FromJson(offer.Job, "the job that the coordinator sent");
        if (openTraining(job) is { } data)
        {
            return Create(offer, job, data, HeldOf(data, job.Slices), null, options.Pace);
        }

        var source = offer.Shards ?? throw new ActorNetException(
            $"this node has no data set '{DataSource.PlaceOf(job.Data.Name)}', and the coordinator's is in no shards, which alone are sent to other nodes: "
            + "copy it here and name it with --data, or make shards of it with 'actornet data shard' and train on those.");
        var download = new ShardDownload(source, self);
        ShardCache? cache = null;
        try
        {
            cache = ShardCache.Open(download.FetchManifest(), options.ShardCache, options.ShardCacheLimit);
            return Create(offer, job, new DataSetPair(cache.Data, cache.Data).PartsFor(job.Data).Training, [], new ShardFetcher(download, cache, job.Slices), options.Pace);
        }
        catch
        {
            cache?.Dispose();
            download.Dispose();
            throw;
        }
    }

    private static JobRuntime Create(JobOffer offer, JobSpec job, DataSet data, int[]? held, ShardFetcher? shards, TimeSpan pace)
    {
        var setup = new TrainingSetup(job, data);
        return setup.Job.Hash == offer.JobHash
            ? new JobRuntime(setup, offer.Partitions, offer.Incarnation, offer.Replicas) { Held = held, Shards = shards, IsSource = false, Pace = pace }
            : throw new ActorNetException(
                $"this node reads job {offer.JobHash} as {setup.Job.Hash}: use the same version of ActorNet, and the same layers and costs of your own, on every node.");
    }

    /// <summary>The slices that a folder of this node has whole; null for all, also of a set that is in no shards.</summary>
    private static int[]? HeldOf(DataSet data, int slices)
    {
        if (data.Sharded is not { } sharded || sharded.Shards % slices != 0)
        {
            return null;
        }

        int[] held = [.. Enumerable.Range(0, slices).Where(slice => sharded.Holds(slice, slices))];
        return held.Length == slices ? null : held;
    }
}
