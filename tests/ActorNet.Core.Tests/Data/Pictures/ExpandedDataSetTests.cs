using ActorNet.Core.Data;
using ActorNet.Core.Data.Pictures;

namespace ActorNet.Core.Tests.Data.Pictures;

public sealed class ExpandedDataSetTests
{
    private static readonly DataSet _pictures = new ImageDataSet("squares", width: 3, height: 2, classes: 2, [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16], [0, 1]);

    [Fact]
    public void Each_picture_is_there_as_it_is_and_shifted_to_four_sides()
    {
        var set = new ExpandedDataSet(_pictures, new PictureShape(2, 3, 1));
        Assert.Equal(10, set.Count);
        int[][] expected = [[1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 2, 3], [4, 5, 6, 0, 0, 0], [0, 1, 2, 0, 4, 5], [2, 3, 0, 5, 6, 0]];
        for (var sample = 0; sample < 10; sample++)
        {
            var (inputs, targets) = set.Sample(sample);
            var pixels = expected[sample % 5].Select(pixel => pixel == 0 ? 0 : pixel + (sample / 5 * 10));
            Assert.Equal(pixels, inputs.Select(input => (int)MathF.Round(input * 255)));
            Assert.Equal(sample / 5, Array.IndexOf(targets, 1f));
        }

        Assert.Equal([5, 5], set.PerClass!);
    }

    [Fact]
    public void Pixels_of_several_channels_move_whole()
    {
        var set = new ExpandedDataSet(ArrayDataSet.Classification([[1, 2, 3, 4, 5, 6]], [0], 1), new PictureShape(1, 3, 2));
        Assert.Equal([0, 0, 1, 2, 3, 4], set.Sample(3).Inputs);
        Assert.Equal([3, 4, 5, 6, 0, 0], set.Sample(4).Inputs);
        Assert.Equal([0, 0, 0, 0, 0, 0], set.Sample(1).Inputs);
    }

    [Fact]
    public void Its_hash_is_its_own()
    {
        Assert.NotEqual(_pictures.Hash, new ExpandedDataSet(_pictures, new PictureShape(2, 3, 1)).Hash);
        Assert.NotEqual(new ExpandedDataSet(_pictures.Slice(0, 1), new PictureShape(2, 3, 1)).Hash, new ExpandedDataSet(_pictures, new PictureShape(2, 3, 1)).Hash);
    }
}
