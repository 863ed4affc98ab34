using ActorNet.Cli.Serve;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Serve;

/// <summary>The page in a real browser.</summary>
public sealed class ServePageTests(ServePageTests.Page page) : IClassFixture<ServePageTests.Page>
{
    private const string Ready = "document.documentElement?.dataset.ready === ''";
    private const string SaysOne = "document.getElementById('verdict').textContent.includes('like 1')";

    [SkippableFact]
    public async Task A_digit_drawn_with_the_mouse_lights_the_network_up()
    {
        var browser = await OpenAsync(1180, 900);
        var (x, y) = await CornerAsync(browser);
        await browser.DragAsync((x + 140, y + 40), (x + 140, y + 110), (x + 140, y + 180), (x + 140, y + 240));
        await browser.SeesAsync(SaysOne);
        await browser.SeesAsync("document.querySelector('.answer.best')?.children[1].textContent === '1'");
        await browser.SeesAsync("document.getElementById('said').textContent.includes('like 1')");
        Assert.Equal(30, (int)(await browser.EvaluateAsync("document.querySelectorAll('.dots .dot').length"))!);
        Assert.True((int)(await browser.EvaluateAsync(Inked("edges")))! > 500, "no connection is drawn");
        await browser.EvaluateAsync("document.getElementById('undo').click()");
        await browser.SeesAsync("document.getElementById('verdict').textContent === 'nothing drawn yet'");
        Assert.Empty(browser.Complaints);
    }

    [SkippableFact]
    public async Task A_finger_draws_too()
    {
        var browser = await OpenAsync(360, 800);
        var (x, y) = await CornerAsync(browser);
        await browser.TouchAsync((x + 140, y + 40), (x + 140, y + 110), (x + 140, y + 180), (x + 140, y + 240));
        await browser.SeesAsync(SaysOne);
        Assert.Equal(0, (int)(await browser.EvaluateAsync("document.documentElement.scrollWidth - document.documentElement.clientWidth"))!);
        Assert.Empty(browser.Complaints);
    }

    [SkippableFact]
    public async Task The_keyboard_alone_draws_and_looks_into_a_neuron()
    {
        var browser = await OpenAsync(1180, 900);
        // The theme's button, then the paper.
        await browser.PressAsync("Tab", 2);
        await browser.PressAsync(" ");
        await browser.PressAsync("ArrowDown", 18);
        await browser.PressAsync(" ");
        await browser.SeesAsync(SaysOne);
        // The three buttons, then the first layer; of it the third neuron.
        await browser.PressAsync("Tab", 4);
        await browser.PressAsync("ArrowDown", 2);
        await browser.PressAsync("Enter");
        await browser.SeesAsync("document.querySelector('#neuron p').textContent === 'Layer 1, neuron 2' && /[0-9]/.test(document.querySelectorAll('#neuron dd')[1].textContent)");
        Assert.Equal("28 28", (string?)await browser.EvaluateAsync("(c => `${c.width} ${c.height}`)(document.querySelector('#neuron canvas'))"));
        await browser.PressAsync("ArrowRight");
        Assert.StartsWith("output 1", (string?)await browser.EvaluateAsync("document.activeElement.ariaLabel"), StringComparison.Ordinal);
        await browser.EvaluateAsync("document.getElementById('paper').focus()");
        await browser.PressAsync("Delete");
        await browser.SeesAsync("document.getElementById('verdict').textContent === 'nothing drawn yet'");
        Assert.Empty(browser.Complaints);
    }

    [SkippableFact]
    public async Task It_follows_the_systems_theme_until_told_otherwise()
    {
        const string Paper = "getComputedStyle(document.body).backgroundColor";
        var browser = await OpenAsync(1180, 900, "dark");
        Assert.Equal("rgb(22, 24, 27)", (string?)await browser.EvaluateAsync(Paper));
        await browser.EvaluateAsync("document.getElementById('theme').click()");
        Assert.Equal("rgb(253, 253, 252)", (string?)await browser.EvaluateAsync(Paper));
        await browser.EvaluateAsync("localStorage.clear()");
        Assert.Empty(browser.Complaints);
    }

    [SkippableFact]
    public async Task An_example_is_drawn_and_answered()
    {
        var browser = await OpenAsync(1180, 900);
        await browser.EvaluateAsync("Math.random = () => 0.00035");
        await browser.EvaluateAsync("document.getElementById('example').click()");
        await browser.SeesAsync("document.getElementById('verdict').textContent.startsWith('looks ')");
        Assert.True((int)(await browser.EvaluateAsync(Inked("paper")))! > 2_000, "there is no digit on the paper");
        Assert.Empty(browser.Complaints);
    }

    private static string Inked(string canvas) =>
        $"(c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((value, i) => i % 4 === 3 && value > 0).length)(document.getElementById('{canvas}'))";

    private static async Task<(double X, double Y)> CornerAsync(Chromium browser)
    {
        var corner = (await browser.EvaluateAsync("(b => [b.left, b.top])(document.getElementById('paper').getBoundingClientRect())"))!;
        return ((double)corner[0]!, (double)corner[1]!);
    }

    private async Task<Chromium> OpenAsync(int width, int height, string scheme = "light")
    {
        Skip.If(page.Browser is null, "needs chromium in the PATH");
        page.Browser!.Complaints.Clear();
        await page.Browser.OpenAsync(new Uri(page.Served!.Url), width, height, scheme);
        await page.Browser.SeesAsync(Ready);
        return page.Browser;
    }

    /// <summary>One browser and one server for all tests of the class.</summary>
    public sealed class Page : IAsyncLifetime, IDisposable
    {
        private readonly Workspace _work = new();

        internal Chromium? Browser { get; private set; }

        internal ServeEndpoint? Served { get; private set; }

        public async Task InitializeAsync()
        {
            if (Chromium.Find() is { } program)
            {
                Served = await DigitModel.ServeAsync(new DigitModel().Model);
                Browser = await Chromium.StartAsync(_work, program);
            }
        }

        public async Task DisposeAsync()
        {
            if (Browser is not null)
            {
                await Browser.DisposeAsync();
                await Served!.DisposeAsync();
            }
        }

        public void Dispose() => _work.Dispose();
    }
}
