/** `claude-aperture:index:StackClaim` as the engine asks for it: a random id in the state, and nothing anywhere else. */
import { randomBytes } from "node:crypto";
import { claimNotImported, claimUnknown } from "../../core/messages/claim.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import { findChanges } from "../diff.ts";
import { checkFields, readValues } from "../fields.ts";
import { OperationError, type Resource } from "../resource.ts";
import { decode, encode } from "../structs.ts";
import { fields, fromState, type Inputs, keepName, toProperties } from "./inputs.ts";
import { checkClaim, deleteClaim } from "./operations.ts";

const idBytes = 16;

/** The claims of one run. */
export function claimResource(): Resource {
  /** The claims that the program has declared in this run. */
  const declared = new Set<string>();

  return {
    refreshes: false,

    /** The search is here and not in the creation, so that the inputs that it needs do not enter the state. One follows the other. */
    async check({ urn, inputs: given, state }, context) {
      declared.add(urn);
      const properties = decode(given);
      const { problems, hasUnknown } = checkFields(properties, fields);
      if (hasUnknown) problems.push({ path: "", message: formatMessage(claimUnknown, {}) });
      if (problems.length > 0) return { inputs: given, problems };
      // The table is that of the interface.
      const inputs = readValues(properties, fields) as unknown as Inputs;
      const kept = fromState(state);
      return {
        inputs: encode(toProperties(keepName(inputs.owner, kept))),
        problems: await checkClaim(context, inputs, kept),
      };
    },

    diff({ before, after }) {
      return findChanges(before, after);
    },

    async write({ inputs }) {
      return { id: randomBytes(idBytes).toString("hex"), outputs: inputs };
    },

    async read({ state }) {
      if (!state || !fromState(decode(state))) throw new OperationError(formatMessage(claimNotImported, {}));
      return { inputs: state, outputs: state };
    },

    async delete({ urn, id }, context) {
      // A claim that is replaced (`--replace`) may still stand in descriptions of credentials that are in use.
      if (!declared.has(urn)) await deleteClaim(context, id);
    },
  };
}
