using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;

namespace ActorNet.Core.Tests.Data.Formats;

public sealed class SampleFormatTests
{
    [Fact]
    public void A_format_comes_back_from_its_text()
    {
        var format = new SampleFormat
        {
            Targets = ["price, net", "a&b=c", "ü?"],
            Task = TaskKind.Regression,
            Scale = 0.1f,
            Delimiter = '\t',
            Header = false,
            Ignore = ["id"],
            Classes = ["x y", "50%"],
            Columns = ["1", "b"],
        };
        var text = format.ToString();
        var back = SampleFormat.Parse(text);
        Assert.Equal(text, back.ToString());
        Assert.Equal(format.Targets, back.Targets);
        Assert.Equal((format.Task, format.Scale, format.Delimiter, format.Header), (back.Task, back.Scale, back.Delimiter, back.Header));
        Assert.Equal(format.Classes, back.Classes);
        Assert.True(SampleFormat.Parse("").IsEmpty);
    }

    [Theory]
    [InlineData("lable=x", "did you mean 'label'?")]
    [InlineData("task=regresion", "did you mean 'regression'?")]
    [InlineData("scale=0", "above 0")]
    [InlineData("scale=nan", "above 0")]
    [InlineData("delimiter=xy", "tab")]
    [InlineData("header=maybe", "yes or no")]
    [InlineData("label=", "empty")]
    public void What_makes_no_sense_is_refused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<ActorNetException>(() => SampleFormat.Parse(text)).Message, StringComparison.Ordinal);

    /// <summary>What fits is what a message of the control plane can take.</summary>
    [Fact]
    public void A_format_that_no_message_could_take_is_refused()
    {
        Assert.Equal(49_996, SampleFormat.Parse("targets=2" + string.Concat(Enumerable.Repeat(",2", 49_995))).Targets!.Count);
        var error = Assert.Throws<ActorNetException>(() => SampleFormat.Parse("targets=2" + string.Concat(Enumerable.Repeat(",2", 49_996))));
        Assert.Equal("A data format of 100,001 characters is too long, 100,000 are possible: give columns shorter names.", error.Message);

        // Nor does a run begin whose data would have a name that nobody could read again.
        var source = DataSource.Parse("a.csv");
        var longest = new string('c', 100_000 - "label=".Length);
        Assert.Equal($"a.csv?label={longest}", source.With(new SampleFormat { Label = longest }).ToString());
        Assert.Throws<ActorNetException>(() => source.With(new SampleFormat { Label = longest + "c" }));
    }

    [Fact]
    public void Another_file_is_read_in_the_same_way_but_not_in_the_same_dialect()
    {
        var source = DataSource.Parse("train.csv?label=kind&scale=255&delimiter=%3B&header=yes&ignore=id");
        Assert.Equal("train.csv", source.Place);
        Assert.Equal("other.csv?label=kind&scale=255", source.At("other.csv").ToString());
        Assert.Equal("other.csv?label=sort", source.At("other.csv?label=sort").ToString());
        Assert.Equal("digits", source.At("digits").ToString());
        Assert.Equal("train.csv", DataSource.PlaceOf(source.ToString()));
    }

    [Fact]
    public void A_question_mark_in_the_name_of_a_file_is_no_format()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["really?.csv"], "");
        Assert.Equal(new DataSource(folder["really?.csv"], new SampleFormat()), DataSource.Parse(folder["really?.csv"]));
    }
}
