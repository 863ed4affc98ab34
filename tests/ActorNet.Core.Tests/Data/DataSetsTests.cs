using ActorNet.Core.Data;

namespace ActorNet.Core.Tests.Data;

public sealed class DataSetsTests
{
    [Theory]
    [InlineData("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")]
    [InlineData("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte")]
    public void A_folder_is_opened_by_its_usual_names(string trainImages, string trainLabels, string testImages, string testLabels)
    {
        using var folder = new TemporaryFolder();
        WritePart(folder, trainImages, trainLabels, 1, 2, 3);
        WritePart(folder, testImages, testLabels, 4);

        var (training, test) = DataSets.Open(folder.Path);

        Assert.Equal((3, 1), (training.Count, test.Count));
        Assert.True(MnistFiles.AreIn(folder.Path));
        Assert.Equal(training.Hash, DataSets.Open("mnist", folder.Path).Training.Hash);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        WritePart(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", 1);

        var e = Assert.Throws<ActorNetException>(() => DataSets.Open("mnist", folder.Path));

        Assert.Contains("t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("train-images", e.Message, StringComparison.Ordinal);
        Assert.False(MnistFiles.AreIn(folder.Path));
    }

    [Fact]
    public void An_unknown_name_is_refused()
    {
        var e = Assert.Throws<ActorNetException>(() => DataSets.Open("minst"));
        Assert.Contains("'minst'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        WritePart(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", 1);
        Assert.Throws<ActorNetException>(() => DataSets.Open(folder["train-images-idx3-ubyte"]));
    }

    private static void WritePart(TemporaryFolder folder, string images, string labels, params byte[] classes)
    {
        using var imagesFile = File.Create(folder[images]);
        IdxFile.WriteImages(imagesFile, 2, 2, new byte[4 * classes.Length]);
        using var labelsFile = File.Create(folder[labels]);
        IdxFile.WriteLabels(labelsFile, classes);
    }
}
