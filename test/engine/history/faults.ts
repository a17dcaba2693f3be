/** A fault in the middle of a run: one or two requests to one service go wrong. */
import type { Fault } from "../../../sandbox/faults.ts";
import { isWrite } from "../../../sandbox/rehearsal/evidence.ts";
import type { World } from "../../../sandbox/world.ts";
import type { Random } from "../../writers/random.ts";
import { isKnownWeakness } from "./known-weaknesses.ts";

export interface PlannedFault {
  service: "tailscale" | "github";
  /** Only requests that write; default all. */
  writesOnly: boolean;
  /** Which of these requests is the first one hit, from 0. A run with fewer of them meets no fault. */
  nth: number;
  /** How many in a row. */
  times: number;
  kind: keyof typeof faults;
}

const answer = (status: number, headers: Record<string, string> = {}): Fault => ({
  kind: "answer",
  status,
  body: { message: `a fault of this history: ${status}` },
  headers,
});

const faults = {
  "drop before": { kind: "drop before" },
  "drop after": { kind: "drop after" },
  "status 500": answer(500),
  "status 502": answer(502),
  "status 429": answer(429, { "retry-after": "1" }),
  "status 403": answer(403),
  /** Somebody writes the policy file between our read and our write of it. */
  overtaken: undefined,
} satisfies Record<string, Fault | undefined>;

export function randomFault(random: Random, services: PlannedFault["service"][]): PlannedFault {
  const service = random.pick(services);
  const writesOnly = random.chance(0.6);
  const kinds = Object.keys(faults).filter((kind) => kind !== "overtaken" || service === "tailscale");
  const nth = random.below(service === "github" ? 8 : writesOnly ? 2 : 5);
  return { service, writesOnly, nth, times: 1 + random.below(2), kind: random.pick(kinds) as PlannedFault["kind"] };
}

/** What became of a fault. */
export interface Met {
  /** The requests that were hit. */
  requests: string[];
}

/** Arms it until `disarm`. `overtake` writes the policy file as somebody else. */
export function arm(world: World, fault: PlannedFault, overtake: () => void): Met & { disarm(): void } {
  const service = world[fault.service];
  const met: Met = { requests: [] };
  let seen = 0;
  service.faults.choose = (request) => {
    const { method, path } = request;
    const isPolicyWrite = method === "POST" && path.endsWith("/acl");
    if (fault.kind === "overtaken" ? !isPolicyWrite : fault.writesOnly && !isWrite(request)) return undefined;
    const index = seen++ - (fault.kind === "overtaken" ? 0 : fault.nth);
    if (index < 0 || index >= fault.times || isKnownWeakness(fault.kind, method, path)) return undefined;
    met.requests.push(`${method} ${path}`);
    if (fault.kind === "overtaken") overtake();
    return faults[fault.kind];
  };
  return {
    ...met,
    disarm() {
      delete service.faults.choose;
    },
  };
}

/** Whether a run that met it has to succeed all the same: the plugin tries again after all but a refusal. */
export function mustBeSurvived({ kind, service }: PlannedFault, { requests }: Met): boolean {
  const ofThePlugin = /\/(acl|acl\/validate|settings)$/;
  return service === "tailscale" && kind !== "status 403" && requests.every((request) => ofThePlugin.test(request));
}
