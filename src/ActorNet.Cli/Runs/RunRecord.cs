using System.Text.Json.Nodes;
using ActorNet.Core;

namespace ActorNet.Cli.Runs;

/// <summary>
/// What happened in a run, one JSON object a line, appended and never changed; <see cref="RunEventJson"/> says what is in it. Each line is flushed, so a killed
/// process leaves all but its last.
/// </summary>
internal sealed class RunRecord : IDisposable
{
    private readonly StreamWriter _writer;
    private readonly Action<string> _warn;
    private bool _broken;

    /// <summary>Opens the record to append.</summary>
    /// <param name="path">The file.</param>
    /// <param name="warn">Is told once when the record cannot be written further: training goes on.</param>
    /// <exception cref="ActorNetException">The file cannot be opened.</exception>
    public RunRecord(string path, Action<string> warn)
    {
        Path = path;
        _warn = warn;
        try
        {
            var isTorn = EndsInALine(path);
            var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            _writer = new StreamWriter(stream) { AutoFlush = true, NewLine = "\n" };
            if (isTorn)
            {
                _writer.WriteLine();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"record {path} cannot be written: {error.Message}", error);
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Appends a line of <see cref="RunEventJson"/>.</summary>
    public void Write(JsonObject line)
    {
        if (_broken)
        {
            return;
        }

        try
        {
            _writer.WriteLine(line.ToJsonString(RunJson.Line));
        }
        catch (IOException error)
        {
            _broken = true;
            _warn($"record {Path} cannot be written any more ({error.Message}): training goes on without it.");
        }
    }

    /// <summary>Whether a killed process left half a line, which the next one must not be written to.</summary>
    private static bool EndsInALine(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(-Math.Min(1, stream.Length), SeekOrigin.End);
        return stream.ReadByte() is not ('\n' or -1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _writer.Dispose();
        }
        catch (IOException)
        {
            // Said once already.
        }
    }
}
