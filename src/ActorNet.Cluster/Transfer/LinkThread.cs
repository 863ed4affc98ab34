namespace ActorNet.Cluster.Transfer;

/// <summary>The link's threads: named for whoever looks at the process, and with small stacks.</summary>
internal static class LinkThread
{
    public static Thread Start(ThreadStart run, string name)
    {
        var thread = new Thread(run, LinkLimits.StackBytes) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    /// <summary>Waits for a thread, unless it is the caller, as in the callback about a change; a slow name server is left to end by itself.</summary>
    public static void Join(Thread thread)
    {
        if (thread != Thread.CurrentThread)
        {
            thread.Join(TimeSpan.FromSeconds(10));
        }
    }
}
