using System.Globalization;
using ActorNet.EndToEnd.Tests.Support;
using k8s;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace ActorNet.EndToEnd.Tests.Containers;

/// <summary>
/// The manifests of docker/kubernetes: read by the models that are made from Kubernetes' own API description, where a field that it does not know is an error, then
/// held against the program and against each other. As they lie there, and, where kubectl is at hand, as kustomize builds them.
/// </summary>
public sealed class KubernetesTests
{
    private const string Domain = ".actornet.svc.cluster.local";

    private static readonly string _folder = Path.Combine(Repository.Root, "docker", "kubernetes");

    [Fact]
    public void The_base_fits_the_program_and_itself()
    {
        var files = Directory.EnumerateFiles(At("base"), "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml");
        new Manifests([.. files.SelectMany(file => Objects(File.ReadAllText(file)))], JobVariables()).Check();
    }

    [SkippableTheory]
    [InlineData("base")]
    [InlineData("overlays/tls")]
    public void What_kustomize_builds_fits_too(string kustomization)
    {
        Skip.IfNot(HasKubectl(), "needs kubectl");
        using var work = new Workspace();
        var built = work.RunOther("kubectl", "kustomize", At(kustomization)).Ending(0).Output;
        new Manifests(Objects(built), JobVariables()).Check();
    }

    [Theory]
    [InlineData("base")]
    [InlineData("overlays/tls")]
    public void Every_kustomization_names_the_files_beside_it(string kustomization)
    {
        var yaml = Yaml(At(kustomization, "kustomization.yaml"));
        var patches = Items(yaml, "patches").Select(patch => Scalar(patch["path"]));
        var maps = Items(yaml, "configMapGenerator").SelectMany(map => Items((YamlMappingNode)map, "envs")).Select(Scalar);
        var resources = Items(yaml, "resources").Select(Scalar).Where(file => !file.StartsWith("..", StringComparison.Ordinal));
        Assert.Equal(
            Directory.EnumerateFiles(At(kustomization)).Select(file => Path.GetFileName(file)!).Where(file => file != "kustomization.yaml").Order(StringComparer.Ordinal),
            [.. resources.Concat(patches).Concat(maps).Order(StringComparer.Ordinal)]);
    }

    private static string At(params string[] parts) => Path.Combine([_folder, .. parts]);

