using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>The table of a run's nodes: which, in which order, and as many columns as there is room for.</summary>
/// <param name="SortColumn">The index in <see cref="NodeColumn.All"/> of the column that it is sorted by; -1 for the coordinator's node first, then by name.</param>
/// <param name="IsReversed">Whether the other way round.</param>
/// <param name="Filter">What a row must contain, upper and lower case alike.</param>
internal sealed record NodeTable(int SortColumn = -1, bool IsReversed = false, string Filter = "")
{
    private const int NameWidth = 12;
    private const int LongestName = 32;

    /// <summary>The nodes, sorted and filtered.</summary>
    public List<NodeStatus> Nodes(RunStatus? status)
    {
        IEnumerable<NodeStatus> nodes = (status?.Nodes ?? [])
            .Where(node => Filter.Length == 0 || Words(node).Contains(Filter, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(node => SortColumn < 0 && node.IsCoordinator)
            .ThenBy(node => node.Node, StringComparer.Ordinal);
        if (SortColumn >= 0)
        {
            var key = NodeColumn.All[SortColumn].Key;
            nodes = IsReversed
                ? nodes.OrderBy(node => key(node) is null).ThenByDescending(key)
                : nodes.OrderBy(node => key(node) is null).ThenBy(key);
        }
        else if (IsReversed)
        {
            nodes = nodes.Reverse();
        }

        return [.. nodes];
    }

    /// <summary>The next column to sort by, or the one before.</summary>
    public NodeTable SortBy(int move) =>
        this with { SortColumn = ((SortColumn + 1 + move + NodeColumn.All.Count + 1) % (NodeColumn.All.Count + 1)) - 1, IsReversed = false };

    /// <summary>Draws the names of the columns and the rows, those around the selected one if there is no room for all.</summary>
    /// <param name="pane">Where.</param>
    /// <param name="nodes">The rows.</param>
    /// <param name="selected">The selected node; null for none.</param>
    /// <param name="now">The time that ages are counted to.</param>
    public void Draw(Pane pane, IReadOnlyList<NodeStatus> nodes, string? selected, DateTime now)
    {
        var longest = nodes.Select(node => node.Node.Length + 1).Append(NameWidth).Max();
        var (columns, nameWidth) = Choose(pane.Width, Math.Min(longest, LongestName));
        DrawNames(pane, columns, nameWidth);
        var room = pane.Height - 1;
        var at = Math.Max(nodes.ToList().FindIndex(node => node.Node == selected), 0);
        var first = Math.Clamp(at - (room / 2), 0, Math.Max(nodes.Count - room, 0));
        for (var i = 0; i < room && first + i < nodes.Count; i++)
        {
            DrawRow(pane, i + 1, nodes[first + i], columns, nameWidth, nodes[first + i].Node == selected, now);
        }
    }

    /// <summary>How a node's row looks.</summary>
    public static Ink InkOf(NodeStatus node) => node.Phase switch
    {
        NodePhase.Suspected => Ink.Warning,
        NodePhase.Gone => Ink.Bad,
        NodePhase.Joining or NodePhase.Leaving or NodePhase.Spare => Ink.Faint,
        _ => node.SlowFactor >= 2 ? Ink.Warning : Ink.Plain,
    };

    /// <summary>What a filter looks at.</summary>
    private static string Words(NodeStatus node) => $"{node.Node} {NodeColumn.Phase(node)} {node.Address} {node.Version} {node.Reason}";

    /// <summary>The columns that fit, and the characters that remain for names.</summary>
    private static (List<NodeColumn> Columns, int NameWidth) Choose(int width, int longestName)
    {
        var room = width - NameWidth;
        var chosen = new List<NodeColumn> { NodeColumn.All[0] };
        foreach (var column in NodeColumn.All.Skip(1).OrderBy(column => column.Priority))
        {
            if (column.Width + 1 > room)
            {
                break;
            }

            chosen.Add(column);
            room -= column.Width + 1;
        }

        return ([.. NodeColumn.All.Where(chosen.Contains)], NameWidth + Math.Clamp(room, 0, longestName - NameWidth));
    }

    private void DrawNames(Pane pane, List<NodeColumn> columns, int nameWidth)
    {
        var at = 0;
        foreach (var column in columns)
        {
            var isSorted = SortColumn >= 0 && NodeColumn.All[SortColumn] == column;
            var width = column == columns[0] ? nameWidth : column.Width;
            var name = isSorted ? (IsReversed ? "▲" : "▼") + column.Name : column.Name;
            name = name.Length > width ? name[..width] : name;
            pane.Write(at, 0, IsLeft(column) ? (column == columns[0] && !isSorted ? " " : "") + name : name.PadLeft(width), isSorted ? Ink.Strong : Ink.Faint);
            at += width + 1;
        }
    }

    private static void DrawRow(Pane pane, int row, NodeStatus node, List<NodeColumn> columns, int nameWidth, bool isSelected, DateTime now)
    {
        var ink = isSelected ? Ink.Selected : InkOf(node);
        if (isSelected)
        {
            pane.Write(0, row, new string(' ', pane.Width), ink);
        }

        var at = 0;
        foreach (var column in columns)
        {
            var width = column == columns[0] ? nameWidth : column.Width;
            var text = Pane.Fit(column.Text(node, now), width);
            pane.Write(at, row, IsLeft(column) ? text : text.PadLeft(width), ink);
            at += width + 1;
        }

        if (node.Reason is { Length: > 0 } reason && pane.Width - at > 10)
        {
            pane.Write(at + 1, row, Pane.Fit(reason, pane.Width - at - 1), ink);
        }
    }

    private static bool IsLeft(NodeColumn column) => column.Name is "node" or "phase";
}
