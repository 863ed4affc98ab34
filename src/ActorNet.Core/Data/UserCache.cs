namespace ActorNet.Core.Data;

/// <summary>The folder for what can be made or downloaded again.</summary>
public static class UserCache
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "ACTORNET_CACHE";

    /// <summary>The value of <see cref="Variable"/>, else <c>actornet</c> in the user's local application data.</summary>
    public static string Folder
    {
        get
        {
            var named = Environment.GetEnvironmentVariable(Variable);
            return string.IsNullOrEmpty(named)
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "actornet")
                : named;
        }
    }
}
