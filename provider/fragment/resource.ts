/** `claude-aperture:index:PolicyFragment` as the engine asks for it. */
import type structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { findChanges } from "../diff.ts";
import { withDefaults } from "../fields.ts";
import { type OperationContext, OperationError, type Resource } from "../resource.ts";
import { decode, encode, secretProperties } from "../structs.ts";
import { appliedKey, fields, fromState, type Inputs, listTags, parseInputs, toProperties } from "./inputs.ts";
import * as operations from "./operations.ts";

/** The fragments of one run. */
export function fragmentResource(): Resource {
  /** The resource that each owner belongs to, among those that the program has declared in this run. */
  const owners = new Map<string, string>();
  /** Owners whose fragment was created in this run. */
  const created = new Set<string>();

  return {
    refreshes: true,

    async check({ urn, inputs: given, state }, context) {
      const parsed = parseInputs(decode(given));
      if (parsed.kind === "invalid") return { inputs: given, problems: parsed.problems };
      const inputs = withDefaults(given, fields);
      if (parsed.kind === "unknown") return { inputs, problems: [] };
      const { owner } = parsed.inputs;
      const other = owners.get(owner);
      if (other !== undefined && other !== urn) return { inputs, problems: [operations.sharedOwner(owner, other)] };
      owners.set(owner, urn);
      const problems = await operations.checkFragment(context, parsed.inputs, fromState(state), listTags(state));
      return { inputs, problems };
    },

    diff({ before, after }) {
      // The old inputs are what the refresh before this has found.
      return findChanges(before, after);
    },

    async write({ inputs: given, state, isPreview }, context) {
      const parsed = parseInputs(decode(given));
      const outputs = withApplied(given);
      if (parsed.kind === "known") {
        await apply(context, parsed.inputs, state && fromState(state), isPreview);
        if (!state && !isPreview) created.add(parsed.inputs.owner);
        return { id: parsed.inputs.owner, outputs };
      }
      if (!isPreview) throw new OperationError("The inputs are not known.");
      return { id: "", outputs };
    },

    async read({ id, state }, context) {
      const known = fromState(decode(state));
      const isImport = known === undefined || Object.keys(known.access).length === 0;
      const found = isImport
        ? await operations.findFragment(context, known?.owner ?? id)
        : await operations.readFragment(context, known);
      if (!found) return undefined;
      const secrets = secretProperties(state);
      const values = toProperties(found);
      const applied = isImport ? values : toProperties(known);
      return {
        inputs: encode(values, secrets),
        outputs: encode({ ...values, [appliedKey]: applied.access ?? null }, secrets),
      };
    },

    async delete({ urn, state }, context) {
      const inputs = fromState(state);
      if (!inputs) return;
      // A renamed or replaced resource is created first, and its old self deleted after. Both have one mark, and the
      // entries belong to the new one by then.
      const successor = owners.get(inputs.owner);
      if (created.has(inputs.owner) || (successor !== undefined && successor !== urn)) return;
      await operations.deleteFragment(context, inputs);
    },
  };
}

async function apply(
  context: OperationContext,
  inputs: Inputs,
  previous: Inputs | undefined,
  isPreview: boolean,
): Promise<void> {
  if (inputs.mode === "observe") return operations.observeFragment(context, inputs, isPreview);
  // `check`, which the engine calls right before, has had the whole file validated.
  if (isPreview) return operations.previewFragment(context, inputs, previous);
  await operations.writeFragment(context, inputs, previous);
}

/** The outputs of a fragment that was written: its inputs, secrets included, and what was written. */
function withApplied(inputs: structPb.Struct): structPb.Struct {
  const outputs = inputs.cloneMessage();
  const access = outputs.getFieldsMap().get("access");
  if (access) outputs.getFieldsMap().set(appliedKey, access.cloneMessage());
  return outputs;
}
