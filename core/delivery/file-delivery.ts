/** How one file gets onto a branch of one repository: what a delivery of the settings means for each of its files. */
import type { DeliverySettings, RequestSettings } from "../settings/delivery-rules.ts";

/** Absent, `branch` is the default branch. */
export type FileDelivery =
  | { kind: "commit"; branch?: string; message?: string | undefined }
  | ({ kind: "pull-request"; branch?: string } & RequestSettings)
  /** Nothing is written. */
  | { kind: "output" };

type CentralDelivery = DeliverySettings & { kind: "central" };

/** Of the file in the repository that Claude works in. */
export function deliverRepositoryFile(delivery: DeliverySettings): FileDelivery {
  return delivery.kind === "central" ? deliver(delivery, delivery.callersBy) : delivery;
}

/** Of a central file. */
export function deliverCentralFile(delivery: CentralDelivery): FileDelivery {
  const { branch } = delivery;
  return { ...deliver(delivery, delivery.by), ...(branch === undefined ? {} : { branch }) };
}

function deliver(
  { title, body, labels, draft, autoMerge, reopen, message }: CentralDelivery,
  by: CentralDelivery["by"],
): FileDelivery {
  const commit = message === undefined ? {} : { message };
  if (by === "commit") return { kind: "commit", ...commit };
  const words = { ...(title === undefined ? {} : { title }), ...(body === undefined ? {} : { body }) };
  return { kind: "pull-request", labels, draft, autoMerge, reopen, ...words, ...commit };
}
