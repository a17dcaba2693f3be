/** Which connections the access rules of a policy file allow: what the file's own tests ask. */
import { isTailscaleAddress } from "./addresses.ts";
import { Coverage, type Party, type Tailnet } from "./coverage.ts";
import { opens } from "./ports.ts";
import { compileRules, type Rule } from "./rules.ts";
import type { Policy } from "./sections.ts";

export interface Connection {
  src: Party;
  dst: Party;
  protocol: number;
  port: number;
  /** The device's posture is given; conditions themselves are not evaluated, they count as met. */
  postureGiven: boolean;
}

/** What goes by way of a router does not reach a device itself. */
const isBehindRouter = (dst: Party): boolean => dst.kind === "address" && !isTailscaleAddress(dst.address);

export class Reachability {
  readonly #coverage: Coverage;
  readonly #rules: Rule[];

  /** `policy` must have passed `checkReferences`. */
  constructor(policy: Policy, tailnet: Tailnet) {
    this.#coverage = new Coverage(policy, tailnet);
    this.#rules = compileRules(policy);
  }

  allows({ src, dst, protocol, port, postureGiven }: Connection): boolean {
    const coverage = this.#coverage;
    return this.#rules.some(
      (rule) =>
        (postureGiven || !rule.needsPosture) &&
        (rule.via.length === 0 || isBehindRouter(dst)) &&
        rule.src.some((selector) => coverage.isSource(selector, src)) &&
        rule.dst.some(
          ({ selector, openings }) =>
            coverage.isDestination(selector, dst, src) && openings.some((opening) => opens(opening, protocol, port)),
        ),
    );
  }
}
