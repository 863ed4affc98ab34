using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace ActorNet.Cli.Reports.Html;

/// <summary>
/// A piece of HTML that is built from C#'s interpolated strings: what is written out is markup, what stands in braces is text and is escaped. So nothing that
/// came from outside can become markup, unless it is a piece of HTML itself.
/// </summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _text = new();

    /// <summary>A piece.</summary>
    public static HtmlText Of(Markup markup) => markup.Text;

    /// <summary>Appends a line.</summary>
    public HtmlText Add([InterpolatedStringHandlerArgument("")] Markup markup)
    {
        _ = markup;
        _text.Append('\n');
        return this;
    }

    /// <summary>Appends a part of the program itself, such as its script: it is markup as it is.</summary>
    public HtmlText AddOwn(string markup)
    {
        _text.Append(markup).Append('\n');
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>What the compiler turns an interpolated string into.</summary>
    [InterpolatedStringHandler]
    internal readonly struct Markup
    {
        /// <summary>A piece of its own.</summary>
        public Markup(int literalLength, int formattedCount)
            : this(literalLength, formattedCount, new HtmlText())
        {
        }

        /// <summary>More of a piece.</summary>
        public Markup(int literalLength, int formattedCount, HtmlText text)
        {
            _ = (literalLength, formattedCount);
            Text = text;
        }

        /// <summary>The piece.</summary>
        public HtmlText Text { get; }

        /// <summary>Markup.</summary>
        public void AppendLiteral(string markup) => Text._text.Append(markup);

        /// <summary>Another piece.</summary>
        public void AppendFormatted(HtmlText? piece) => Text._text.Append(piece?._text);

        /// <summary>Text.</summary>
        public void AppendFormatted(string? text) => Text._text.Append(WebUtility.HtmlEncode(text));

        /// <summary>A number or a time, the same in every culture.</summary>
        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

        /// <summary>A place in a drawing, to a tenth.</summary>
        public void AppendFormatted(double value) => Text._text.Append(Math.Round(value, 1).ToString(CultureInfo.InvariantCulture));
    }
}
