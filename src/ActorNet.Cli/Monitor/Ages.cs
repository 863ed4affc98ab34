using System.Globalization;

namespace ActorNet.Cli.Monitor;

/// <summary>Times as a person who watches reads them.</summary>
internal static class Ages
{
    /// <summary>How long ago something was: 3s, 12m, 5h, 2d. A clock that is behind makes it 0s.</summary>
    public static string Since(DateTime time, DateTime now)
    {
        if (time == default)
        {
            return "-";
        }

        var age = now - time;
        return age.TotalSeconds switch
        {
            < 100 => Number(Math.Max(age.TotalSeconds, 0), "s"),
            < 100 * 60 => Number(age.TotalMinutes, "m"),
            < 48 * 3600 => Number(age.TotalHours, "h"),
            _ => Number(age.TotalDays, "d"),
        };
    }

    /// <summary>The time of day, UTC.</summary>
    public static string Clock(DateTime time) => time.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Number(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value):0}{unit}");
}
