using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Coordinator;

/// <summary>Decides who may take part in a job.</summary>
internal sealed class RegistrationDesk(CoordinatedJob job, LocalNode local, JobStart start)
{
    private readonly byte[] _nonce = RegistrationProof.CreateNonce();

    private readonly JobOffer _offer =
        new(start.Incarnation, job.Setup.Job.Hash, job.Setup.Job.ToJson(), job.Partitions, job.Shards, Replicas: job.Request.Replicas);

    /// <summary>The offer that a node gets which may take part, with the proof that it asks for.</summary>
    public JobOffer OfferTo(RegisterNode register) => RegistrationProof.AddTo(_offer, local.Secret, register.Nonce);

    /// <summary>What a node is told that may not take part, or not yet; null where it may.</summary>
    public object? Refuse(RegisterNode register)
    {
        if (register.ProtocolVersion != Wire.ProtocolVersion)
        {
            return new NodeRefused(
                $"the coordinator speaks version {Wire.ProtocolVersion} of the protocol, node {register.Node.Id} version {register.ProtocolVersion}: use the same version of ActorNet on both.");
        }

        if (local.Secret is { } secret && RegistrationProof.Check(register, secret, _nonce) is { } answer)
        {
            return answer;
        }

        return start.Leaving.Contains(register.Node.Id) ? new NodeDrained() : null;
    }
}
