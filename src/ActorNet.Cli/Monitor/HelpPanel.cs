namespace ActorNet.Cli.Monitor;

/// <summary>The keys.</summary>
internal static class HelpPanel
{
    private static readonly (string Keys, string What)[] _view =
    [
        ("1 2 3 4 5, Tab", "overview, nodes, curves, members, events"),
        ("↑ ↓ k j, PgUp PgDn", "select a node, or scroll"),
        ("Enter, Esc", "the selected node's details, and back"),
        ("/", "show only what contains a text; Esc shows all"),
        ("< > r", "sort nodes by another column; the other way"),
        ("z Z", "curves: closer to the last steps, and back"),
        ("x m", "curves: logarithmic, smoother"),
    ];

    private static readonly (string Keys, string What)[] _verbs =
    [
        ("p", "pause the run, or resume it"),
        ("s c", "stop the run, write a checkpoint"),
        ("d", "drain the selected node"),
        ("l", "set the learning rate"),
    ];

    private static readonly (string Keys, string What)[] _replay =
    [
        ("space", "play, or stand"),
        ("+ -", "faster, slower"),
        ("← → Home End", "seek"),
    ];

    /// <summary>Draws it over what is there.</summary>
    public static void Draw(Pane pane, bool isReplay)
    {
        for (var row = 0; row < pane.Height; row++)
        {
            pane.Write(0, row, new string(' ', pane.Width));
        }

        pane.Title(0, "keys", "any key closes");
        var at = 1;
        foreach (var (keys, what) in _view.Concat(isReplay ? _replay : _verbs).Append(("?, q, Ctrl+C", "these keys, quit, quit")))
        {
            pane.Write(2, at, keys, Ink.Strong);
            pane.Write(23, at, what);
            at++;
        }

        if (pane.Height < at + 3)
        {
            return;
        }

        pane.Title(at++, "columns of nodes");
        foreach (var column in NodeColumn.All)
        {
            pane.Write(2, at, column.Name, Ink.Strong);
            pane.Write(23, at, column.Meaning);
            at++;
        }
    }
}
