using ActorNet.Core.Data;

namespace ActorNet.Core.Tests.Data;

public sealed class DataSetTests
{
    private static readonly float[][] _rows = [[1, 2], [3, 4], [5, 6]];

    [Fact]
    public void An_image_is_read_as_bytes_over_255_and_one_hot()
    {
        // 784 + 1 rows of every byte value, so that full vectors and the rest are both met, at every position.
        foreach (var size in new[] { 1, 7, 31, 64, 100, 256, 785 })
        {
            byte[] pixels = [.. Enumerable.Range(0, 2 * size).Select(i => (byte)i)];
            var set = new ImageDataSet("x", size, 1, classes: 3, pixels, [2, 0]);
            var inputs = new float[size];
            var targets = new float[3];
            Array.Fill(targets, float.NaN);

            set.Read(1, inputs, targets);

            Assert.Equal(pixels[size..].Select(p => p * (1f / 255f)), inputs);
            Assert.Equal([1f, 0f, 0f], targets);
        }
    }

    [Fact]
    public void Reading_an_image_allocates_nothing()
    {
        var set = new ImageDataSet("x", 28, 28, 10, new byte[784], [3]);
        var (inputs, targets) = (new float[784], new float[10]);
        set.Read(0, inputs, targets);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            set.Read(0, inputs, targets);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(-1, 784, 10)]
    [InlineData(1, 784, 10)]
    [InlineData(0, 783, 10)]
    [InlineData(0, 784, 11)]
    public void Wrong_arguments_of_a_read_are_refused(int index, int inputs, int targets)
    {
        var set = new ImageDataSet("x", 28, 28, 10, new byte[784], [3]);
        Assert.ThrowsAny<ArgumentException>(() => set.Read(index, new float[inputs], new float[targets]));
    }

    [Fact]
    public void An_image_sets_hash_tells_pixels_labels_and_shape_apart()
    {
        byte[] pixels = [1, 2, 3, 4, 5, 6, 7, 8];
        var hashes = new[]
        {
            new ImageDataSet("x", 2, 2, 10, pixels, [1, 2]).Hash,
            new ImageDataSet("x", 2, 2, 10, [1, 2, 3, 4, 5, 6, 7, 9], [1, 2]).Hash,
            new ImageDataSet("x", 2, 2, 10, pixels, [2, 1]).Hash,
            new ImageDataSet("x", 4, 1, 10, pixels, [1, 2]).Hash,
            new ImageDataSet("x", 2, 2, 11, pixels, [1, 2]).Hash,
        };
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.Equal(hashes[0], new ImageDataSet("another name", 2, 2, 10, pixels, [1, 2]).Hash);
        Assert.Matches("^[0-9a-f]{64}$", hashes[0]);
    }

    [Fact]
    public void Arrays_make_each_kind_of_task()
    {
        Check(ArrayDataSet.Classification(_rows, [2, 0, 1], classes: 3), TaskKind.Classification, 1, [3, 4], [1, 0, 0]);
        Check(ArrayDataSet.MultiLabel(_rows, [[0, 1], [1, 1], [0, 0]]), TaskKind.MultiLabel, 1, [3, 4], [1, 1]);
        Check(ArrayDataSet.Regression(_rows, [[0.5f], [-1f], [7f]]), TaskKind.Regression, 2, [5, 6], [7]);
    }

    [Fact]
    public void Arrays_that_do_not_fit_are_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => ArrayDataSet.Classification([], [], 3));
        Assert.ThrowsAny<ArgumentException>(() => ArrayDataSet.Classification(_rows, [0, 1], 3));
        Assert.ThrowsAny<ArgumentException>(() => ArrayDataSet.Classification(_rows, [0, 1, 3], 3));
        Assert.ThrowsAny<ArgumentException>(() => ArrayDataSet.Classification([[1, 2], [3]], [0, 1], 3));
        Assert.ThrowsAny<ArgumentException>(() => ArrayDataSet.MultiLabel(_rows, [[0, 1], [1, 0.5f], [0, 0]]));
        Assert.ThrowsAny<ArgumentException>(() => ArrayDataSet.Regression(_rows, [[0], [1]]));
    }

    [Fact]
    public void A_slice_is_a_view_with_a_hash_of_its_own()
    {
        var whole = ArrayDataSet.Classification(_rows, [2, 0, 1], classes: 3);
        var slice = whole.Slice(1, 2);

        Check(slice, TaskKind.Classification, 1, [5, 6], [0, 1, 0]);
        Assert.Equal(2, slice.Count);
        Assert.Same(whole, whole.Slice(0, 3));
        Assert.Equal(4, new[] { whole.Hash, slice.Hash, whole.Slice(0, 2).Hash, whole.Slice(1, 1).Hash }.Distinct().Count());
        Assert.Equal(slice.Hash, whole.Slice(1, 2).Hash);
        Assert.Throws<ArgumentOutOfRangeException>(() => slice.Read(2, new float[2], new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => whole.Slice(1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => whole.Slice(-1, 1));
    }

    [Fact]
    public void The_last_samples_are_held_out()
    {
        var set = ArrayDataSet.Classification(_rows, [2, 0, 1], classes: 3);
        var (training, validation) = new DataSetPair(set, set).HoldOut(1);

        Assert.Equal((2, 1), (training.Count, validation.Count));
        Check(validation, TaskKind.Classification, 0, [5, 6], [0, 1, 0]);
        Assert.Throws<ActorNetException>(() => new DataSetPair(set, set).HoldOut(3));
    }

    private static void Check(DataSet set, TaskKind task, int index, float[] inputs, float[] targets)
    {
        var (readInputs, readTargets) = (new float[set.InputSize], new float[set.TargetSize]);
        set.Read(index, readInputs, readTargets);
        Assert.Equal(task, set.Task);
        Assert.Equal(inputs, readInputs);
        Assert.Equal(targets, readTargets);
    }
}
