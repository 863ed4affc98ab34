using System.Runtime.CompilerServices;

namespace ActorNet.Core.Numerics;

/// <summary>
/// A block of a product's output held in registers: some rows of one or two vectors. The rows are nested types, so that the compiler sees a
/// straight line of fused multiply-adds on named registers for any number of rows, from one source.
/// </summary>
internal unsafe interface ITile<TVec, TSelf>
    where TVec : struct
    where TSelf : struct, ITile<TVec, TSelf>
{
    /// <summary>Rows of the block.</summary>
    static abstract int Rows { get; }

    /// <summary>Whether a row is two vectors.</summary>
    static abstract bool IsPair { get; }

    /// <summary>Starts every row's chain from one row of values.</summary>
    void Start(TVec first, TVec second);

    /// <summary>Starts every row's chain from what <see cref="Store"/> has written.</summary>
    void Load(float* c, nint cRow, nint secondColumn);

    /// <summary>Adds one step of the inner dimension: row r becomes a[r·aRow]·(first, second) + row r.</summary>
    /// <param name="a">The step's value for row 0.</param>
    /// <param name="aRow">Floats from one row's value to the next.</param>
    /// <param name="aThreeRows">Three times as many: x86 has addresses of a register and one or two times another, so one sum serves three rows.</param>
    /// <param name="first">The step's first vector of B.</param>
    /// <param name="second">The second.</param>
    void MultiplyAdd(float* a, nint aRow, nint aThreeRows, TVec first, TVec second);

    /// <summary>The same with A's values beside each other, so that a row's place is a constant, which becomes part of the instructions.</summary>
    void MultiplyAddBeside(float* a, TVec first, TVec second);

    /// <summary>Adds the block below on the stack: left + right, in that order.</summary>
    void AddTo(float* left);

    /// <summary>The same with a block in registers.</summary>
    void AddTo(TSelf left);

    /// <summary>Puts the block on the stack, from where <see cref="AddTo(float*)"/> takes it.</summary>
    void Push(float* stack);

    /// <summary>Writes the block; the second vector of a row stands <paramref name="secondColumn"/> floats after the first.</summary>
    void Store(float* c, nint cRow, nint secondColumn);
}

/// <summary>The tiles over one kind of vector.</summary>
internal static unsafe class Tiles<TVec, TSimd>
    where TVec : struct
    where TSimd : struct, ISimd<TVec>
{
    /// <summary>No rows: the end of the nesting, of one vector a row.</summary>
    internal struct EndSingle : ITile<TVec, EndSingle>
    {
        public static int Rows => 0;

        public static bool IsPair => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Start(TVec first, TVec second) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Load(float* c, nint cRow, nint secondColumn) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void MultiplyAdd(float* a, nint aRow, nint aThreeRows, TVec first, TVec second) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void MultiplyAddBeside(float* a, TVec first, TVec second) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void AddTo(float* left) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void AddTo(EndSingle left) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Push(float* stack) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* c, nint cRow, nint secondColumn) { }
    }

    /// <summary>No rows: the end of the nesting, of two vectors a row.</summary>
    internal struct EndPair : ITile<TVec, EndPair>
    {
        public static int Rows => 0;

        public static bool IsPair => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Start(TVec first, TVec second) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Load(float* c, nint cRow, nint secondColumn) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void MultiplyAdd(float* a, nint aRow, nint aThreeRows, TVec first, TVec second) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void MultiplyAddBeside(float* a, TVec first, TVec second) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void AddTo(float* left) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void AddTo(EndPair left) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Push(float* stack) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* c, nint cRow, nint secondColumn) { }
    }

    /// <summary>One row below those of <typeparamref name="TAbove"/>, whose number is so its own: a constant in every address.</summary>
    internal struct Row<TAbove> : ITile<TVec, Row<TAbove>>
        where TAbove : struct, ITile<TVec, TAbove>
    {
        private TVec _first;
        private TVec _second;
#pragma warning disable CS0649 // Filled through its own methods.
        private TAbove _above;
#pragma warning restore CS0649

        public static int Rows => TAbove.Rows + 1;

        public static bool IsPair => TAbove.IsPair;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Start(TVec first, TVec second)
        {
            _above.Start(first, second);
            _first = first;
            if (IsPair)
            {
                _second = second;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load(float* c, nint cRow, nint secondColumn)
        {
            _above.Load(c, cRow, secondColumn);
            _first = TSimd.Load(c + TAbove.Rows * cRow);
            if (IsPair)
            {
                _second = TSimd.Load(c + TAbove.Rows * cRow + secondColumn);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void MultiplyAdd(float* a, nint aRow, nint aThreeRows, TVec first, TVec second)
        {
            _above.MultiplyAdd(a, aRow, aThreeRows, first, second);
            Add(a + TAbove.Rows / 3 * aThreeRows + TAbove.Rows % 3 * aRow, first, second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void MultiplyAddBeside(float* a, TVec first, TVec second)
        {
            _above.MultiplyAddBeside(a, first, second);
            Add(a + TAbove.Rows, first, second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void AddTo(float* left)
        {
            _above.AddTo(left);
            _first = TSimd.Add(TSimd.Load(left + TAbove.Rows * 2 * TSimd.Width), _first);
            if (IsPair)
            {
                _second = TSimd.Add(TSimd.Load(left + TAbove.Rows * 2 * TSimd.Width + TSimd.Width), _second);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void AddTo(Row<TAbove> left)
        {
            _above.AddTo(left._above);
            _first = TSimd.Add(left._first, _first);
            if (IsPair)
            {
                _second = TSimd.Add(left._second, _second);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Push(float* stack)
        {
            _above.Push(stack);
            TSimd.Store(_first, stack + TAbove.Rows * 2 * TSimd.Width);
            if (IsPair)
            {
                TSimd.Store(_second, stack + TAbove.Rows * 2 * TSimd.Width + TSimd.Width);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* c, nint cRow, nint secondColumn)
        {
            _above.Store(c, cRow, secondColumn);
            TSimd.Store(_first, c + TAbove.Rows * cRow);
            if (IsPair)
            {
                TSimd.Store(_second, c + TAbove.Rows * cRow + secondColumn);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Add(float* a, TVec first, TVec second)
        {
            var value = TSimd.Broadcast(*a);
            _first = TSimd.MultiplyAdd(value, first, _first);
            if (IsPair)
            {
                _second = TSimd.MultiplyAdd(value, second, _second);
            }
        }
    }
}