    private static bool HasKubectl() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "kubectl")));

    private static string[] JobVariables() =>
        [.. File.ReadLines(At("base", "job.env")).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('=')[0])];

    private static List<object> Objects(string text) => KubernetesYaml.LoadAllFromString(text, strict: true);

    private static YamlMappingNode Yaml(string file)
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(file);
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    private static IEnumerable<YamlNode> Items(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var items) ? (YamlSequenceNode)items : [];

    private static string Scalar(YamlNode node) => ((YamlScalarNode)node).Value!;

    /// <summary>All the objects of a cluster, and what must hold between them.</summary>
    private sealed class Manifests(IReadOnlyList<object> objects, string[] jobVariables)
    {
        private readonly Pods[] _pods =
        [
            .. objects.OfType<V1StatefulSet>().Select(set => new Pods(set.Metadata.Name, set.Spec.Selector, set.Spec.Template, set.Spec.VolumeClaimTemplates)),
            .. objects.OfType<V1Deployment>().Select(set => new Pods(set.Metadata.Name, set.Spec.Selector, set.Spec.Template, [])),
        ];

        public void Check()
        {
            Assert.Equal(["coordinator", "server", "worker"], _pods.Select(pods => pods.Name).Order(StringComparer.Ordinal));
            // Whoever has the repository would have what is in it.
            Assert.DoesNotContain(objects, one => one is V1Secret);
            foreach (var pods in _pods)
            {
                Assert.True(Matches(pods.Selector.MatchLabels, pods.Template), $"{pods.Name} selects pods other than its own");
                CommandsAreKnown(pods);
                PortsAreThoseOfTheCommand(pods);
                MountsHaveTheirVolumes(pods);
                MayDoNoMoreThanItNeeds(pods);
            }

            Assert.All(_pods.Where(pods => pods.Argument("--join") is not null), Joins);
            Assert.All(objects.OfType<V1Service>(), ServiceHasItsPods);
            Assert.All(objects.OfType<V1PodDisruptionBudget>(), budget => Assert.Single(_pods, pods => Matches(budget.Spec.Selector.MatchLabels, pods.Template)));
            PoliciesOpenWhatIsServed();
        }

        private void CommandsAreKnown(Pods pods)
        {
            var variables = pods.Container.Env.Select(variable => variable.Name).Concat(pods.Container.EnvFrom is null ? [] : jobVariables);
            KnownSettings.Check(pods.Name, [.. pods.Container.Args], variables);
            foreach (var probe in (V1Probe[])[pods.Container.StartupProbe, pods.Container.LivenessProbe, pods.Container.ReadinessProbe])
            {
                Assert.Equal("actornet", probe.Exec.Command[0]);
                KnownSettings.Check($"{pods.Name}'s probe", [.. probe.Exec.Command.Skip(1)], []);
            }
        }

        private static void PortsAreThoseOfTheCommand(Pods pods)
        {
            var listen = Port(pods.Argument("--listen")!);
            Assert.Equal(listen, pods.Ports["cluster"]);
            Assert.Equal(listen + 1, pods.Ports["tensors"]);
            Assert.Equal<int?>(pods.Name == "coordinator" ? listen + 2 : null, pods.Ports.TryGetValue("shards", out var shards) ? shards : null);
            var http = pods.Argument("--http")!;
            // What listens on loopback is seen by the pod's own probes alone; and they ask port 4080.
            Assert.Equal(4080, Port(http));
            Assert.Equal<int?>(http.StartsWith("127.", StringComparison.Ordinal) ? null : 4080, pods.Ports.TryGetValue("http", out var port) ? port : null);
        }

        private static void MountsHaveTheirVolumes(Pods pods)
        {
            var volumes = pods.Template.Spec.Volumes.Select(volume => volume.Name).Concat(pods.Claims.Select(claim => claim.Metadata.Name)).Order(StringComparer.Ordinal);
            Assert.Equal(volumes, pods.Container.VolumeMounts.Select(mount => mount.Name).Order(StringComparer.Ordinal));
            foreach (var file in new[] { pods.Argument("--secret-file"), pods.Argument("--token-file") }.OfType<string>())
            {
                var mount = pods.Container.VolumeMounts.Single(mount => mount.MountPath == Path.GetDirectoryName(file));
                var secret = pods.Template.Spec.Volumes.Single(volume => volume.Name == mount.Name).Secret;
                Assert.Equal(Convert.ToInt32("440", 8), secret.DefaultMode);
                // Without a list of keys all of them are there; README.md says which.
                Assert.True(secret.Items is null || secret.Items.Any(item => item.Path == Path.GetFileName(file)), $"{pods.Name} has no {file}");
            }
        }

        private static void MayDoNoMoreThanItNeeds(Pods pods)
        {
            var pod = pods.Template.Spec;
            Assert.True(pod.SecurityContext is { RunAsNonRoot: true, RunAsUser: 1654, FsGroup: 1654, SeccompProfile.Type: "RuntimeDefault" }, pods.Name);
            Assert.True(pods.Container.SecurityContext is { AllowPrivilegeEscalation: false, ReadOnlyRootFilesystem: true }, pods.Name);
            Assert.Equal(["ALL"], pods.Container.SecurityContext.Capabilities.Drop);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.True(pods.Container.Resources.Limits.ContainsKey("memory"), pods.Name);
        }

        /// <summary>The coordinator is joined by the very name that it calls itself.</summary>
        private void Joins(Pods pods)
        {
            var coordinator = objects.OfType<V1StatefulSet>().Single(set => set.Metadata.Name == "coordinator");
            var service = objects.OfType<V1Service>().Single(service => service.Metadata.Name == coordinator.Spec.ServiceName);
            var at = _pods.Single(other => other.Name == "coordinator");
            var name = at.Variable("ACTORNET_PUBLIC_HOST").Replace("$(POD_NAME)", $"{coordinator.Metadata.Name}-0", StringComparison.Ordinal);
            Assert.Equal($"{coordinator.Metadata.Name}-0.{service.Metadata.Name}{Domain}", name);
            Assert.Equal($"{name}:{Port(at.Argument("--listen")!)}", pods.Argument("--join"));
        }

        private void ServiceHasItsPods(V1Service service)
        {
            // A virtual address would be another name than the one a node goes by, and one that is not ready yet must be found.
            Assert.Equal("None", service.Spec.ClusterIP);
            Assert.True(service.Spec.PublishNotReadyAddresses);
            var pods = Assert.Single(_pods, pods => Matches(service.Spec.Selector, pods.Template));
            Assert.Equal(pods.Ports, service.Spec.Ports.ToDictionary(port => port.Name, port => port.Port));
            Assert.EndsWith($".{service.Metadata.Name}{Domain}", pods.Name == "worker" ? $".worker{Domain}" : pods.Variable("ACTORNET_PUBLIC_HOST"), StringComparison.Ordinal);
        }

        private void PoliciesOpenWhatIsServed()
        {
            var policies = objects.OfType<V1NetworkPolicy>().ToList();
            foreach (var pods in _pods)
            {
                var open = policies.Where(policy => Matches(policy.Spec.PodSelector.MatchLabels, pods.Template))
                    .SelectMany(policy => policy.Spec.Ingress).SelectMany(rule => rule.Ports).Select(Number).Order();
                Assert.Equal(pods.Ports.Values.Order(), open);
            }

            // To each other nodes may go wherever a node listens for nodes.
            var reached = policies.Where(policy => policy.Spec.Egress is not null).SelectMany(policy => policy.Spec.Egress)
                .Where(rule => rule.To.All(peer => Matches(peer.PodSelector.MatchLabels, _pods[0].Template))).SelectMany(rule => rule.Ports).Select(Number).Order();
            Assert.Equal(_pods.SelectMany(pods => pods.Ports).Where(port => port.Key != "http").Select(port => port.Value).Distinct().Order(), reached);
        }

        private static int Number(V1NetworkPolicyPort port) => int.Parse(port.Port.ToString()!, CultureInfo.InvariantCulture);

        private static int Port(string address) => int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);

        private static bool Matches(IDictionary<string, string>? labels, V1PodTemplateSpec template) =>
            labels is not null && labels.All(label => template.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
    }

    /// <summary>The pods of one role.</summary>
    private sealed record Pods(string Name, V1LabelSelector Selector, V1PodTemplateSpec Template, IList<V1PersistentVolumeClaim> Claims)
    {
        public V1Container Container { get; } = Assert.Single(Template.Spec.Containers);

        public IReadOnlyDictionary<string, int> Ports => Container.Ports.ToDictionary(port => port.Name, port => port.ContainerPort);

        public IList<V1PersistentVolumeClaim> Claims { get; } = Claims ?? [];

        public string? Argument(string flag) => Container.Args.IndexOf(flag) is >= 0 and var at ? Container.Args[at + 1] : null;

        public string Variable(string name) => Container.Env.Single(variable => variable.Name == name).Value;
    }
}
