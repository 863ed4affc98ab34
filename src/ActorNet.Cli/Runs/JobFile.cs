using System.Reflection;
using System.Text.Json;
using ActorNet.Cli.Commands;
using ActorNet.Core;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Runs;

/// <summary>A job as a file says it: some keys may be left to defaults.</summary>
/// <param name="Job">The job, defaults filled in.</param>
/// <param name="Keys">The keys that the file has.</param>
internal sealed record JobFile(JobSpec Job, IReadOnlySet<string> Keys)
{
    /// <summary>The keys that there are, also those that a job leaves out unless it uses them.</summary>
    private static readonly string[] _known =
    [
        .. typeof(JobSpec).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)
            .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)),
    ];

    /// <summary>A job of which nothing is said yet.</summary>
    public static JobFile Empty => new(new JobSpec(), new HashSet<string>());

    /// <summary>Reads a job file; <c>-</c> is stdin.</summary>
    /// <exception cref="ActorNetException">It cannot be read, or is no job.</exception>
    public static JobFile Load(string path)
    {
        string text;
        try
        {
            text = path == "-" ? Console.In.ReadToEnd() : File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"job file '{path}' cannot be read ({error.Message}): give a file that --print-job has written.", error);
        }

        return UsageException.Check(() =>
        {
            var keys = KeysOf(text);
            return keys.FirstOrDefault(key => !_known.Contains(key)) is { } unknown
                ? throw new UsageException($"job file '{path}': {NameSuggestion.Message("key", unknown, _known)}")
                : new JobFile(JobSpec.FromJson(text, $"job file '{path}'"), keys.ToHashSet());
        });
    }

    /// <summary>The keys of a JSON object; none where the text is something else, which <see cref="JobSpec.FromJson"/> refuses.</summary>
    private static List<string> KeysOf(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object ? [.. json.RootElement.EnumerateObject().Select(property => property.Name)] : [];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The latter for a key that is no text: half of a surrogate pair.
            return [];
        }
    }
}
