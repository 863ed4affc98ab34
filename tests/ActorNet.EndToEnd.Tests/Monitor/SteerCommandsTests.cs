using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Monitor;

public sealed class SteerCommandsTests : IDisposable
{
    private readonly Workspace _work = new();
    private readonly FakeCoordinator _coordinator = new();

    public void Dispose()
    {
        _coordinator.Dispose();
        _work.Dispose();
    }

    [Theory]
    [InlineData("pause URL", "/api/v1/pause")]
    [InlineData("resume URL", "/api/v1/resume")]
    [InlineData("stop URL", "/api/v1/stop?when=step")]
    [InlineData("stop URL --when now", "/api/v1/stop?when=now")]
    [InlineData("checkpoint URL", "/api/v1/checkpoint")]
    [InlineData("drain URL a/b", "/api/v1/drain/a%2Fb")]
    [InlineData("set-lr URL 0.5", "/api/v1/learning-rate")]
    public async Task A_command_is_acknowledged_with_who_when_and_at_which_step(string line, string path)
    {
        _work.Environment["ACTORNET_TOKEN"] = FakeCoordinator.Token;
        var done = _work.Run(line.Replace("URL", _coordinator.Url, StringComparison.Ordinal).Split(' ')).Ending(0);

        Assert.Equal(path, await _coordinator.Commanded.Task);
        var by = $"{Environment.UserName}@{Environment.MachineName}";
        Assert.Equal($"is done (asked by {by}, 20:03:20 UTC, step 72,400)\n", done.Output);
        var body = Assert.Single(_coordinator.Bodies);
        Assert.Equal((by, line.StartsWith("set-lr", StringComparison.Ordinal) ? 0.5 : null), ((string?)body["by"], (double?)body["learningRate"]));
    }

    [Fact]
    public void The_token_may_be_in_a_file_and_the_answer_in_JSON()
    {
        _work.Write("token", FakeCoordinator.Token + "\n");
        var json = _work.Run("pause", _coordinator.Url, "--token-file", "token", "--json").Ending(0).Json;

        Assert.Equal((true, 72_400), ((bool)json["isDone"]!, (int)json["step"]!));
    }

    [Fact]
    public void What_the_run_refuses_is_exit_code_1_with_the_reason()
    {
        using var refusing = new FakeCoordinator { Refuses = true };
        _work.Run("pause", refusing.Url, "--token", FakeCoordinator.Token).Refusing(1, "was not done: not now", "step 72,400");
    }

    [Theory]
    [InlineData(null, "--token-file")]
    [InlineData("wrong", "refused the token")]
    public void Without_the_right_token_it_says_what_to_give(string? token, string word)
    {
        string[] arguments = token is null ? [] : ["--token", token];
        _work.Run(["resume", _coordinator.Url, .. arguments]).Refusing(1, word, "ACTORNET_TOKEN_FILE");
        Assert.Empty(_coordinator.Bodies);
    }

    [Theory]
    [InlineData("drain x", "NODE")]
    [InlineData("set-lr x much", "RATE")]
    [InlineData("set-lr x 0", "RATE")]
    [InlineData("stop x --when later", "--when")]
    [InlineData("pause x --token=", "--token")]
    public void What_makes_no_sense_is_an_error_of_usage(string arguments, string word) => _work.Run(arguments.Split(' ')).Refusing(2, word);

    [Fact]
    public void A_token_file_that_is_not_there_is_named() => _work.Run("pause", _coordinator.Url, "--token-file", "nowhere").Refusing(1, "nowhere");
}
