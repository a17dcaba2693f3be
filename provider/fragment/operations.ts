/** What the plugin does with a fragment: check, write, remove, read. Knows the policy file and the API, no gRPC. */
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/policy-file.ts";
import { find, hasRuleSection, insert, observe, plan, remark, remove } from "../../core/policy/edit.ts";
import type { Fragment } from "../../core/policy/fragment.ts";
import { describeMissing } from "../../core/policy/missing-entries.ts";
import { isAsWanted } from "../../core/policy/ownership.ts";
import { check as checkRules } from "../../core/policy/rules.ts";
import type { Problem } from "../../core/problem.ts";
import { policyFragmentType } from "../../core/resource-types.ts";
import { ConnectionError } from "../../services/tailscale/http.ts";
import { ApiError, type PolicyFile, PreconditionFailed } from "../../services/tailscale/policy-file.ts";
import { describeRefusal, describeWarnings } from "../../services/tailscale/policy-refusal.ts";
import { chooseDelay } from "../../services/tailscale/runtime.ts";
import { isExpected, type OperationContext, OperationError } from "../resource.ts";
import type { Inputs, ObservedInputs } from "./inputs.ts";
import { describeManagedElsewhere, describePreview, describeRemoval } from "./preview.ts";
import { explainReach } from "./reach.ts";

const writeAttempts = 10;
const firstDelay = 250;
const longestDelay = 5_000;
/** A write that was accepted and is gone when read back is repeated this often. */
const repeatedWrites = 3;

/**
 * What stands against the fragment: rules that the server does not check, a tag that is in use, then the server's own
 * judgement of the whole resulting file. `previous` is what stands in state, if anything, with the tags `taken`. Logs what
 * else the tags can do, and warnings of the server. Writes nothing.
 */
export async function checkFragment(
  context: OperationContext,
  inputs: Inputs,
  previous: Inputs | undefined,
  taken: string[] = Object.keys(previous?.access ?? {}),
): Promise<Problem[]> {
  const problems = checkRules(inputs.access);
  if (problems.length > 0) return problems;
  try {
    const live = await context.api.read();
    const wanted = edited(live.text, inputs, previous);
    await explainReach(context, live.text, { inputs, previous, taken, wanted });
    await refuseUnlessValid(context, live, wanted, inputs);
    return [];
  } catch (error) {
    if (isExpected(error)) return [{ path: "", message: error.message }];
    throw error;
  }
}

/** Create and update in mode `write`: brings the owner's entries to exactly the fragment. Nothing to change: no write. */
export async function writeFragment(
  context: OperationContext,
  inputs: Inputs,
  previous: Inputs | undefined,
): Promise<void> {
  await writeUntilDone(context, inputs, (text) => edited(text, inputs, previous));
}

/** Tells whoever judges a preview which entries a create or an update will add, change, adopt and remove. */
export async function previewFragment(
  context: OperationContext,
  inputs: Inputs,
  previous: Inputs | undefined,
): Promise<void> {
  const { text: before } = await context.api.read();
  // A name takes the place of another one on its line: the lines are those of the file as it stands.
  const marked = withOwner(before, inputs, previous);
  const { owner } = inputs;
  const dropped = Object.entries(previous?.access ?? {}).filter(([tag]) => !Object.hasOwn(inputs.access, tag));
  const edit = {
    before,
    after: edited(before, inputs, previous),
    wanted: plan(marked, inputs.access, owner, previous?.access),
    dropped: plan(marked, Object.fromEntries(dropped), owner),
    owner,
  };
  const message = describePreview(edit, inputs.access);
  if (message !== "") await context.log("info", `In the tailnet policy file:\n${message}`);
}

/**
 * Create and update in mode `observe`: nothing is written. What is missing, or differs, is a warning of a preview and an
 * error of an update, because a credential for a tag that does not exist would fail next.
 */
export async function observeFragment(context: OperationContext, inputs: Inputs, preview: boolean): Promise<void> {
  const live = await context.api.read();
  const entries = plan(live.text, inputs.access, inputs.owner).filter(({ state }) => !isAsWanted(state));
  if (entries.length === 0) return;
  const message = describeMissing(entries, await context.api.managedElsewhere());
  if (!preview) throw new OperationError(message);
  await context.log("warning", message);
}

/**
 * Removes the owner's entries, and says which: the engine has no preview of a deletion. What is gone already is fine; mode
 * `observe` leaves the file as it is.
 */
export async function deleteFragment(context: OperationContext, inputs: Inputs): Promise<void> {
  if (inputs.mode === "observe") return;
  let removed = "";
  await writeUntilDone(context, inputs, (before) => {
    const after = keepingRules(before, remove(before, inputs.access, inputs.owner));
    if (after !== before) removed = describeRemoval(before, after);
    return after;
  });
  if (removed !== "") await context.log("info", `Removed from the tailnet policy file:\n${removed}`);
}

/** How the fragment stands in the live policy file; undefined when nothing of it is there. */
export async function readFragment(context: OperationContext, inputs: Inputs): Promise<ObservedInputs | undefined> {
  const live = await context.api.read();
  const { fragment } = observe(live.text, inputs.access, inputs.owner, inputs.mode);
  return Object.keys(fragment).length > 0 ? { ...inputs, access: fragment } : undefined;
}

