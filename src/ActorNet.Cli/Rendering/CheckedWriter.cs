using System.Text;
using ActorNet.Core;

namespace ActorNet.Cli.Rendering;

/// <summary>A stream of the process: when it cannot be written, the error says which one it was.</summary>
/// <param name="inner">Receives what is written.</param>
/// <param name="name">What people call it.</param>
internal sealed class CheckedWriter(TextWriter inner, string name) : TextWriter(inner.FormatProvider)
{
    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write($"{value}{NewLine}");

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"{name} cannot be written ({error.Message}): free space, or write to another place.", error);
        }
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();
}
