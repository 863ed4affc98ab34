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

    /// <summary>Adds one step of the inner dimension: row r becomes a[r]·(first, second) + row r.</summary>
    void MultiplyAdd(float* a, nint aRow, TVec first, TVec second);

    /// <summary>The same with A's values beside each other, from <paramref name="index"/> on: a constant, which becomes part of the instructions.</summary>
    void MultiplyAddPacked(float* a, int index, TVec first, TVec second);

    /// <summary>Adds the block below on the stack: left + right, in that order.</summary>
    void AddTo(float* left);

    /// <summary>The same with a block in registers.</summary>
    void AddTo(TSelf left);

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
        public readonly void MultiplyAdd(float* a, nint aRow, TVec first, TVec second) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void MultiplyAddPacked(float* a, int index, TVec first, TVec second) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void AddTo(float* left) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void AddTo(EndSingle left) { }

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
        public readonly void MultiplyAdd(float* a, nint aRow, TVec first, TVec second) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void MultiplyAddPacked(float* a, int index, TVec first, TVec second) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void AddTo(float* left) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void AddTo(EndPair left) { }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* c, nint cRow, nint secondColumn) { }
    }

    /// <summary>One row on top of <typeparamref name="TRest"/>.</summary>
    internal struct Row<TRest> : ITile<TVec, Row<TRest>>
        where TRest : struct, ITile<TVec, TRest>
    {
        private TVec _first;
        private TVec _second;
#pragma warning disable CS0649 // Filled through its own methods.
        private TRest _rest;
#pragma warning restore CS0649

        public static int Rows => TRest.Rows + 1;

        public static bool IsPair => TRest.IsPair;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Start(TVec first, TVec second)
        {
            _first = first;
            if (IsPair)
            {
                _second = second;
            }

            _rest.Start(first, second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load(float* c, nint cRow, nint secondColumn)
        {
            _first = TSimd.Load(c);
            if (IsPair)
            {
                _second = TSimd.Load(c + secondColumn);
            }

            _rest.Load(c + cRow, cRow, secondColumn);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void MultiplyAdd(float* a, nint aRow, TVec first, TVec second)
        {
            var value = TSimd.Broadcast(*a);
            _first = TSimd.MultiplyAdd(value, first, _first);
            if (IsPair)
            {
                _second = TSimd.MultiplyAdd(value, second, _second);
            }

            _rest.MultiplyAdd(a + aRow, aRow, first, second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void MultiplyAddPacked(float* a, int index, TVec first, TVec second)
        {
            var value = TSimd.Broadcast(a[index]);
            _first = TSimd.MultiplyAdd(value, first, _first);
            if (IsPair)
            {
                _second = TSimd.MultiplyAdd(value, second, _second);
            }

            _rest.MultiplyAddPacked(a, index + 1, first, second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void AddTo(float* left)
        {
            _first = TSimd.Add(TSimd.Load(left), _first);
            if (IsPair)
            {
                _second = TSimd.Add(TSimd.Load(left + TSimd.Width), _second);
            }

            _rest.AddTo(left + 2 * TSimd.Width);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void AddTo(Row<TRest> left)
        {
            _first = TSimd.Add(left._first, _first);
            if (IsPair)
            {
                _second = TSimd.Add(left._second, _second);
            }

            _rest.AddTo(left._rest);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(float* c, nint cRow, nint secondColumn)
        {
            TSimd.Store(_first, c);
            if (IsPair)
            {
                TSimd.Store(_second, c + secondColumn);
            }

            _rest.Store(c + cRow, cRow, secondColumn);
        }
    }
}
