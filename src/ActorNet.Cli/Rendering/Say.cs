using System.Globalization;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Rendering;

/// <summary>Numbers as people read them; the same in every culture.</summary>
internal static class Say
{
    /// <summary>A part of one as a percentage; a dash for what is not known.</summary>
    public static string Percent(double? part) =>
        part is { } value && double.IsFinite(value) ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.00} %") : "-";

    /// <summary>A cost: five significant digits; a dash for what is not known.</summary>
    public static string Cost(double? cost) =>
        cost is not { } value || double.IsNaN(value) ? "-" : value.ToString(value is > 1e-4 and < 1e5 ? "0.00000" : "0.000e0", CultureInfo.InvariantCulture);

    /// <summary>A whole number with commas.</summary>
    public static string Count(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>What a version is a step of, in a mode: a round of local steps has a name of its own.</summary>
    public static string Step(string mode) => mode.StartsWith("local:", StringComparison.Ordinal) ? "round" : "step";

    /// <summary>A histogram of staleness in a few words: <c>0 12 %, 1 80 %, 2-3 8 %</c>.</summary>
    public static string Staleness(IReadOnlyList<StalenessShare> shares)
    {
        var parts = shares.Sum(share => share.Parts);
        return parts == 0 ? "-" : string.Join(", ", shares.Where(share => share.Parts > 0).Select(share =>
            string.Create(CultureInfo.InvariantCulture, $"{Range(share)} {100.0 * share.Parts / parts:0} %")));

        static string Range(StalenessShare share) => share.To switch
        {
            null => $"{share.From}+",
            { } to when to == share.From => $"{to}",
            { } to => $"{share.From}-{to}",
        };
    }

    /// <summary>A number of shards.</summary>
    public static string Shards(int number) => number == 1 ? "1 shard" : $"{Count(number)} shards";

    /// <summary>A rate in few letters: 950, 152k, 1.2M.</summary>
    public static string Short(double number) => number switch
    {
        _ when !double.IsFinite(number) => "-",
        >= 999_500 => string.Create(CultureInfo.InvariantCulture, $"{number / 1e6:0.0}M"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{number / 1e3:0}k"),
        _ => number.ToString("0", CultureInfo.InvariantCulture),
    };

    /// <summary>Seconds with a tenth.</summary>
    public static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s");

    /// <summary>A duration as 0:07, 12:30 or 1:02:03; one below zero as 0:00.</summary>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds))
        {
            return "-";
        }

        var span = TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(seconds), 0, 359_999));
        return span.TotalHours >= 1 ? $"{(int)span.TotalHours}:{span:mm\\:ss}" : $"{span.Minutes}:{span:ss}";
    }

    /// <summary>Bytes in MB of 10⁶.</summary>
    public static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB");
}
