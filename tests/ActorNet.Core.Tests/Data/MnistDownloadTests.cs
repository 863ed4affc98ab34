using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using ActorNet.Core.Data;

namespace ActorNet.Core.Tests.Data;

public sealed class MnistDownloadTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new();
    private readonly byte[] _content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * i >> 3))];

    private DownloadFile File => new("some.gz", _content.Length, Convert.ToHexStringLower(SHA256.HashData(_content)));

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Fetches_a_file_and_reports_its_progress()
    {
        await using var mirror = new Mirror(_ => new Answer(200, _content));
        var progress = new Reports();

        await FetchAsync(_patience, progress, mirror.Address);

        Assert.Equal(_content, await System.IO.File.ReadAllBytesAsync(_folder["some.gz"]));
        Assert.Equal(["/mnist/some.gz"], mirror.Requests);
        Assert.Equal(("some.gz", _content.Length, _content.Length), progress.All[^1]);
        Assert.Equal(progress.All.Select(r => r.Done).Order(), progress.All.Select(r => r.Done));
        OnlyTheFileIsThere();
    }

    [Fact]
    public async Task Goes_on_to_the_next_mirror_after_each_kind_of_trouble()
    {
        await using var missing = new Mirror(_ => new Answer(404, []));
        await using var wrong = new Mirror(_ => new Answer(200, [.. _content.Reverse()]));
        await using var cut = new Mirror(_ => new Answer(200, _content[..1000], Promised: _content.Length));
        await using var tooShort = new Mirror(_ => new Answer(200, _content[..1000]));
        await using var tooLong = new Mirror(_ => new Answer(200, [.. _content, 0]));
        await using var good = new Mirror(_ => new Answer(200, _content));
        Mirror[] mirrors = [missing, wrong, cut, tooShort, tooLong, good];

        await FetchAsync(_patience, null, [.. mirrors.Select(m => m.Address)]);

        Assert.Equal(_content, await System.IO.File.ReadAllBytesAsync(_folder["some.gz"]));
        Assert.All(mirrors, mirror => Assert.Single(mirror.Requests));
        OnlyTheFileIsThere();
    }

    [Fact]
    public async Task Names_every_mirror_and_its_trouble_when_none_is_good()
    {
        await using var missing = new Mirror(_ => new Answer(404, []));
        await using var wrong = new Mirror(_ => new Answer(200, [.. _content.Reverse()]));
        await using var cut = new Mirror(_ => new Answer(200, _content[..1000], Promised: _content.Length));
        var gone = new Mirror(_ => new Answer(200, []));
        await gone.DisposeAsync();

        var e = await Assert.ThrowsAsync<ActorNetException>(
            () => FetchAsync(_patience, null, missing.Address, wrong.Address, cut.Address, gone.Address));

        Assert.Contains($"{missing.Address}some.gz (HTTP 404)", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{wrong.Address}some.gz (SHA-256 ", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{cut.Address}some.gz (", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{gone.Address}some.gz (", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task A_mirror_that_falls_silent_is_left(int after)
    {
        await using var silent = new Mirror(_ => new Answer(200, _content[..after], Promised: _content.Length, ThenSilent: true));
        await using var good = new Mirror(_ => new Answer(200, _content));

        await FetchAsync(TimeSpan.FromMilliseconds(300), null, silent.Address, good.Address);

        Assert.Equal(_content, await System.IO.File.ReadAllBytesAsync(_folder["some.gz"]));
    }

    [Fact]
    public async Task Cancellation_ends_it_and_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        await using var silent = new Mirror(_ =>
        {
            cancellation.Cancel();
            return new Answer(200, _content[..1000], Promised: _content.Length, ThenSilent: true);
        });

        var download = new Download(_client, [silent.Address], _patience, progress: null);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download.FetchAsync(File, _folder.Path, cancellation.Token));

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task An_unwritable_folder_is_named()
    {
        await System.IO.File.WriteAllTextAsync(_folder["file"], "");
        var download = new Download(_client, [new Uri("http://127.0.0.1:1/")], _patience, progress: null);

        var e = await Assert.ThrowsAsync<ActorNetException>(() => download.FetchAsync(File, _folder["file"], default));

        Assert.Contains(_folder["file"], e.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Mnist_arrives_whole_and_only_what_is_missing_is_asked_for()
    {
        var source = MnistFolder.Find();
        Skip.If(source is null, "ACTORNET_MNIST does not name a folder with MNIST");
        await using var mirror = new Mirror(path => new Answer(200, System.IO.File.ReadAllBytes(source + path["/mnist".Length..])));

        await MnistFiles.DownloadAsync(_folder.Path, _client, [mirror.Address]);
        System.IO.File.Delete(_folder["t10k-labels-idx1-ubyte.gz"]);
        await MnistFiles.DownloadAsync(_folder.Path, _client, [mirror.Address]);

        Assert.Equal(4 + 1, mirror.Requests.Count);
        Assert.Equal(10_000, MnistFiles.Open(_folder.Path).Test.Count);
    }

    private async Task FetchAsync(TimeSpan patience, IProgress<(string File, long Done, long Total)>? progress, params Uri[] mirrors) =>
        await new Download(_client, mirrors, patience, progress).FetchAsync(File, _folder.Path, default);

    private void OnlyTheFileIsThere() => Assert.Equal([_folder["some.gz"]], Directory.GetFiles(_folder.Path));

    private sealed class Reports : IProgress<(string File, long Done, long Total)>
    {
        public List<(string File, long Done, long Total)> All { get; } = [];

        public void Report((string File, long Done, long Total) value) => All.Add(value);
    }

    private sealed record Answer(int Status, byte[] Body, int? Promised = null, bool ThenSilent = false);

    /// <summary>A web server on a free port of this machine that answers as it is told.</summary>
    private sealed class Mirror : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();
        private readonly Func<string, Answer> _answer;
        private readonly Task _serving;

        public Mirror(Func<string, Answer> answer)
        {
            _answer = answer;
            _listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/mnist/");
            _serving = ServeAsync();
        }

        public Uri Address { get; }

        public List<string> Requests { get; } = [];

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            _listener.Stop();
            await _serving;
            _end.Dispose();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var connection = await _listener.AcceptTcpClientAsync(_end.Token);
                    await AnswerAsync(connection.GetStream());
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
            {
                // The test is over, or the client has left.
            }
        }

        private async Task AnswerAsync(NetworkStream stream)
        {
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            var path = (await reader.ReadLineAsync(_end.Token))!.Split(' ')[1];
            while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 })
            {
            }
            Requests.Add(path);
            var answer = _answer(path);
            var header = $"HTTP/1.1 {answer.Status} X\r\nContent-Length: {answer.Promised ?? answer.Body.Length}\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(header), _end.Token);
            await stream.WriteAsync(answer.Body, _end.Token);
            if (answer.ThenSilent)
            {
                await Task.Delay(Timeout.Infinite, _end.Token);
            }
        }
    }
}
