/** `claude-aperture:index:WorkflowFile` as the engine asks for it. */
import { formatMessage } from "../../core/messages/entry.ts";
import { escapeMessage } from "../../core/messages/printable.ts";
import * as texts from "../../core/messages/workflow-file.ts";
import { findChanges } from "../diff.ts";
import { OperationError, type Resource } from "../resource.ts";
import { decode, encode, type PropertyMap, unknown } from "../structs.ts";
import type { Before } from "./addition.ts";
import { inWords } from "./context.ts";
import { deliver, deliveryOf } from "./deliveries.ts";
import { importFile } from "./import.ts";
import { type Inputs, parseInputs, toInputs, type Wanted } from "./inputs.ts";
import { standingOf, toOutputs } from "./standing.ts";

/** The files of one run. */
export function workflowFileResource(): Resource {
  /** The resource that each file belongs to, among those that the program has declared in this run. */
  const declared = new Map<string, string>();
  /** Those that may replace a file of somebody else: a permission for the moment, which stands in no state. */
  const adopting = new Set<string>();

  return {
    refreshes: true,

    async check({ urn, inputs: given }) {
      const { adopt, ...kept } = decode(given);
      const parsed = parseInputs(kept);
      if (parsed.kind === "invalid") return { inputs: given, problems: parsed.problems };
      if (adopt === true) adopting.add(urn);
      if (parsed.kind === "unknown") return { inputs: encode({ ...kept, blob: unknown }), problems: [] };
      const { wanted } = parsed;
      const place = placeOf(wanted);
      const other = declared.get(place);
      declared.set(place, urn);
      const inputs = encode({ ...kept, blob: wanted.blob });
      if (other === undefined || other === urn) return { inputs, problems: [] };
      const { repository, content } = wanted;
      const message = formatMessage(texts.twoWriters, {
        path: content.path,
        repository,
        other: other.split("::").at(-1) ?? "",
      });
      return { inputs, problems: [{ path: "path", message }] };
    },

    diff({ before, after }) {
      // The old inputs are what the refresh before this has found.
      const changes = findChanges(before, after);
      // Of a commit's message the next commit makes use: alone it would be an empty commit in each repository.
      changes.delete("delivery.message");
      return changes;
    },

    write: ({ urn, inputs, previous, state, isPreview }, given) =>
      inWords(given, async (context) => {
        const parsed = parseInputs(decode(inputs));
        if (parsed.kind !== "known") {
          if (isPreview) return { id: "", outputs: encode({}) };
          throw new OperationError("The inputs are not known.");
        }
        const wanted: Wanted = { ...parsed.wanted, adopt: adopting.has(urn) };
        if (previous && previous.repositoryId !== wanted.repositoryId) {
          throw new OperationError(formatMessage(texts.anotherRepository, { repository: wanted.repository }));
        }
        const before = previous && state ? toBefore(previous, state) : undefined;
        const standing = await deliver(context, wanted, before, isPreview);
        return { id: isPreview ? "" : wanted.repositoryId, outputs: encode(toOutputs(standing)) };
      }),

    read: ({ id, inputs, state }, given) =>
      inWords(given, async (context) => {
        const kept = decode(inputs);
        if (!state || Object.keys(kept).length === 0) return importFile(context, id);
        const before = toBefore(kept, decode(state));
        const found = await deliveryOf(before.inputs).refresh(context, before);
        if (!found) return { inputs: encode(kept), outputs: state };
        return {
          inputs: encode({ ...kept, blob: escapeMessage(found.blob) }),
          outputs: encode(toOutputs(found.standing)),
        };
      }),

    delete: ({ urn, inputs, state }, given) =>
      inWords(given, async (context) => {
        const before = toBefore(inputs, state);
        // One with a new name in the program is created first, and its old self deleted after.
        const successor = declared.get(placeOf(before.inputs));
        if (successor !== undefined && successor !== urn) return;
        await deliveryOf(before.inputs).delete(context, before);
      }),
  };
}

const toBefore = (inputs: PropertyMap, outputs: PropertyMap): Before => ({
  inputs: toInputs(inputs),
  standing: standingOf(inputs, outputs),
});

const placeOf = ({ repositoryId, content, delivery }: Pick<Inputs, "repositoryId" | "content" | "delivery">) =>
  `${repositoryId} ${("branch" in delivery && delivery.branch) || ""}:${content.path}`;
