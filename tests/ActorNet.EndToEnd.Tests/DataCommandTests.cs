using System.Net;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

public sealed class DataCommandTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void Info_counts_and_preview_draws()
    {
        TinyDigits.Write(_work);
        Assert.Contains("400 8 x 8 images, 10 classes", _work.Run("data", "info", "--data", "tiny").Ending(0).Output, StringComparison.Ordinal);
        var json = _work.Run("data", "info", "--data", "tiny", "--json").Ending(0).Json;
        Assert.Equal(100, (int)json["test"]!["count"]!);
        Assert.Equal(40, (int)json["training"]!["perClass"]![3]!);
        _work.Run("data", "preview", "--data", "tiny", "--out", "sheet.png", "--rows", "1", "--columns", "5").Ending(0);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(_work.At("sheet.png"))[..4]);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_said_once()
    {
        _work.Environment["ACTORNET_CACHE"] = _work.Write("file", "");
        var warning = Assert.Single(_work.Run("data", "info").Ending(0).Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("ACTORNET_CACHE", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_downloaded_before_is_checked_too()
    {
        Directory.CreateDirectory(_work.At("mnist"));
        _work.Write("mnist/t10k-labels-idx1-ubyte.gz", "damaged");
        _work.Run("data", "download", "--data-dir", "mnist").Refusing(1, "t10k-labels-idx1-ubyte.gz", "SHA-256", "download again");
    }

    [Fact]
    public async Task A_mirror_that_has_not_the_files_is_unreachable()
    {
        using var listener = new HttpListener();
        var address = Listen(listener);
        var answering = AnswerNotFoundAsync(listener);
        _work.Run("data", "download", "--data-dir", "mnist", "--mirror", address).Refusing(3, "train-images", "404", "by hand");
        listener.Stop();
        await answering;
        _work.Run("data", "download", "--data-dir", "mnist", "--mirror", address).Refusing(3, address);
        _work.Run("data", "download", "--mirror", "nonsense").Refusing(2, "--mirror is 'nonsense'");
    }

    private static string Listen(HttpListener listener)
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var address = $"http://localhost:{((IPEndPoint)probe.LocalEndpoint).Port}/";
        probe.Stop();
        listener.Prefixes.Add(address);
        listener.Start();
        return address;
    }

    private static async Task AnswerNotFoundAsync(HttpListener listener)
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                context.Response.StatusCode = (int)HttpStatusCode.NotFound;
                context.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
