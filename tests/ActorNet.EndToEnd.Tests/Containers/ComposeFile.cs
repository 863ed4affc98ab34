using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ActorNet.EndToEnd.Tests.Containers;

/// <summary>A file of Docker Compose, as far as the tests ask.</summary>
internal sealed class ComposeFile
{
    private static readonly IDeserializer _yaml = new DeserializerBuilder().IgnoreUnmatchedProperties().Build();

    /// <summary>The services.</summary>
    [YamlMember(Alias = "services")]
    public Dictionary<string, Service> Services { get; set; } = [];

    /// <summary>Reads one.</summary>
    public static ComposeFile Read(string path) => _yaml.Deserialize<ComposeFile>(new MergingParser(new Parser(new StringReader(File.ReadAllText(path)))));

    /// <summary>A service.</summary>
    internal sealed class Service
    {
        /// <summary>What follows the program's name.</summary>
        [YamlMember(Alias = "command")]
        public List<string>? Command { get; set; }

        /// <summary>The image.</summary>
        [YamlMember(Alias = "image")]
        public string? Image { get; set; }

        /// <summary>Variables; null for one that is handed on from the caller's environment.</summary>
        [YamlMember(Alias = "environment")]
        public Dictionary<string, string?> Environment { get; set; } = [];
    }
}
