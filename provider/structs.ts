/** google.protobuf.Struct as Pulumi fills it, to plain values and back. */
import structpb from "google-protobuf/google/protobuf/struct_pb.js";

/** Stands for a value that is not known yet: a preview in which another resource still has to be created. */
export const unknown: unique symbol = Symbol("unknown");

/** A property value. Secrets, output values and resource references appear as what they hold. */
export type PropertyValue = null | boolean | number | string | PropertyValue[] | PropertyMap | typeof unknown;
/** Properties by name. */
export interface PropertyMap {
  [name: string]: PropertyValue;
}

export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

// pulumi/pulumi sdk/go/common/resource/sig/sig.go and sdk/go/common/resource/plugin/rpc.go
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknowns = new Set([
  unknownString,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** The properties of `struct`; none for an absent one. */
export function decode(struct: structpb.Struct | undefined): PropertyMap {
  return struct ? decodeMap(struct.toJavaScript() as { [key: string]: Json }) : {};
}

/** Names of the top-level properties of `struct` that are secret, or hold a secret somewhere. */
export function secretProperties(struct: structpb.Struct | undefined): Set<string> {
  const properties = Object.entries(struct ? (struct.toJavaScript() as { [key: string]: Json }) : {});
  return new Set(properties.filter(([, value]) => holdsSecret(value)).map(([name]) => name));
}

/** A struct of `properties`, those named by `secrets` marked as secret. */
export function encode(properties: PropertyMap, secrets: ReadonlySet<string> = new Set()): structpb.Struct {
  const values = Object.entries(properties).map(([name, value]): [string, Json] => {
    const json = encodeValue(value);
    return [name, secrets.has(name) ? { [signatureKey]: secretSignature, value: json } : json];
  });
  return structpb.Struct.fromJavaScript(Object.fromEntries(values));
}

function decodeMap(map: { [key: string]: Json }): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, decodeValue(value)]));
}

function decodeValue(value: Json): PropertyValue {
  if (typeof value === "string") return unknowns.has(value) ? unknown : value;
  if (Array.isArray(value)) return value.map(decodeValue);
  if (value === null || typeof value !== "object") return value;
  if (value[signatureKey] === secretSignature) return decodeValue(value.value ?? null);
  if (value[signatureKey] === outputSignature) return "value" in value ? decodeValue(value.value ?? null) : unknown;
  return decodeMap(value);
}

function holdsSecret(value: Json): boolean {
  if (value === null || typeof value !== "object") return false;
  if (Array.isArray(value)) return value.some(holdsSecret);
  if (value[signatureKey] === secretSignature) return true;
  if (value[signatureKey] === outputSignature && value.secret === true) return true;
  return Object.values(value).some(holdsSecret);
}

function encodeValue(value: PropertyValue): Json {
  if (value === unknown) return unknownString;
  if (Array.isArray(value)) return value.map(encodeValue);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encodeValue(item)]));
}
