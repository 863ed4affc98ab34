extern alias TerminalGui;

using TerminalGui::Terminal.Gui.Drawing;
using TerminalGui::Terminal.Gui.Input;
using TerminalGui::Terminal.Gui.ViewBase;
using TerminalGui::Terminal.Gui.Views;
using Attribute = TerminalGui::Terminal.Gui.Drawing.Attribute;

namespace ActorNet.Cli.Monitor;

/// <summary>Puts what <see cref="MonitorScreen"/> draws on the terminal, and hands keys to the <see cref="MonitorController"/>.</summary>
internal sealed class FullScreenView : Runnable
{
    private static readonly (Key Key, string Name)[] _names =
    [
        (Key.CursorUp, "Up"), (Key.CursorDown, "Down"), (Key.CursorLeft, "Left"), (Key.CursorRight, "Right"), (Key.PageUp, "PageUp"), (Key.PageDown, "PageDown"),
        (Key.Home, "Home"), (Key.End, "End"), (Key.Enter, "Enter"), (Key.Esc, "Esc"), (Key.Tab, "Tab"), (Key.Backspace, "Backspace"),
    ];

    private readonly MonitorModel _model;
    private readonly MonitorController _controller;
    private readonly bool _hasColour;

    /// <summary>A view of the whole terminal.</summary>
    public FullScreenView(MonitorModel model, MonitorController controller, bool hasColour)
    {
        (_model, _controller, _hasColour) = (model, controller, hasColour);
        CanFocus = true;
        Width = Dim.Fill();
        Height = Dim.Fill();
        BorderStyle = LineStyle.None;
    }

    /// <summary>Whether Ctrl+C was pressed: a terminal in raw mode makes no signal of it.</summary>
    public bool IsInterrupted { get; private set; }

    /// <inheritdoc/>
    protected override bool OnDrawingContent(DrawContext? context)
    {
        var canvas = MonitorScreen.Draw(Viewport.Width, Viewport.Height, _model, _controller);
        for (var row = 0; row < canvas.Height; row++)
        {
            Move(0, row);
            foreach (var (text, ink) in canvas.Stretches(row))
            {
                SetAttribute(Look(ink));
                AddStr(text);
            }
        }

        return true;
    }

    /// <inheritdoc/>
    protected override bool OnKeyDown(Key key)
    {
        if (key == Key.C.WithCtrl)
        {
            IsInterrupted = true;
            App!.RequestStop();
            return true;
        }

        if (Name(key) is { } name)
        {
            _controller.Press(name);
            SetNeedsDraw();
            if (_controller.IsLeaving)
            {
                App!.RequestStop();
            }
        }

        return true;
    }

    /// <inheritdoc/>
    protected override bool OnMouseEvent(Mouse mouse)
    {
        var key = mouse.Flags.HasFlag(MouseFlags.WheeledUp) ? "Up" : mouse.Flags.HasFlag(MouseFlags.WheeledDown) ? "Down" : null;
        if (key is not null)
        {
            _controller.Press(key);
            SetNeedsDraw();
        }

        return true;
    }

    private static string? Name(Key key)
    {
        var named = Array.Find(_names, named => named.Key == key).Name;
        return named ?? (!key.IsCtrl && !key.IsAlt && key.AsRune is { IsBmp: true, Value: >= ' ' and not 0x7F } rune ? rune.ToString() : null);
    }

    private Attribute Look(Ink ink)
    {
        var (colour, style) = ink switch
        {
            Ink.Strong => (Color.None, TextStyle.Bold),
            Ink.Faint => (_hasColour ? Color.DarkGray : Color.None, _hasColour ? TextStyle.None : TextStyle.Faint),
            Ink.Good => (Color.Green, TextStyle.None),
            Ink.Warning => (Color.Yellow, TextStyle.Bold),
            Ink.Bad => (Color.Red, TextStyle.Bold),
            Ink.First => (Color.Cyan, TextStyle.None),
            Ink.Second => (Color.Yellow, TextStyle.None),
            Ink.Selected or Ink.Bar => (Color.None, TextStyle.Reverse),
            _ => (Color.None, TextStyle.None),
        };
        return new Attribute(_hasColour ? colour : Color.None, Color.None, style);
    }
}
