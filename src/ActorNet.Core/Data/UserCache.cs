namespace ActorNet.Core.Data;

/// <summary>The folder for what can be made or downloaded again.</summary>
internal static class UserCache
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "ACTORNET_CACHE";

    /// <summary>The value of <see cref="Variable"/>, else <c>actornet</c> in the user's local application data.</summary>
    public static string Folder =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : Path.Combine(LocalApplicationData, "actornet");

    private static string LocalApplicationData =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
}
