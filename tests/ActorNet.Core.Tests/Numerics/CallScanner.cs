using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>A call, or a method taken as a delegate, in an assembly's code: from which type, to which method elsewhere.</summary>
internal sealed record ExternalCall(string Caller, string Type, string Method);

/// <summary>Reads every call to other assemblies out of an assembly's code.</summary>
internal static class CallScanner
{
    private static readonly Dictionary<int, OpCode> _opCodes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value & 0xFFFF);

    public static ImmutableArray<ExternalCall> Scan(string assemblyPath)
    {
        using var file = new PEReader(File.OpenRead(assemblyPath));
        var metadata = file.GetMetadataReader();
        var calls = ImmutableArray.CreateBuilder<ExternalCall>();
        foreach (var handle in metadata.MethodDefinitions)
        {
            var method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0)
            {
                continue;
            }
            var caller = OutermostName(metadata, method.GetDeclaringType());
            foreach (var token in MethodTokens(file.GetMethodBody(method.RelativeVirtualAddress).GetILReader()))
            {
                if (Resolve(metadata, token) is var (type, name))
                {
                    calls.Add(new ExternalCall(caller, type, name));
                }
            }
        }
        return calls.ToImmutable();
    }

    private static List<EntityHandle> MethodTokens(BlobReader code)
    {
        var tokens = new List<EntityHandle>();
        while (code.RemainingBytes > 0)
        {
            int value = code.ReadByte();
            var opCode = _opCodes[value == 0xFE ? value << 8 | code.ReadByte() : value];
            switch (opCode.OperandType)
            {
                case OperandType.InlineMethod:
                case OperandType.InlineTok:
                    tokens.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    var targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case var operand:
                    code.Offset += Size(operand);
                    break;
            }
        }
        return tokens;
    }

    private static int Size(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };

    private static (string Type, string Method)? Resolve(MetadataReader metadata, EntityHandle handle)
    {
        if (handle.Kind == HandleKind.MethodSpecification)
        {
            handle = metadata.GetMethodSpecification((MethodSpecificationHandle)handle).Method;
        }
        if (handle.Kind != HandleKind.MemberReference)
        {
            return null;
        }
        var member = metadata.GetMemberReference((MemberReferenceHandle)handle);
        return TypeName(metadata, member.Parent) is { } type ? (type, metadata.GetString(member.Name)) : null;
    }

    private static string? TypeName(MetadataReader metadata, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeSpecification)
        {
            // A generic type's instance: its definition is the first type that the signature names.
            var signature = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
            if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
            {
                return null;
            }
            signature.ReadCompressedInteger();
            parent = signature.ReadTypeHandle();
        }
        if (parent.Kind != HandleKind.TypeReference)
        {
            return null;
        }
        var type = metadata.GetTypeReference((TypeReferenceHandle)parent);
        var name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{TypeName(metadata, type.ResolutionScope)}.{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    private static string OutermostName(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        return type.IsNested
            ? OutermostName(metadata, type.GetDeclaringType())
            : $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }
}
