import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Arrival,
  type CentralChange,
  type CentralPlan,
  type LiveCaller,
  planCentralChange,
} from "../../../core/delivery/central-order.ts";
import { covers, type PermissionSet } from "../../../core/workflow/permissions.ts";
import { mostPermissions } from "../../../core/workflow/presets.ts";

const review: PermissionSet = { contents: "read", idToken: "write", pullRequests: "write" };
const mention: PermissionSet = { ...review, actions: "read", contents: "write", issues: "write" };
const oauthReview: PermissionSet = { contents: "read", pullRequests: "write" };
const oauthMention: PermissionSet = { ...oauthReview, actions: "read", contents: "write", issues: "write" };
const both: PermissionSet = mention;

const caller = (grants: PermissionSet, by: Arrival = "commit", slug = "acme/app"): LiveCaller => ({ slug, grants, by });
const nothing = { callersWait: false, centralWaitsFor: [], narrowsLater: false };

interface Row {
  what: string;
  live: PermissionSet | "unreadable" | undefined;
  wanted: PermissionSet;
  by?: Arrival;
  callers?: LiveCaller[];
  want: CentralPlan;
}

const rows: Row[] = [
  {
    what: "a new central file goes before its callers",
    live: undefined,
    wanted: review,
    want: { ...nothing, callersFirst: false, callerPermissions: review },
  },
  {
    what: "callers wait until a new central file is merged",
    live: undefined,
    wanted: review,
    by: "pull-request",
    want: { ...nothing, callersFirst: false, callerPermissions: review, callersWait: true },
  },
  {
    what: "nothing changes",
    live: review,
    wanted: review,
    callers: [caller(review)],
    want: { ...nothing, callersFirst: false, callerPermissions: review },
  },
  {
    what: "wider: callers first",
    live: review,
    wanted: mention,
    callers: [caller(review)],
    want: { ...nothing, callersFirst: true, callerPermissions: mention },
  },
  {
    what: "wider, and the pull requests of some callers are not merged: the central file waits",
    live: review,
    wanted: mention,
    callers: [caller(review, "pull-request", "acme/a"), caller(mention, "pull-request", "acme/b"), caller(review)],
    want: { ...nothing, callersFirst: true, callerPermissions: mention, centralWaitsFor: ["acme/a"] },
  },
  {
    what: "wider by pull request: callers are ready before it can be merged",
    live: review,
    wanted: mention,
    by: "pull-request",
    callers: [caller(review)],
    want: { ...nothing, callersFirst: true, callerPermissions: mention },
  },
  {
    what: "narrower: callers last",
    live: mention,
    wanted: review,
    callers: [caller(mention, "pull-request")],
    want: { ...nothing, callersFirst: false, callerPermissions: review },
  },
  {
    what: "narrower by pull request: callers keep what the live file asks for",
    live: mention,
    wanted: review,
    by: "pull-request",
    callers: [caller(mention)],
    want: { ...nothing, callersFirst: false, callerPermissions: mention, narrowsLater: true },
  },
  {
    what: "both at once: callers grant the union in this run",
    live: review,
    wanted: oauthMention,
    callers: [caller(review)],
    want: { ...nothing, callersFirst: true, callerPermissions: both, narrowsLater: true },
  },
  {
    what: "the run after that narrows",
    live: oauthMention,
    wanted: oauthMention,
    callers: [caller(both)],
    want: { ...nothing, callersFirst: false, callerPermissions: oauthMention },
  },
  {
    what: "a central file that somebody made ask for more widens no caller",
    live: { ...review, actions: "write", packages: "write" },
    wanted: review,
    by: "pull-request",
    callers: [caller(review)],
    want: { ...nothing, callersFirst: false, callerPermissions: { ...review, actions: "read" }, narrowsLater: true },
  },
  {
    what: "a central file that nobody can run is put right first",
    live: "unreadable",
    wanted: mention,
    callers: [caller(review, "pull-request")],
    want: { ...nothing, callersFirst: false, callerPermissions: mention },
  },
];

