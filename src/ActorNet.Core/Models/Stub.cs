#pragma warning disable
using ActorNet.Core.Numerics;
namespace ActorNet.Core.Models;
public abstract class Activation { public abstract string Name {get;} public virtual bool UsesInput=>false;
 public abstract void Forward(ReadOnlySpan<float> z, Span<float> a, int width); public abstract void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width);
 public static Activation Find(string n)=>new Sg(); }
sealed class Sg: Activation { public override string Name=>"sigmoid"; public override void Forward(ReadOnlySpan<float> z, Span<float> a, int width)=>VectorMath.Sigmoid(z,a);
 public override void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> g, int width){ for(int i=0;i<g.Length;i++) g[i]*=a[i]*(1-a[i]); } }
public abstract class Cost { public abstract string Name {get;} public abstract double Value(Activation o, ReadOnlySpan<float> a, ReadOnlySpan<float> y); public abstract void OutputDelta(Activation act, ReadOnlySpan<float> z, ReadOnlySpan<float> a, ReadOnlySpan<float> y, Span<float> d, int w);
 public virtual void Check(Activation a){} public static Cost Find(string n)=>new Q(); }
sealed class Q:Cost { public override string Name=>"quadratic"; public override double Value(Activation o, ReadOnlySpan<float> a, ReadOnlySpan<float> y){double s=0;for(int i=0;i<a.Length;i++){double d=a[i]-y[i];s+=d*d;}return s/2;}
 public override void OutputDelta(Activation act, ReadOnlySpan<float> z, ReadOnlySpan<float> a, ReadOnlySpan<float> y, Span<float> d, int w){ for(int i=0;i<d.Length;i++) d[i]=a[i]-y[i]; act.Backward(z,a,d,w);} }
public abstract class Initialiser { public abstract void Fill(Span<float> w, Span<float> b, int i, int o, RandomStream r); public static Initialiser Find(string n)=>new Nn(); }
sealed class Nn:Initialiser { public override void Fill(Span<float> w, Span<float> b, int i, int o, RandomStream r){ for(int k=0;k<w.Length;k++) w[k]=(float)(r.Normal((ulong)k)/Math.Sqrt(i)); for(int k=0;k<b.Length;k++) b[k]=(float)r.Normal((ulong)(w.Length+k)); } }
sealed class Registry<T>(string w, Dictionary<string,T> d) { public void Register(string n,T v){} public T Find(string n)=>d[n]; }
