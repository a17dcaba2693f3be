/** `claude-aperture:index:WorkflowFile` as the engine asks for it. */
import { describeDrift } from "../../core/delivery/foreign.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/workflow-file.ts";
import { findChanges } from "../diff.ts";
import { OperationError, type Resource } from "../resource.ts";
import { decode, encode, type PropertyMap, unknown } from "../structs.ts";
import { commitFile, type Standing } from "./commit.ts";
import { type FileContext, inWords } from "./context.ts";
import { importFile } from "./import.ts";
import { parseInputs, toInputs, type Wanted } from "./inputs.ts";
import { deleteFile } from "./removal.ts";

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
        const standing = previous && state ? standingOf(previous, state) : undefined;
        if (previous && previous.repositoryId !== wanted.repositoryId) {
          throw new OperationError(formatMessage(texts.anotherRepository, { repository: wanted.repository }));
        }
        const outputs = await deliver(context, wanted, standing, isPreview);
        return { id: isPreview ? "" : wanted.repositoryId, outputs: encode(outputs) };
      }),

    read: ({ id, inputs, state }, given) =>
      inWords(given, async (context) => {
        const before = decode(inputs);
        if (!state || Object.keys(before).length === 0) return importFile(context, id);
        const outputs = decode(state);
        const standing = standingOf(before, outputs);
        if (standing.written === undefined) return { inputs: encode(before), outputs: state };
        const { repositoryId } = toInputs(before);
        const live = await context.github.files.find({ repositoryId, path: standing.path });
        // Whether one that cannot be seen is a mistake is the settings' to say; it is no reason to forget its file.
        if (!live || live.archived || live.disabled) return { inputs: encode(before), outputs: state };
        const blob = await describe(context, repositoryId, standing, live);
        return { inputs: encode({ ...before, blob }), outputs: state };
      }),

    delete: ({ urn, inputs, state }, given) =>
      inWords(given, async (context) => {
        const { repository, repositoryId, delivery } = toInputs(inputs);
        const standing = standingOf(inputs, state);
        // One with a new name in the program is created first, and its old self deleted after.
        const successor = declared.get(placeOf({ repositoryId, content: { path: standing.path } }));
        if ((successor !== undefined && successor !== urn) || delivery.kind === "output") return;
        const left = await deleteFile(context, { repository, repositoryId }, standing);
        if (left !== undefined) await context.log("warning", left);
      }),
  };
}

/** What stands in state afterwards, besides the inputs. */
async function deliver(
  context: FileContext,
  wanted: Wanted,
  standing: Standing | undefined,
  isPreview: boolean,
): Promise<PropertyMap> {
  if (wanted.delivery.kind === "output") return {};
  const { written, branch } = await commitFile(context, wanted, standing, isPreview);
  return { ...(written === undefined ? {} : { written }), ...(branch === undefined ? {} : { branch }) };
}

/** The id of the text as it was delivered, or what is there in its place. */
async function describe(
  { github }: FileContext,
  repositoryId: string,
  { path, written = "", branch }: Standing,
  live: { blob?: string; defaultBranch?: { name: string } },
): Promise<string> {
  if (branch !== live.defaultBranch?.name) return `on ${branch}, which is not the default branch any more: ${written}`;
  if (live.blob === written) return written;
  return describeDrift(live.blob === undefined ? undefined : await github.files.readText({ repositoryId, path }));
}

function standingOf(inputs: PropertyMap, outputs: PropertyMap): Standing {
  const { written, branch } = outputs;
  return {
    path: String(inputs.path),
    ...(typeof written === "string" ? { written } : {}),
    ...(typeof branch === "string" ? { branch } : {}),
  };
}

const placeOf = ({ repositoryId, content }: { repositoryId: string; content: { path: string } }) =>
  `${repositoryId}:${content.path}`;
