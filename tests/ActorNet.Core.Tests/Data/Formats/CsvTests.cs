using System.IO.Compression;
using System.Text;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;

namespace ActorNet.Core.Tests.Data.Formats;

public sealed class CsvTests : IDisposable
{
    private static readonly string[] _animals = ["zebra", "ape", "yak"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a,b,label\n1,2,x\n3,4,y\n")]
    [InlineData("\uFEFFa,b,label\r\n1,2,x\r\n3,4,y")]
    [InlineData("a;b;label\n1.0;2;x\n\n3;4e0;y\n")]
    [InlineData("label\ta\tb\nx\t1\t2\ny\t3\t4\n")]
    [InlineData("\"a\",\"b, c\",\"Class\"\n\"1\", 2,x\n3,\"4\",\"y\"\n")]
    [InlineData("1,2,x\n3,4,y\n")]
    public void Every_dialect_holds_the_same_samples(string text)
    {
        var set = Open(text);
        Assert.Equal((TaskKind.Classification, 2, 2, 2), (set.Task, set.Count, set.InputSize, set.TargetSize));
        Assert.Equal([1f, 2f], set.Sample(0).Inputs);
        Assert.Equal([3f, 4f], set.Sample(1).Inputs);
        Assert.Equal([0f, 1f], set.Sample(1).Targets);
        Assert.Equal(["x", "y"], set.TargetNames);
        var same = ArrayDataSet.Classification([[1, 2], [3, 4]], [0, 1], classes: 2);
        Assert.Equal(same.Hash, set.Hash);
    }

    [Theory]
    [InlineData("a,b,label\n1,2,x\n3,abc,y\n", "", "row 3, column 'b': 'abc' is no number")]
    [InlineData("a,b,label\n1,2,\"x\ny\"\n3,abc,y\n", "", "row 4, column 'b': 'abc'")]
    [InlineData("1,2,0\n3,nan,1\n", "", "row 2, column 2: 'nan' is not finite")]
    [InlineData("a,label\n1e39,x\n", "", "row 2, column 'a': '1e39' is not finite")]
    [InlineData("a,label\n,x\n", "", "row 2, column 'a': the cell is empty")]
    [InlineData("a;label\n1,5;x\n", "delimiter=%3B", "row 2, column 'a': '1,5' has a comma for the fraction")]
    [InlineData("a,b,label\n1,2,x\n3,4\n", "", "row 3: 2 cells, but the header has 3")]
    [InlineData("a,label\n1,x\n2,\"y\n", "", "row 3: the quotes are not closed")]
    [InlineData("", "", "is empty")]
    [InlineData("a,label\n", "", "has no samples")]
    [InlineData("a,species\n1,x\n2,y\n", "label=specis", "row 1: no column 'specis' for --label: did you mean 'species'?")]
    [InlineData("1,0\n2,1\n", "label=3", "no column '3' for --label: the file has 2 columns without names")]
    [InlineData("a,a,label\n1,2,x\n2,3,y\n", "ignore=a", "'a' names several columns")]
    [InlineData(",a,label\n0,1,x\n1,2,y\n", "", "row 1: column 1 has no name")]
    [InlineData("a,price\n1,2.5\n2,3.5\n", "", "row 2, column 'price': '2.5' is no class")]
    [InlineData("a,label\n1,\n2,x\n", "", "row 2, column 'label': there is no class")]
    [InlineData("a,label\n1,x\n2,x\n", "", "every label is 'x'")]
    [InlineData("a,label\n1,0\n2,500000\n", "", "--task regression")]
    [InlineData("a,b,c\n1,0,1\n2,1,2\n", "targets=b,c&task=multi-label", "row 3, column 'c': '2' is neither 0 nor 1")]
    [InlineData("a,b,c\n1,0,1\n", "targets=b,c", "say which")]
    [InlineData("a;b\n1;0\n", "delimiter=%2C", "none is left for inputs")]
    public void What_is_wrong_is_named_by_file_row_and_column(string text, string format, string expected)
    {
        var error = Assert.Throws<ActorNetException>(() => Open(text, format));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("data.csv", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_read_to_the_nearest_float_in_every_culture()
    {
        string[] cells = ["0.1", "16777217", "1e-45", "-0", "3.4028235e38", "0.30000001192092896", "00012", "9999999"];
        var set = Open($"{string.Join(',', cells)},0\n{string.Join(',', cells)},1\n", "header=no");
        Assert.Equal([0.1f, 16777216f, float.Epsilon, -0f, float.MaxValue, 0.3f, 12f, 9999999f], set.Sample(1).Inputs);
        Assert.True(float.IsNegative(set.Sample(0).Inputs[3]));
    }

    [Fact]
    public void Pixels_divided_by_255_are_the_floats_of_the_picture_itself()
    {
        byte[] pixels = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        var picture = new ImageDataSet("picture", 128, 1, 2, pixels, [0, 1]);
        var set = Open($"0,{string.Join(',', pixels[..128])}\n1,{string.Join(',', pixels[128..])}\n", "label=1&scale=255");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(picture.Sample(i).Inputs, set.Sample(i).Inputs);
            Assert.Equal(picture.Sample(i).Targets, set.Sample(i).Targets);
        }
    }

    [Theory]
    [InlineData("2,0,1", 3, "", "0,0,1|1,0,0|0,1,0")]
    [InlineData("3,1,5", 3, "1 3 5", "0,1,0|1,0,0|0,0,1")]
    [InlineData("-1,1.0,+1", 2, "-1 1", "1,0|0,1|0,1")]
    [InlineData("b,a,B", 3, "B a b", "0,0,1|0,1,0|1,0,0")]
    public void Labels_get_their_numbers(string labels, int classes, string names, string targets)
    {
        var set = Open("x,label\n" + string.Concat(labels.Split(',').Select(label => $"1,{label}\n")));
        Assert.Equal(classes, set.TargetSize);
        Assert.Equal(names, string.Join(' ', set.TargetNames ?? []));
        Assert.Equal(targets, string.Join('|', Enumerable.Range(0, 3).Select(i => string.Join(',', set.Sample(i).Targets))));
    }

    [Fact]
    public void Targets_are_numbers_or_labels_where_that_is_said()
    {
        var numbers = Open("id,size,price,rent\n1,2,3.5,4\n2,3,-1,0\n", "targets=rent,price&task=regression&ignore=id");
        Assert.Equal((TaskKind.Regression, 1, 2), (numbers.Task, numbers.InputSize, numbers.TargetSize));
        Assert.Equal([4f, 3.5f], numbers.Sample(0).Targets);
        Assert.Equal(["rent", "price"], numbers.TargetNames);
        var labels = Open("size,red,round\n1,1,0\n2,1,1\n", "targets=red,round&task=multi-label");
        Assert.Equal((TaskKind.MultiLabel, 2), (labels.Task, labels.TargetSize));
        Assert.Equal([1f, 1f], labels.Sample(1).Targets);
    }

    [Fact]
    public void The_test_part_is_read_as_the_training_part_was()
    {
        File.WriteAllText(_folder["train.csv"], "a,b,kind\n1,2,dog\n3,4,cat\n");
        File.WriteAllText(_folder["test.csv"], "kind,more,b,a\ndog,9,6,5\n");
        var pair = DataSets.Open(_folder.Path + "?label=kind");
        Assert.Equal([5f, 6f], pair.Test.Sample(0).Inputs);
        Assert.Equal([0f, 1f], pair.Test.Sample(0).Targets);
        Assert.Equal(["cat", "dog"], pair.Test.TargetNames);

        File.WriteAllText(_folder["test.csv"], "a,b,kind\n1,2,dgo\n");
        var error = Assert.Throws<ActorNetException>(() => DataSets.Open(_folder.Path + "?label=kind"));
        Assert.Contains("test.csv, row 2, column 'kind': 'dgo' is none of the 2 classes of the training part: did you mean 'dog'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gzip_is_told_by_its_bytes_and_a_cut_is_seen_wherever_it_is()
    {
        var text = "a,label\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i * i},{i % 3}\n"));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        var bytes = packed.ToArray();
        File.WriteAllBytes(_folder["data.csv"], bytes);
        Assert.Equal(Open(text).Hash, DataSets.Open(_folder["data.csv"]).Training.Hash);
        foreach (var cut in (int[])[1, 4, 8, 9, bytes.Length / 2, bytes.Length - 20])
        {
            File.WriteAllBytes(_folder["cut.csv.gz"], bytes[..^cut]);
            var error = Assert.Throws<ActorNetException>(() => DataSets.Open(_folder["cut.csv.gz"]));
            Assert.Contains("cut.csv.gz' is", error.Message, StringComparison.Ordinal);
            Assert.Contains("truncated", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_would_not_fit_into_memory_is_refused_with_the_way_out()
    {
        File.WriteAllText(_folder["data.csv"], "a,b,label\n1,2,0\n3,4,1\n5,6,1\n");
        using var reader = new SampleFile(_folder["data.csv"]).Open(new SampleFormat());
        var error = Assert.Throws<ActorNetException>(() => SampleMemory.Load(reader, "data", limit: 20));
        Assert.Contains("actornet data shard", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_goes_to_the_disk_in_constant_memory_and_is_the_same_there()
    {
        Pack(100).Dispose();
        var (few, many) = (Allocated(2_000), Allocated(40_000));
        Assert.True(many - few < 100_000, $"2,000 rows allocated {few:N0} bytes, 40,000 rows {many:N0}");

        using var packed = Pack(500);
        var memory = DataSets.Open(_folder["data.csv"]).Training;
        Assert.Equal((memory.Count, memory.TargetSize, TaskKind.Classification), (packed.Count, packed.TargetSize, packed.Task));
        Assert.Equal(memory.TargetNames, packed.TargetNames);
        Assert.Equal([167, 166, 167], packed.PerClass!);
        for (var i = 0; i < memory.Count; i++)
        {
            Assert.Equal(memory.Sample(i).Inputs, packed.Sample(i).Inputs);
            Assert.Equal(memory.Sample(i).Targets, packed.Sample(i).Targets);
        }

        long Allocated(int rows)
        {
            WriteRows(rows);
            var before = GC.GetAllocatedBytesForCurrentThread();
            using var packed = SampleSet.Pack(DataSource.Parse(_folder["data.csv"]), _folder["packed"])!.Training as IDisposable;
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        PackedDataSet Pack(int rows)
        {
            WriteRows(rows);
            return (PackedDataSet)SampleSet.Pack(DataSource.Parse(_folder["data.csv"]), _folder["packed"])!.Training;
        }

        void WriteRows(int rows)
        {
            using var writer = new StreamWriter(_folder["data.csv"]);
            writer.WriteLine("a,b,\"c, d\",label");
            for (var i = 0; i < rows; i++)
            {
                writer.WriteLine(FormattableString.Invariant($"{i},{i / 7.0},\"-{i}.25\",{_animals[i % 3]}"));
            }
        }
    }

    private DataSet Open(string text, string format = "")
    {
        File.WriteAllText(_folder["data.csv"], text);
        return DataSets.Open($"{_folder["data.csv"]}?{format}").Training;
    }
}
