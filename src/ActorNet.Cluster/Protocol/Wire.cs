namespace ActorNet.Cluster.Protocol;

/// <summary>What nodes must agree on to speak with each other.</summary>
internal static class Wire
{
    /// <summary>Raised when a message changes its meaning. Fields may be added without: readers pass over those that they do not know.</summary>
    public const int ProtocolVersion = 4;

    /// <summary>
    /// Every message that may cross the network, by its manifest. A manifest is for ever: a message that goes leaves its manifest unused.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, Type> Messages = new Dictionary<string, Type>
    {
        ["rn"] = typeof(RegisterNode),
        ["cn"] = typeof(ChallengeNode),
        ["nf"] = typeof(NodeRefused),
        ["jo"] = typeof(JobOffer),
        ["nr"] = typeof(NodeReady),
        ["nu"] = typeof(NodeUnable),
        ["na"] = typeof(NodeAlive),
        ["nh"] = typeof(NodeHeard),
        ["dn"] = typeof(DrainNode),
        ["nd"] = typeof(NodeDrained),
        ["ll"] = typeof(LinkLost),
        ["jv"] = typeof(JobOver),
        ["ap"] = typeof(AssignPartition),
        ["st"] = typeof(SendState),
        ["ps"] = typeof(PartitionServed),
        ["gl"] = typeof(GrantLease),
        ["wt"] = typeof(SendWeightsTo),
        ["sv"] = typeof(SendVersion),
        ["sd"] = typeof(SnapshotDue),
        ["ss"] = typeof(SendSnapshot),
        ["ak"] = typeof(AskProgress),
        ["pr"] = typeof(ProgressReport),
        ["ho"] = typeof(Hold),
        ["he"] = typeof(Held),
        ["rt"] = typeof(RunTo),
        ["wr"] = typeof(WorkerReplacement),
        ["jf"] = typeof(JobFailed),
        ["fs"] = typeof(FetchSlices),
        ["no"] = typeof(NodeHolds),
        ["cr"] = typeof(ChangeRates),
        ["al"] = typeof(AskToLeave),
        ["sq"] = typeof(SquaresSummed),
        ["sa"] = typeof(SquaresOfAll),
        ["rp"] = typeof(NodeReport),
        ["to"] = typeof(TakeOver),
        ["sk"] = typeof(SnapshotKept),
    };
}
