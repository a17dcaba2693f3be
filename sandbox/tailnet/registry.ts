/** Joins and leaves of nodes, as changes of the Tailscale stand-in. */
import { timestamp } from "../tailscale/answers.ts";
import { connectNode, logOutNode, RegistrationRefused, registerNode } from "../tailscale/registration.ts";
import { createDevice, type Device, type TailscaleState } from "../tailscale/state.ts";
import type { Answer, Report } from "./program.ts";

type Register = NonNullable<Report["register"]>;

export class Registry {
  readonly #state: TailscaleState;
  readonly #front: { authKey: string; hostname: string };

  /** `front` is the node that becomes the Aperture device, by an auth key of its own that no API knows. */
  constructor(state: TailscaleState, front: { authKey: string; hostname: string }) {
    this.#state = state;
    this.#front = front;
  }

  answer(wanted: Register): Answer {
    const { id, key, machine } = wanted;
    if (isLogout(wanted)) {
      logOutNode(this.#state, { key, machine });
      return { id };
    }
    try {
      if (wanted.authKey === this.#front.authKey) {
        connectNode(this.#state, this.#apertureDevice(), wanted);
        return { id };
      }
      return registerNode(this.#state, wanted) ? { id } : { id, login: true };
    } catch (error) {
      if (!(error instanceof RegistrationRefused)) throw error;
      return { id, error: error.message };
    }
  }

  setOnline({ key, online }: NonNullable<Report["online"]>): void {
    const device = this.#joined().find(({ nodeKey }) => nodeKey === key);
    if (device) setPresence(device, online, this.#state.now());
  }

  nodes() {
    return this.#joined().map(({ name, hostname, tags, addresses, connectedToControl }) => ({
      name,
      hostname,
      tags: [...tags],
      addresses: [...addresses],
      online: connectedToControl,
    }));
  }

  disconnectAll(): void {
    for (const device of this.#joined()) setPresence(device, false, this.#state.now());
  }

  #joined(): Device[] {
    return this.#state.devices.filter(({ nodeKey }) => nodeKey !== "");
  }

  #apertureDevice(): Device {
    const { devices, domain, now } = this.#state;
    const name = `${this.#front.hostname}.${domain}`;
    const found = devices.find((device) => device.name === name);
    if (found) return found;
    const addresses = ["100.64.0.5", "fd7a:115c:a1e0::5"];
    const device = createDevice({ name, tags: ["tag:aperture"], addresses }, timestamp(now()));
    devices.push(device);
    return device;
  }
}

/** Go's zero time stands for none. */
const isLogout = ({ expiry }: Register): boolean =>
  expiry !== undefined && !expiry.startsWith("0001-") && new Date(expiry) < new Date();

function setPresence(device: Device, isOnline: boolean, now: Date): void {
  device.connectedToControl = isOnline;
  device.lastSeen = timestamp(now);
}
