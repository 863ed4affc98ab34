using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Security;
using ActorNet.Cluster.Tests.Security;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core.Data;

namespace ActorNet.Cluster.Tests.Nodes;

/// <summary>A cluster in mutual TLS has the same bits, and is not disturbed by those whom it refuses.</summary>
public sealed class TlsNodesTests : IDisposable
{
    private static readonly DataSet _training = TestJobs.Points(203);
    private readonly TestCertificates _ours = new();
    private readonly TestCertificates _theirs = new();

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    [Fact]
    public async Task Nodes_of_one_authority_train_and_others_cost_nothing()
    {
        var job = TestJobs.Job(slices: 8, batchSize: 13, epochs: 3, "momentum", l2: 0.1);
        var oracle = Oracle.Of(job, _training);
        var request = TestJobs.Request(job, _training, 1, 2) with { MinWorkers = 3, MinServers = 2, Node = new NodeOptions { Serves = true, Certificates = _ours.Node("127.0.0.1") } };
        await using var cluster = ClusterRun.Start(request);

        // Each tries to join before those for whom the run waits.
        await Refused(cluster, certificates: null, "does not speak TLS");
        await Refused(cluster, _ours.Ended(), "has ended on");
        await Refused(cluster, _ours.Watcher(), "for watching alone");
        var strange = await Refused(cluster, _theirs.Node("127.0.0.1"), "was signed by");
        Assert.Contains("was signed by", await cluster.Within(strange.Warning, "the stranger's own warning"), StringComparison.Ordinal);

        await cluster.Join(_training, 1, serves: true, _ours.Node("127.0.0.1"));
        await cluster.Join(_training, 1, serves: false, _ours.Node("127.0.0.1"));
        var outcome = await cluster.Ended();
        Assert.Equal(oracle.Sha256, outcome.Progress.WeightsSha256);
        Assert.Equal(3, outcome.Contributions.Select(contribution => contribution.Node).Distinct().Count());
    }

    private static async Task<JoiningNode> Refused(ClusterRun cluster, NodeCertificates? certificates, string words)
    {
        // Its own check of its host would end one for watching before anybody else saw it.
        var careless = certificates is null ? null : new NodeCertificates(certificates.Own, certificates.Between, certificates.Authorities, anyHost: true);
        var node = await cluster.Join(_training, 1, serves: false, careless);
        await cluster.Await<TrainingEvent.PeerRefused>(words, refused => refused.Message.Contains(words, StringComparison.Ordinal));
        return node;
    }
}
