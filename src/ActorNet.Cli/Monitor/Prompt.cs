namespace ActorNet.Cli.Monitor;

/// <summary>A question in the last row of the screen.</summary>
internal sealed class Prompt
{
    private readonly Dictionary<string, Action> _answers = [];
    private readonly Func<string, string?>? _submit;
    private readonly Action<string>? _typing;

    /// <summary>A question that one key answers; any other key means no.</summary>
    /// <param name="text">The question, with its keys.</param>
    /// <param name="answers">What each key does.</param>
    public Prompt(string text, params IEnumerable<(string Key, Action Do)> answers)
    {
        Text = text;
        foreach (var (key, act) in answers)
        {
            _answers.Add(key, act);
        }
    }

    /// <summary>A question that a text answers.</summary>
    /// <param name="text">The question.</param>
    /// <param name="typed">The text to begin with.</param>
    /// <param name="submit">Takes the text; returns what is wrong with it, null for nothing.</param>
    /// <param name="typing">Is told of each change.</param>
    public Prompt(string text, string typed, Func<string, string?> submit, Action<string>? typing = null) =>
        (Text, Typed, _submit, _typing) = (text, typed, submit, typing);

    /// <summary>The question.</summary>
    public string Text { get; private set; }

    /// <summary>What was typed; null where one key answers.</summary>
    public string? Typed { get; private set; }

    /// <summary>Whether it has been answered, or called off.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Takes a key.</summary>
    public void Press(string key)
    {
        if (_submit is null)
        {
            IsOver = true;
            _answers.GetValueOrDefault(key)?.Invoke();
            return;
        }

        switch (key)
        {
            case "Esc":
                IsOver = true;
                Change("");
                break;
            case "Enter":
                var wrong = _submit(Typed!);
                IsOver = wrong is null;
                Text = wrong ?? Text;
                break;
            case "Backspace":
                Change(Typed!.Length > 0 ? Typed[..^1] : "");
                break;
            case { Length: 1 }:
                Change(Typed + key);
                break;
        }
    }

    private void Change(string typed)
    {
        Typed = typed;
        _typing?.Invoke(typed);
    }
}
