using ActorNet.Cli.Monitor;

namespace ActorNet.EndToEnd.Tests.Monitor;

public sealed class NodeTableTests
{
    [Fact]
    public void The_coordinator_comes_first_then_names() => Assert.Equal(["main", "worker-1", "worker-2", "worker-3"], Names(new NodeTable()));

    [Fact]
    public void Sorting_by_slowness_has_the_slowest_first_and_the_unknown_last()
    {
        var table = SortedBy("slow");

        Assert.Equal(["worker-3", "worker-2", "worker-1", "main"], Names(table));
        Assert.Equal(["worker-1", "worker-2", "worker-3", "main"], Names(table with { IsReversed = true }));
        Assert.Contains("▼slow", Draw(table, 80)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Sorting_goes_round_all_columns_and_back_to_none()
    {
        var table = new NodeTable();
        for (var i = 0; i < NodeColumn.All.Count; i++)
        {
            table = table.SortBy(1);
            Names(table);
        }

        Assert.Equal(-1, table.SortBy(1).SortColumn);
        Assert.Equal(NodeColumn.All.Count - 1, new NodeTable().SortBy(-1).SortColumn);
    }

    [Theory]
    [InlineData("SUSP", "worker-3")]
    [InlineData("10.0.0.2", "worker-1")]
    [InlineData("no answer", "worker-3")]
    public void A_filter_looks_at_name_phase_address_and_reason(string filter, string node) => Assert.Equal([node], Names(new NodeTable { Filter = filter }));

    [Theory]
    [InlineData(60, false)]
    [InlineData(80, false)]
    [InlineData(160, true)]
    public void Columns_that_matter_less_go_where_there_is_no_room(int width, bool hasAll)
    {
        var rows = Draw(new NodeTable(), width);

        Assert.Contains("slow", rows[0], StringComparison.Ordinal);
        Assert.Equal(hasAll, rows[0].Contains("version", StringComparison.Ordinal));
        Assert.All(rows, row => Assert.InRange(row.Length, 0, width));
        Assert.Equal(hasAll, rows[4].EndsWith("no answer for 1.2 s", StringComparison.Ordinal));
    }

    [Fact]
    public void The_selected_row_is_in_sight_among_many()
    {
        var status = RunStates.Training with { Nodes = [.. Enumerable.Range(0, 200).Select(RunStates.Node)] };
        var canvas = new Canvas(80, 8);
        new NodeTable().Draw(canvas.Whole, new NodeTable().Nodes(status), "worker-99", RunStates.Now);

        var row = Assert.Single(Enumerable.Range(0, 8), row => canvas.Row(row).Contains("worker-99", StringComparison.Ordinal));
        Assert.Equal([Ink.Selected], canvas.Stretches(row).Select(part => part.Ink).Distinct());
    }

    [Theory]
    [InlineData(new int[] { }, "-")]
    [InlineData(new[] { 3, 0, 1, 2, 6 }, "0-3,6")]
    public void Slices_are_ranges(int[] slices, string text) => Assert.Equal(text, SliceRanges.Format(slices));

    private static NodeTable SortedBy(string name) => new() { SortColumn = NodeColumn.All.ToList().FindIndex(column => column.Name == name) };

    private static IEnumerable<string> Names(NodeTable table) => table.Nodes(RunStates.Training).Select(node => node.Node);

    private static string[] Draw(NodeTable table, int width)
    {
        var canvas = new Canvas(width, 5);
        table.Draw(canvas.Whole, table.Nodes(RunStates.Training), null, RunStates.Now);
        return [.. Enumerable.Range(0, 5).Select(canvas.Row)];
    }
}
