/** Properties of resources as tables: each is described once, for the schema and for the check of what a program gives. */
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { Problem } from "../core/problem.ts";
import { childPath } from "./diff.ts";
import { encode, isMap, type PropertyMap, type PropertyValue, unknown } from "./structs.ts";

/** A property, by its type. `whenEmpty` is the error of an empty string; without one it is allowed. */
export type Field = { description?: string; optional?: true } & (
  | { kind: "string"; allowed?: readonly string[]; default?: string; whenEmpty?: string }
  | { kind: "boolean"; default?: boolean }
  | { kind: "number" }
  | { kind: "list"; items: Field }
  /** An object whose keys are free. */
  | { kind: "map"; items: Field }
  /** An object of a named type of the schema. */
  | { kind: "object"; type: string; fields: Fields }
  /** An object of any content. */
  | { kind: "any object" }
);

export type Fields = Readonly<Record<string, Field>>;

/** What stands against properties by their types and names. Values are for the resource's own rules. */
export interface Checked {
  problems: Problem[];
  /** Something is not known yet. */
  hasUnknown: boolean;
}

/** Checks names and types; unknown values fit everywhere. Problems come in the order of the table. */
export function checkFields(properties: PropertyMap, fields: Fields): Checked {
  const checked: Checked = { problems: [], hasUnknown: false };
  checkObject("", properties, fields, checked);
  return checked;
}

/** The properties, with the defaults of the table for what is absent. Secrets stay secret. */
export function withDefaults(properties: structPb.Struct | undefined, fields: Fields): structPb.Struct {
  const filled = properties?.cloneMessage() ?? new structPb.Struct();
  for (const [name, value] of encode(defaultsOf(fields)).getFieldsMap().entries()) {
    if (!filled.getFieldsMap().has(name)) filled.getFieldsMap().set(name, value);
  }
  return filled;
}

/** The values of properties that were checked: with the defaults of the table, and without nulls, which are absent values. */
export function readValues(properties: PropertyMap, fields: Fields): PropertyMap {
  return Object.assign(
    defaultsOf(fields),
    Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null)),
  );
}

function defaultsOf(fields: Fields): PropertyMap {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) =>
      "default" in field && field.default !== undefined ? [[name, field.default]] : [],
    ),
  );
}

/** The names of the properties that a program has to give. */
export function listRequired(fields: Fields): string[] {
  return Object.keys(fields).filter((name) => {
    const field = fields[name];
    return field !== undefined && !field.optional && !("default" in field);
  });
}

/** A table as `properties` of a Pulumi schema. */
export function buildSchema(fields: Fields): Record<string, object> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, propertySchema(field)]));
}

function propertySchema(field: Field): object {
  const { description } = field;
  return {
    ...typeSchema(field),
    ...(description === undefined ? {} : { description }),
    ...("default" in field && field.default !== undefined ? { default: field.default } : {}),
  };
}

function typeSchema(field: Field): object {
  switch (field.kind) {
    case "list":
      return { type: "array", items: typeSchema(field.items) };
    case "map":
      return { type: "object", additionalProperties: typeSchema(field.items) };
    case "object":
      return { $ref: `#/types/${field.type}` };
    case "any object":
      return { type: "object", additionalProperties: { $ref: "pulumi.json#/Any" } };
    default:
      return { type: field.kind };
  }
}

function checkObject(path: string, object: PropertyMap, fields: Fields, checked: Checked): void {
  for (const name of Object.keys(object)) {
    if (Object.hasOwn(fields, name)) continue;
    const message = `It is unknown. There are ${Object.keys(fields).join(", ")}.`;
    checked.problems.push({ path: childPath(path, name), message });
  }
  for (const [name, field] of Object.entries(fields)) {
    const value = object[name] ?? undefined;
    if (value === undefined && (field.optional || "default" in field)) continue;
    checkValue(childPath(path, name), value, field, checked);
  }
}

function checkValue(path: string, value: PropertyValue | undefined, field: Field, checked: Checked): void {
  if (value === unknown) {
    checked.hasUnknown = true;
    return;
  }
  const expect = (what: string) =>
    checked.problems.push({ path, message: `It is ${describe(value)}. Expected ${what}.` });
  switch (field.kind) {
    case "string":
      if (field.allowed && !field.allowed.some((one) => one === value)) expect(field.allowed.join(", "));
      else if (typeof value !== "string") expect("a string");
      else if (value === "" && field.whenEmpty) checked.problems.push({ path, message: field.whenEmpty });
      return;
    case "boolean":
      if (typeof value !== "boolean") expect("true or false");
      return;
    case "number":
      if (typeof value !== "number") expect("a number");
      return;
    case "list":
      if (!Array.isArray(value)) expect(`a list of ${plurals[field.items.kind]}`);
      else for (const [index, item] of value.entries()) checkValue(`${path}[${index}]`, item, field.items, checked);
      return;
    default:
      if (!isMap(value)) expect("an object");
      else if (field.kind === "object") checkObject(path, value, field.fields, checked);
      else if (field.kind === "any object") checked.hasUnknown ||= holdsUnknown(value);
      else
        for (const [key, item] of Object.entries(value)) checkValue(childPath(path, key), item, field.items, checked);
  }
}

const plurals: Record<Field["kind"], string> = {
  string: "strings",
  boolean: "booleans",
  number: "numbers",
  list: "lists",
  map: "objects",
  object: "objects",
  "any object": "objects",
};

function holdsUnknown(value: PropertyValue): boolean {
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return value === unknown || (isMap(value) && Object.values(value).some(holdsUnknown));
}

function describe(value: PropertyValue | undefined): string {
  if (value === undefined || value === null) return "missing";
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : String(value);
}
