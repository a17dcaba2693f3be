/** What a person at the dashboard can do to a gateway: each changes one thing, so that a test can look for just that. */
import {
  type Configuration,
  configurationOf,
  configuredGrant,
  type Provider,
  renderConfiguration,
  restoreKeys,
} from "./configuration.ts";
import type { ApertureState } from "./state.ts";

/** Keeps a valid text, with the keys that it has hidden. */
export function saveConfiguration(state: ApertureState, text: string): void {
  state.configuration = restoreKeys(text, state.configuration);
  for (const [name, { apikey = "" }] of Object.entries(configurationOf(state.configuration).providers)) {
    state.secrets.add(`Aperture's key of the provider ${name}`, apikey);
  }
}

/** Changes the configuration; comments in it are lost. */
export function editConfiguration(state: ApertureState, edit: (configuration: Configuration) => void): void {
  const configuration = configurationOf(state.configuration);
  edit(configuration);
  state.configuration = renderConfiguration(configuration);
}

/** As on the first day: everybody is admin and may use every model (tailscale.com/docs/aperture/how-to/set-up-admin-access). */
export function openToAll(state: ApertureState): void {
  editConfiguration(state, ({ grants }) => {
    grants.push(configuredGrant(["*"], [{ role: "admin" }]), configuredGrant(["*"], [{ models: "**" }]));
  });
}

/** Clients' own keys go to the providers: a placeholder, too. */
export const passKeysThrough = (state: ApertureState): void => editProviders(state, { auth_mode: "passthrough" });

/** A key that the provider does not take. */
export const replaceKey = (state: ApertureState): void =>
  editProviders(state, { apikey: "sk-ant-example-of-a-key-that-was-revoked" });

/** Every request then goes to `/v1/v1/messages`. */
export const endBaseUrlInV1 = (state: ApertureState): void =>
  editProviders(state, { baseurl: "https://api.anthropic.com/v1" });

/** Patterns that begin with the old key cover nothing any more. */
export function renameProvider(state: ApertureState, from: string, to: string): void {
  editConfiguration(state, ({ providers }) => {
    const { [from]: provider } = providers;
    if (!provider) throw new Error(`there is no provider ${from}`);
    delete providers[from];
    providers[to] = provider;
  });
}

function editProviders(state: ApertureState, change: Partial<Provider>): void {
  editConfiguration(state, ({ providers }) => {
    for (const provider of Object.values(providers)) Object.assign(provider, change);
  });
}
