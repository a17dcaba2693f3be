/**
 * In which order a central file and its callers change, so that no run of a repository fails in between.
 *
 * A caller works while the file that it calls exists and asks for no more than it grants. So permissions that widen reach
 * callers first, those that narrow reach the central file first, and where both happen the callers grant the union in one
 * run of the program and narrow in the next. What goes by pull request takes effect when somebody merges it, in any order.
 */
import { covers, limitPermissions, type PermissionSet, unitePermissions } from "../workflow/permissions.ts";

/** How a change arrives: with the run, or when somebody merges it. */
export type Arrival = "commit" | "pull-request";

export interface CentralChange {
  readonly central: {
    /** What the live file's jobs ask for; undefined where there is no file, "unreadable" where it is no workflow. */
    readonly live: PermissionSet | "unreadable" | undefined;
    readonly wanted: PermissionSet;
    readonly by: Arrival;
  };
  /** Repositories whose live file calls this central file, those included that are about to call another or to leave. */
  readonly callers: readonly LiveCaller[];
}

export interface LiveCaller {
  readonly slug: string;
  /** What the live caller grants. */
  readonly grants: PermissionSet;
  readonly by: Arrival;
}

export interface CentralPlan {
  /** Whether callers are written before the central file, or after it. */
  readonly callersFirst: boolean;
  /** What every caller grants after this run. */
  readonly callerPermissions: PermissionSet;
  /** Whether callers may only be written once the central file is there: its pull request is not merged. */
  readonly callersWait: boolean;
  /** Callers whose pull requests have to be merged before the central file may change; empty where it need not wait. */
  readonly centralWaitsFor: readonly string[];
  /** Whether callers still grant more than is wanted; a later run narrows them. */
  readonly narrowsLater: boolean;
}

/**
 * @param most what no file of this program exceeds. A live central file that asks for more was changed by somebody, and
 * callers are not widened for it.
 */
export function planCentralChange({ central, callers }: CentralChange, most: PermissionSet): CentralPlan {
  const { live, wanted, by } = central;
  if (live === undefined)
    return {
      callersFirst: false,
      callerPermissions: wanted,
      callersWait: by === "pull-request",
      centralWaitsFor: [],
      narrowsLater: false,
    };
  const old = live === "unreadable" ? {} : limitPermissions(live, most);
  // A file that nobody can run is put right first, and nothing is lost by it.
  const callersFirst = live !== "unreadable" && !covers(old, wanted);
  const centralWaitsFor = callersFirst
    ? callers.filter((caller) => caller.by === "pull-request" && !covers(caller.grants, wanted)).map(({ slug }) => slug)
    : [];
  // The old file is still the one that is called when callers are written.
  const staysOld = callersFirst || by === "pull-request";
  const callerPermissions = staysOld ? unitePermissions(wanted, old) : unitePermissions(wanted);
  return {
    callersFirst,
    callerPermissions,
    callersWait: false,
    centralWaitsFor,
    narrowsLater: !covers(wanted, callerPermissions),
  };
}
