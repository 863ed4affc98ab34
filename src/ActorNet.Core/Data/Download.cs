using System.Security.Cryptography;

namespace ActorNet.Core.Data;

/// <summary>A file to download: its name below a mirror's address, its size in bytes, and its SHA-256 in lower-case hexadecimal.</summary>
internal sealed record DownloadFile(string Name, long Bytes, string Sha256);

/// <summary>Fetches files whose content is known by hash from the first mirror that has them whole.</summary>
/// <param name="client">Does the requests.</param>
/// <param name="mirrors">Folders to download from, in the order to try.</param>
/// <param name="patience">The longest wait for an answer or for the next bytes of one.</param>
/// <param name="progress">Is told the file, its bytes done, and its bytes in total.</param>
internal sealed class Download(
    HttpClient client, IReadOnlyList<Uri> mirrors, TimeSpan patience, IProgress<(string File, long Done, long Total)>? progress)
{
    private const int BlockSize = 1 << 16;

    /// <summary>Fetches one file into a folder, under a temporary name until it is complete.</summary>
    /// <exception cref="ActorNetException">No mirror had it whole, or the folder cannot be written.</exception>
    public async Task FetchAsync(DownloadFile file, string folder, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, file.Name);
        var temporary = AtomicFile.TemporaryName(path);
        var troubles = new List<string>();
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var mirror in mirrors)
            {
                var address = WithSlash(mirror) + file.Name;
                if (await TryFetchAsync(file, address, temporary, cancellation).ConfigureAwait(false) is not { } trouble)
                {
                    File.Move(temporary, path, overwrite: true);
                    return;
                }
                troubles.Add($"{address} ({trouble})");
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new ActorNetException($"'{path}' cannot be written: {e.Message}", e);
        }
        finally
        {
            AtomicFile.DeleteQuietly(temporary);
        }
        throw new ActorNetException(
            $"'{file.Name}' could not be downloaded; tried {string.Join(", ", troubles)}. Put the file into '{folder}' by hand.");
    }

    /// <summary>The trouble with this address, or null when the file has arrived.</summary>
    private async Task<string?> TryFetchAsync(DownloadFile file, string address, string temporary, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            deadline.CancelAfter(patience);
            using var response = await client
                .GetAsync(new Uri(address), HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                return $"HTTP {(int)response.StatusCode}";
            }
            await using var body = await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
            return await ReceiveAsync(file, body, temporary, deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"nothing came for {patience.TotalSeconds:0.#} s";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
        catch (HttpIOException e)
        {
            return $"the connection broke: {e.Message}";
        }
    }

    private async Task<string?> ReceiveAsync(DownloadFile file, Stream body, string temporary, CancellationTokenSource deadline)
    {
        await using var target = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockSize];
        long done = 0;
        while (await body.ReadAsync(block, deadline.Token).ConfigureAwait(false) is var read and > 0)
        {
            deadline.CancelAfter(patience);
            done += read;
            if (done > file.Bytes)
            {
                return $"more than {file.Bytes} bytes";
            }
            sha.AppendData(block, 0, read);
            await target.WriteAsync(block.AsMemory(0, read), deadline.Token).ConfigureAwait(false);
            progress?.Report((file.Name, done, file.Bytes));
        }
        if (done < file.Bytes)
        {
            return $"only {done} of {file.Bytes} bytes";
        }
        target.Flush(flushToDisk: true);
        var hash = Convert.ToHexStringLower(sha.GetHashAndReset());
        return hash == file.Sha256 ? null : $"SHA-256 {hash} instead of {file.Sha256}";
    }

    private static string WithSlash(Uri mirror) => mirror.AbsoluteUri.EndsWith('/') ? mirror.AbsoluteUri : mirror.AbsoluteUri + "/";
}