describe("planCentralChange", () => {
  it.each(rows)("$what", ({ live, wanted, by = "commit", callers = [], want }) => {
    expect(planCentralChange({ central: { live, wanted, by }, callers }, mostPermissions)).toEqual(want);
  });
});

/** Live files and open pull requests, as runs of the program and people who merge change them. */
interface World {
  central: PermissionSet | undefined;
  centralRequest: PermissionSet | undefined;
  callers: { by: Arrival; grants: PermissionSet | undefined; request: PermissionSet | undefined }[];
}

const sets = fc.constantFrom(review, mention, oauthReview, oauthMention);
const arrival = fc.constantFrom<Arrival>("commit", "pull-request");
const world: fc.Arbitrary<World> = fc.record({
  central: fc.constant(undefined),
  centralRequest: fc.constant(undefined),
  callers: fc.array(fc.record({ by: arrival, grants: fc.constant(undefined), request: fc.constant(undefined) }), {
    minLength: 1,
    maxLength: 3,
  }),
});
type Run = { run: PermissionSet; by: Arrival };
const aRun: fc.Arbitrary<Run> = fc.record({ run: sets, by: arrival });
const act = fc.oneof(aRun, fc.record({ merge: fc.integer({ min: 0, max: 3 }) }));

/** Whether every caller that is live can start. */
function works({ central, callers }: World): boolean {
  return callers.every(({ grants }) => grants === undefined || (central !== undefined && covers(grants, central)));
}

/** One run of the program, with a look at the world after each step. */
function run(state: World, wanted: PermissionSet, by: Arrival, look: () => void): void {
  const callers = state.callers.flatMap((one, index): CentralChange["callers"] =>
    one.grants === undefined ? [] : [{ slug: `acme/${index}`, grants: one.grants, by: one.by }],
  );
  const plan = planCentralChange({ central: { live: state.central, wanted, by }, callers }, mostPermissions);
  const writeCallers = () => {
    if (plan.callersWait) return;
    for (const one of state.callers) {
      if (one.by === "commit") one.grants = plan.callerPermissions;
      else one.request = plan.callerPermissions;
      look();
    }
  };
  const writeCentral = () => {
    const waits = plan.centralWaitsFor.length > 0;
    if (by === "pull-request") state.centralRequest = waits ? undefined : wanted;
    else state.centralRequest = undefined;
    if (by === "commit" && !waits) state.central = wanted;
    look();
  };
  if (plan.callersFirst) writeCallers();
  writeCentral();
  if (!plan.callersFirst) writeCallers();
}

function merge(state: World, which: number): void {
  const one = state.callers[which];
  if (one !== undefined) {
    one.grants = one.request ?? one.grants;
    one.request = undefined;
  } else {
    state.central = state.centralRequest ?? state.central;
    state.centralRequest = undefined;
  }
}

describe("a central file and its callers", () => {
  it("work after every step, whatever is merged when, and become what is wanted", () => {
    fc.assert(
      fc.property(world, aRun, fc.array(act, { maxLength: 12 }), fc.nat(3), (start, first, acts, last) => {
        const state = structuredClone(start);
        const look = () => expect(works(state), JSON.stringify(state)).toBe(true);
        let { run: wanted, by } = first;
        run(state, wanted, by, look);
        for (const one of acts) {
          if ("merge" in one) merge(state, one.merge);
          else {
            ({ run: wanted, by } = one);
            run(state, wanted, by, look);
          }
          look();
        }
        for (let round = 0; round < 5; round++) {
          run(state, wanted, by, look);
          for (const which of [0, 1, 2, 3]) {
            merge(state, (which + last) % 4);
            look();
          }
        }
        expect(state.central).toEqual(wanted);
        for (const { grants } of state.callers) expect(grants).toEqual(wanted);
      }),
    );
  });
});
