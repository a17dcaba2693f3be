/** The netmap: every device that a program has joined as, with what it lets in and whom it hears of. */

import { InvalidPolicy } from "../tailscale/policy/document.ts";
import { FilterCompiler } from "../tailscale/policy/filter.ts";
import { readPolicy } from "../tailscale/policy/judge.ts";
import type { Policy } from "../tailscale/policy/sections.ts";
import type { Device, TailscaleState } from "../tailscale/state.ts";
import type { Member } from "./program.ts";

/** What `WhoIs` calls the user of a device with tags (recorded in juanfont/headscale, hscontrol/policy/v2/testdata). */
const taggedDevices = { ID: 1, LoginName: "tagged-devices", DisplayName: "Tagged Devices" };

export class Members {
  readonly #state: TailscaleState;
  readonly #userIds = new Map<string, number>();
  /** The last one that could be read. None yet: nobody reaches anybody. */
  #policy: Policy | undefined;

  constructor(state: TailscaleState) {
    this.#state = state;
  }

  list(): Member[] {
    this.#readPolicy();
    const joined = this.#state.devices.filter(({ nodeKey }) => nodeKey !== "");
    const compiler = this.#policy && new FilterCompiler(this.#policy, this.#state);
    const areVisible = (one: Device, other: Device) => one !== other && (compiler?.areVisible(one, other) ?? false);
    return joined.map((device) => ({
      key: device.nodeKey,
      machine: device.machineKey,
      node: nodeOf(device),
      user: this.#userOf(device),
      filter: compiler?.filterOf(device) ?? [],
      peers: joined.filter((other) => areVisible(device, other)).map(({ id }) => Number(id)),
    }));
  }

  #readPolicy(): void {
    try {
      this.#policy = readPolicy(this.#state.policy, this.#state).policy;
    } catch (error) {
      if (!(error instanceof InvalidPolicy)) throw error;
    }
  }

  #userOf({ tags, user }: Device): Member["user"] {
    if (tags.length > 0) return taggedDevices;
    const ID = this.#userIds.get(user) ?? this.#userIds.size + taggedDevices.ID + 1;
    this.#userIds.set(user, ID);
    return { ID, LoginName: user, DisplayName: user.split("@", 1)[0] ?? user };
  }
}

const nodeOf = (device: Device): Member["node"] => ({
  ID: Number(device.id),
  StableID: device.nodeId,
  Name: `${device.name}.`,
  Addresses: device.addresses.map((address) => `${address}/${address.includes(":") ? 128 : 32}`),
  Tags: device.tags,
  MachineAuthorized: device.authorized,
  Created: device.created,
  ...(device.keyExpiryDisabled ? {} : { KeyExpiry: device.expires }),
});
