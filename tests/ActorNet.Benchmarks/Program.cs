using ActorNet.Benchmarks;
using ActorNet.Core;

const string Usage = """
    speed    training speed of every contender, one thread, round by round in turn
             --rounds 7  --seconds 1  --workloads W1,W2,W3,W4  --contenders torch-eager,numpy,openblas,actornet  --python PATH
    product  speed of one large matrix product     --size 2048  --rounds 15
    products every product of a workload's step    --rounds 100  --workloads W1,W2,W3,W4
    actors   actors with one and two workers beside plain loops     --rounds 5  --seconds 1  --workloads W1,W2,W3,W4
    allocations  managed bytes allocated per step     --seconds 1  --workloads W1,W2,W3,W4
    link     round trips of the tensor link beside plain TCP, two processes     --rounds 7  --seconds 0.3
    codecs   what compressed gradients cost to write and to read     --rounds 15
    cluster  two processes beside PyTorch DDP, two loops at once and plain TCP
             --rounds 5  --seconds 1  --workloads W1,W2,W3,W4  --python PATH
    book     test accuracy on MNIST through actors     --data-dir DIR  --preset NAME,…  --seeds N  --workers 2  --epochs N  --results FILE  --page FILE
    make-set a generated sharded set     --gb 1  --out FOLDER  --seed 1  --shards C
    shards   training on a sharded set beside the same samples in memory     --data FOLDER  --rounds 5  --seconds 1  --workloads W1,W2,W3,W4
    check    is the network over OpenBLAS right?
    """;

try
{
    switch (args)
    {
        case ["speed", .. var options]:
            SpeedCommand.Run(options);
            return 0;
        case ["product", .. var options]:
            ProductCommand.Run(options);
            return 0;
        case ["products", .. var options]:
            ProductsCommand.Run(options);
            return 0;
        case ["actors", .. var options]:
            await ActorsCommand.RunAsync(options);
            return 0;
        case ["allocations", .. var options]:
            await AllocationsCommand.RunAsync(options);
            return 0;
        case ["link", .. var options]:
            LinkCommand.Run(options);
            return 0;
        case ["codecs", .. var options]:
            CodecsCommand.Run(options);
            return 0;
        case ["cluster", .. var options]:
            await ClusterCommand.RunAsync(options);
            return 0;
        case ["book", .. var options]:
            await BookCommand.RunAsync(options);
            return 0;
        case ["make-set", .. var options]:
            MakeSetCommand.Run(options);
            return 0;
        case ["shards", .. var options]:
            await ShardsCommand.RunAsync(options);
            return 0;
        case ["check"]:
            return CheckCommand.Run() ? 0 : 1;
        default:
            throw new UsageException("name one of these:");
    }
}
catch (UsageException wrong)
{
    Console.Error.WriteLine($"{wrong.Message}\n{Usage}");
    return 2;
}
catch (Exception failed) when (failed is ContenderAbsentException or InvalidOperationException or TimeoutException or IOException or ActorNetException)
{
    Console.Error.WriteLine(failed.Message);
    return 1;
}