/** The fragment that carries `owner` in its marks, for an import. */
export async function findFragment(context: OperationContext, owner: string): Promise<Inputs> {
  const live = await context.api.read();
  const access: Fragment = find(live.text, owner);
  if (Object.keys(access).length === 0) {
    throw new OperationError(formatMessage(texts.nothingToImport, { owner: JSON.stringify(owner), name: owner }));
  }
  return { access, owner, mode: "write", shareTag: false };
}

/** What stands against a second fragment of one owner; `urn` is the first's. */
export function sharedOwner(owner: string, urn: string): Problem {
  const name = urn.split("::").at(-1) ?? urn;
  const resource = `${policyFragmentType} "${name}"`;
  return { path: "owner", message: formatMessage(texts.sharedOwner, { owner: JSON.stringify(owner), resource }) };
}

function edited(text: string, inputs: Inputs, previous: Inputs | undefined): string {
  return keepingRules(text, insert(withOwner(text, inputs, previous), inputs.access, inputs.owner, previous?.access));
}

/** The edited text, unless the edit adds the first rule of all, or takes away the last: either turns everybody else's access over. */
function keepingRules(before: string, after: string): string {
  // Most runs change nothing, and are spared two parses of the file.
  if (before === after) return after;
  const [had, has] = [hasRuleSection(before), hasRuleSection(after)];
  if (had === has) return after;
  throw new OperationError(formatMessage(has ? texts.firstRule : texts.lastRule, {}));
}

/** The text with the name of the inputs in the stack's marks. */
function withOwner(text: string, inputs: Inputs, previous: Inputs | undefined): string {
  if (previous === undefined || previous.owner === inputs.owner) return text;
  return remark(text, previous.owner, inputs.owner, Object.keys({ ...previous.access, ...inputs.access }));
}

async function refuseUnlessValid(context: OperationContext, live: PolicyFile, wanted: string, inputs: Inputs) {
  if (wanted === live.text) return;
  if (inputs.mode === "write") {
    const elsewhere = await context.api.managedElsewhere();
    if (elsewhere) throw new OperationError(describeManagedElsewhere(elsewhere));
  }
  const verdict = await context.api.validate(wanted);
  if (verdict.kind === "refused") {
    const unchanged = await context.api.validate(live.text);
    throw new OperationError(describeRefusal({ verdict, unchanged, live: live.text, wanted, owner: inputs.owner }));
  }
  if (verdict.kind === "warnings")
    await context.log("warning", describeWarnings(verdict, live.text, wanted, inputs.owner));
}

/**
 * Reads, edits, validates and writes until a read shows that nothing is left to do: so a write is read back, one that
 * another writer overtook (412) or whose answer got lost starts again from a fresh read, and one that did happen is
 * not repeated.
 */
async function writeUntilDone(
  context: OperationContext,
  inputs: Inputs,
  edit: (text: string) => string,
): Promise<void> {
  let written = 0;
  for (let attempt = 1; ; attempt++) {
    const live = await readOrTrust(context, written);
    if (live === undefined) return;
    const wanted = edit(live.text);
    if (wanted === live.text) return;
    if (written >= repeatedWrites) throw new OperationError(formatMessage(texts.writtenAndGone, { times: written }));
    // Once is enough: what changes afterwards is for the write itself, which the server refuses as well.
    if (attempt === 1) await refuseUnlessValid(context, live, wanted, inputs);
    const failure = await tryWrite(context, live, wanted, inputs.owner);
    if (!failure) written++;
    else if (attempt >= writeAttempts) throw new OperationError(givingUpMessage(failure));
    else await context.runtime.sleep(chooseDelay(context.runtime, attempt, firstDelay, longestDelay), context.signal);
  }
}

/** Undefined when the file was written and cannot be read back: the server's word has to do. */
async function readOrTrust(context: OperationContext, written: number): Promise<PolicyFile | undefined> {
  try {
    return await context.api.read();
  } catch (error) {
    if (written === 0 || !isTemporary(error)) throw error;
    const message = "The policy file was written, but could not be read back: ";
    await context.log("warning", `${message}${error.message}`);
    return undefined;
  }
}

/** The failure after which a fresh start makes sense, or undefined when the file was written. */
async function tryWrite(
  context: OperationContext,
  live: PolicyFile,
  wanted: string,
  owner: string,
): Promise<Error | undefined> {
  try {
    await context.api.write(wanted, live.etag);
    return undefined;
  } catch (error) {
    if (error instanceof PreconditionFailed || isTemporary(error)) return error;
    // Somebody else's change since the validation can make ours invalid.
    if (error instanceof ApiError && error.status === 400) {
      const verdict = await context.api.validate(wanted);
      const unchanged = await context.api.validate(live.text);
      if (verdict.kind === "refused") {
        throw new OperationError(describeRefusal({ verdict, unchanged, live: live.text, wanted, owner }));
      }
    }
    throw error;
  }
}

function isTemporary(error: unknown): error is Error {
  return error instanceof ConnectionError || (error instanceof ApiError && error.status >= 500);
}

function givingUpMessage(failure: Error): string {
  return failure instanceof PreconditionFailed
    ? formatMessage(texts.changedAllTheTime, { tries: writeAttempts })
    : failure.message;
}
