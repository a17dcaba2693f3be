/** With Aperture itself, as it is seen from within the tailnet. */
import { editConfiguration } from "../../../../sandbox/aperture/index.ts";
import { type Break, byHand, type Site } from "./break.ts";
import { endRun } from "./runs.ts";

type ApertureState = Site["world"]["aperture"]["state"];

const kept: { configuration?: string; direct?: ApertureState["direct"] } = {};

/** In Aperture's configuration, by its administrator. */
const configured = (
  own: Pick<Break, "title" | "check" | "says" | "howTo">,
  advice: string,
  edit: string[] | ((state: ApertureState) => void),
): Break => ({
  ...own,
  isForAll: true,
  break(site) {
    const { state } = site.world.aperture;
    kept.configuration = state.configuration;
    if (typeof edit === "function") edit(state);
    else byHand(site, "aperture", ...edit);
  },
  mend: {
    advice,
    by({ world: { aperture } }) {
      if (kept.configuration !== undefined) aperture.state.configuration = kept.configuration;
    },
  },
});

/** What stands in the place of Aperture. */
const elsewhere = (own: Pick<Break, "title" | "check" | "says" | "aperture" | "howTo">, advice: string): Break => ({
  ...own,
  isForAll: true,
  break: () => {},
  mend: { advice, by: () => {} },
});

export const insideBreaks: readonly Break[] = [
  elsewhere(
    {
      title: "MagicDNS is off",
      check: "inside-name",
      says: "The name of Aperture does not resolve",
      aperture: () => "http://ai.nowhere.invalid",
    },
    "MagicDNS",
  ),
  elsewhere(
    {
      title: "nothing listens on the port",
      howTo: [4],
      check: "inside-port",
      says: "http://127.0.0.1:9",
      aperture: () => "http://127.0.0.1:9",
    },
    "ip and dst of the grant",
  ),
  elsewhere(
    {
      title: "Aperture answers with an error",
      check: "inside-is-aperture",
      says: /^http:\/\/127\.0\.0\.1:\d+ answers 501\.$/,
      aperture: ({ world }) => world.tailscale.url,
    },
    "Look at Aperture's own log.",
  ),
  {
    title: "this machine has no role",
    howTo: [2],
    check: "inside-role",
    isForAll: true,
    says: "no grant gives it a role",
    break({ world: { aperture } }) {
      kept.direct = aperture.state.direct;
      aperture.state.direct = {
        ...{ node: "phone", login: "bob@acme.example", tags: [], address: "100.64.0.9" },
        capabilities: [],
      };
    },
    mend: {
      advice: "How grants work: https://tailscale.com/docs/aperture/how-grants-work",
      by({ world: { aperture } }) {
        if (kept.direct) aperture.state.direct = kept.direct;
      },
    },
  },
  configured(
    {
      title: "the provider has another name than the patterns of the grant begin with",
      howTo: [2],
      check: "inside-models",
      says: "No provider of Aperture has a model that anthropic/** covers",
    },
    "anthropic",
    ["rename-provider", "anthropic", "claude"],
  ),
  configured(
    {
      title: "the gateway is as on its first day: everybody is admin",
      check: "inside-default-grant",
      says: 'Aperture\'s own configuration gives "*", runners too,',
    },
    "Set up admin access: https://tailscale.com/docs/aperture/how-to/set-up-admin-access",
    ["open-to-all"],
  ),
  configured(
    {
      title: "the provider passes the runners' placeholder on",
      howTo: [3],
      check: "inside-provider-key",
      says: "Provider anthropic has auth_mode passthrough",
    },
    "Take auth_mode out of the provider anthropic",
    ["pass-keys-on"],
  ),
  configured(
    {
      title: "the provider's address ends in /v1",
      check: "inside-provider-address",
      says: "Provider anthropic has the baseurl https://api.anthropic.com/v1.",
    },
    "Take /v1 off its end",
    ["end-address-in-v1"],
  ),
  configured(
    {
      title: "the provider has no model left",
      howTo: [2],
      check: "inside-models",
      says: "No provider of Aperture has a model that anthropic/** covers",
    },
    "models",
    (state) =>
      editConfiguration(state, ({ providers: { anthropic } }) => {
        if (anthropic) anthropic.models = [];
      }),
  ),
  {
    title: "the runner has a second tag, which makes it somebody else",
    check: "inside-log",
    says: /^In Aperture's log run #1 is tag:[\w-]+,tag:web, not tag:[\w-]+\.$/,
    break: (site) => endRun(site, { conclusion: "success", login: `${site.tag},tag:web` }),
    mend: { advice: "Aperture's log: http", by: (site) => endRun(site, { conclusion: "success" }) },
  },
  {
    title: "Claude's requests went past Aperture",
    check: "inside-log",
    says: "Run #1 is green, and Aperture's log has nothing of it.",
    break: (site) => endRun(site, { conclusion: "success", login: null }),
    mend: { advice: "Aperture's log: http", by: (site) => endRun(site, { conclusion: "success" }) },
  },
];
