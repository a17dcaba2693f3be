/** The ways that a file gets into its repository, by the kind of its delivery. */
import { namePullBranches } from "../../core/delivery/branches.ts";
import type { FileDelivery } from "../../core/delivery/file-delivery.ts";
import { explainWithdrawal, type Withdrawal } from "../../core/delivery/pull-texts.ts";
import { addressOf, type Before, proposeFile } from "./addition.ts";
import { commitFile } from "./commit.ts";
import type { FileContext } from "./context.ts";
import type { Wanted } from "./inputs.ts";
import { isLeaving, proposeRemoval, takeBack, withdrawAddition } from "./pull-removal.ts";
import { namePull } from "./pull-status.ts";
import { type Refreshed, refreshCommitted, refreshProposed } from "./refresh.ts";
import { deleteFile } from "./removal.ts";
import type { Standing } from "./standing.ts";

/** Writes, or tells what would be written; what stands afterwards. */
type Write = (
  context: FileContext,
  wanted: Wanted,
  before: Before | undefined,
  isPreview: boolean,
) => Promise<Standing>;

interface Delivery {
  write: Write;
  /** What is there, of a file that stands in the state. */
  refresh(context: FileContext, before: Before): Promise<Refreshed>;
  /** A file of somebody else stays, and so does one that was edited. */
  delete(context: FileContext, before: Before): Promise<void>;
}

const deliveries: Record<FileDelivery["kind"], Delivery> = {
  commit: {
    async write(context, wanted, before, isPreview) {
      const standing = await commitFile(context, wanted, before?.standing, isPreview);
      if (isPreview || !mayBeBack(before)) return standing;
      // A file that went by pull request may come back by commit: its workflow is disabled then.
      const seen = await context.github.findPulls(addressOf(wanted));
      const isDisabled = seen !== undefined && (await takeBack(context, wanted, seen, true));
      return isDisabled ? { ...standing, isDisabled } : standing;
    },
    refresh: refreshCommitted,
    async delete(context, { inputs, standing }) {
      const left = await deleteFile(context, inputs, standing);
      if (left !== undefined) await context.log("warning", left);
    },
  },
  "pull-request": {
    async write(context, wanted, before, isPreview) {
      const { delivery } = wanted;
      if (delivery.kind !== "pull-request") throw new Error("another delivery");
      const { standing, seen } = await proposeFile(context, { ...wanted, delivery }, before, isPreview);
      if (isPreview && isLeaving(seen)) await context.log("info", "takes back the removal of the file");
      if (isPreview) return standing;
      const isDisabled = await takeBack(context, wanted, seen, mayBeBack(before));
      return isDisabled ? { ...standing, isDisabled } : standing;
    },
    refresh: refreshProposed,
    delete: proposeRemoval,
  },
  output: {
    write: async (_context, { content }) => ({ path: content.path }),
    refresh: async () => undefined,
    delete: async () => {},
  },
};

/** Whether a removal of before may have to be taken back. */
const mayBeBack = (before: Before | undefined): boolean => before === undefined || before.standing.isDisabled === true;

export const deliveryOf = ({ delivery }: { delivery: FileDelivery }): Delivery => deliveries[delivery.kind];

/** Delivers, and then withdraws the pull request of another delivery, path or stack's name: first what is to be, then what was. */
export const deliver: Write = async (context, wanted, before, isPreview) => {
  const standing = await deliveryOf(wanted).write(context, wanted, before, isPreview);
  const reason = before && findWithdrawal(wanted, before);
  if (!before || !reason) return standing;
  if (!isPreview) {
    await withdrawAddition(context, before, explainWithdrawal(wanted.content.owner, reason));
    return standing;
  }
  const seen = await context.github.findPulls(addressOf(before.inputs));
  const pull = seen?.addition.pulls.find(({ state }) => state === "OPEN");
  if (seen && pull) await context.log("info", `closes ${namePull(seen.repository.slug, pull)}`);
  return standing;
};

/** Why the pull request of before is not to stay; undefined when it is, or when there was none. */
function findWithdrawal({ delivery, content }: Wanted, { inputs }: Before): Withdrawal | undefined {
  if (inputs.delivery.kind !== "pull-request") return undefined;
  if (delivery.kind !== "pull-request") return { kind: "another delivery", delivery: delivery.kind };
  const [now, then] = [content, inputs.content].map((one) => namePullBranches(one.owner, one.path).addition.head);
  return now === then ? undefined : { kind: "another path", path: content.path };
}
