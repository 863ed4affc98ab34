using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>The members of the cluster.</summary>
internal static class MembersPanel
{
    /// <summary>The members that contain a text, those that cannot be reached first.</summary>
    public static List<ClusterMember> Find(MonitorModel model, string filter) =>
    [
        .. model.Members
            .Where(member => filter.Length == 0 || Words(member).Contains(filter, StringComparison.OrdinalIgnoreCase))
            .OrderBy(member => member.IsReachable)
            .ThenBy(member => member.Address, StringComparer.Ordinal),
    ];

    /// <summary>Draws them.</summary>
    public static void Draw(Pane pane, IReadOnlyList<ClusterMember> members, int from = 0)
    {
        if (members.Count == 0)
        {
            pane.Write(1, 0, "no members are known", Ink.Faint);
        }

        var width = members.Select(member => member.Address.Length).Append(9).Max();
        var row = 0;
        foreach (var member in members.Skip(Math.Clamp(from, 0, Math.Max(members.Count - pane.Height, 0))))
        {
            pane.Write(1, row++, Pane.Fit(Text(member, width), pane.Width - 1), member is { IsReachable: true, Status: "up" } ? Ink.Plain : Ink.Warning);
        }
    }

    /// <summary>A member in one line.</summary>
    public static string Text(ClusterMember member, int width) =>
        $"{member.Address.PadRight(width)} {member.Status,-8} {(member.IsReachable ? "reachable" : "UNREACHABLE"),-11} "
        + string.Join(",", member.Roles) + (member.IsSelf ? " (answers here)" : "");

    private static string Words(ClusterMember member) => Text(member, 0);
}
