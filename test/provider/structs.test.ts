import fc from "fast-check";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { describe, expect, it } from "vitest";
import { decode, encode, type PropertyMap, secretProperties, unknown } from "../../provider/structs.ts";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const output = (rest: object) => ({ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...rest });
const struct = (value: object) => structPb.Struct.fromJavaScript(value as Record<string, never>);

describe("decode", () => {
  it.each([
    ["a string", "plain", "plain"],
    ["the unknown string", "04da6b54-80e4-46f7-96ec-b56ff0331ba9", unknown],
    ["an unknown list", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", unknown],
    ["an unknown object", "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", unknown],
    ["a secret", secret(["a"]), ["a"]],
    ["a secret in a secret", secret(secret(1)), 1],
    ["an unknown secret", secret("04da6b54-80e4-46f7-96ec-b56ff0331ba9"), unknown],
    ["an output value", output({ value: "v" }), "v"],
    ["an output value that is not known", output({}), unknown],
    ["nested", { a: [secret("x"), { b: null }] }, { a: ["x", { b: null }] }],
  ])("gives what %s holds", (_name, value, expected) => {
    expect(decode(struct({ value }))).toEqual({ value: expected });
  });

  it("takes an absent struct for no properties", () => expect(decode(undefined)).toEqual({}));
});

it("finds secrets at any depth, by top-level property", () => {
  const properties = {
    plain: { secret: true },
    direct: secret("x"),
    deep: { a: [{ b: secret("x") }] },
    out: output({ value: "x", secret: true }),
    open: output({ value: "x" }),
  };
  expect([...secretProperties(struct(properties))].sort()).toEqual(["deep", "direct", "out"]);
});

it("encode is the inverse of decode, secrets and unknown values included", () => {
  const value = fc.letrec<{ value: PropertyMap[string]; map: PropertyMap }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, true, false, unknown),
      fc.integer(),
      fc.string(),
      fc.array(tie("value"), { maxLength: 3 }),
      tie("map"),
    ),
    // google-protobuf's toJavaScript loses a field of that name, and no property has it.
    map: fc.dictionary(
      fc.string().filter((name) => name !== "__proto__"),
      tie("value"),
      { maxKeys: 3 },
    ),
  }));
  fc.assert(
    fc.property(value.map, (properties) => {
      const secrets = new Set(Object.keys(properties).slice(0, 1));
      const encoded = structPb.Struct.deserializeBinary(encode(properties, secrets).serializeBinary());
      expect({ ...decode(encoded) }).toEqual({ ...properties });
      expect(secretProperties(encoded)).toEqual(secrets);
    }),
  );
});
