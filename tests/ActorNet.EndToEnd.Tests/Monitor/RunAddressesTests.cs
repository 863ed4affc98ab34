using ActorNet.Cli.Commands;
using ActorNet.Cli.Monitor;

namespace ActorNet.EndToEnd.Tests.Monitor;

public sealed class RunAddressesTests
{
    [Theory]
    [InlineData("localhost", "http://localhost:4080/")]
    [InlineData("10.0.0.5:99", "http://10.0.0.5:99/")]
    [InlineData("10.0.0.5:80", "http://10.0.0.5/")]
    [InlineData("[fd00::5]:99", "http://[fd00::5]:99/")]
    [InlineData("http://host", "http://host/")]
    [InlineData("https://host/prefix", "https://host/prefix/")]
    [InlineData("a:1, b:2", "http://a:1/ http://b:2/")]
    public void An_address_may_be_short(string text, string urls) => Assert.Equal(urls, string.Join(' ', RunAddresses.Parse(text, isSecure: false)));

    [Theory]
    [InlineData("localhost", "https://localhost:4080/")]
    [InlineData("10.0.0.5:443", "https://10.0.0.5/")]
    [InlineData("http://host:1", "http://host:1/")]
    public void In_TLS_an_address_without_a_scheme_is_of_a_process_in_TLS(string text, string url) =>
        Assert.Equal(url, RunAddresses.Parse(text, isSecure: true).Single().ToString());

    [Theory]
    [InlineData("")]
    [InlineData("a,")]
    [InlineData(":80")]
    [InlineData("ftp://host")]
    [InlineData("host:port")]
    [InlineData("http://me:secret@host")]
    [InlineData("http://host/?x")]
    public void What_is_none_is_an_error_of_usage(string text) => Assert.Throws<UsageException>(() => RunAddresses.Parse(text, isSecure: false));
}
