/** In the tailnet policy file, by somebody who has the admin console open. */
import { savePolicy } from "../../../../sandbox/tailscale/index.ts";
import { type Break, byHand, type Site } from "./break.ts";

/** Edits the grant of the site's tag as text. */
export function editGrant({ world, tag }: Site, from: string | RegExp, to: string): void {
  const { state } = world.tailscale;
  const [before = "", rest = ""] = state.policy.split(new RegExp(`(?<=\\{\\s*"src": \\["${tag}"\\],)`), 2);
  const end = rest.indexOf("\n\t\t}");
  const edited = rest.slice(0, end).replace(from, to);
  if (end < 0 || edited === rest.slice(0, end)) throw new Error(`the grant of ${tag} has no ${from}`);
  savePolicy(state, before + edited + rest.slice(end));
}

/** Puts an entry of somebody else at the end of `grants`, or takes it out again. */
export function addGrant({ world: { tailscale } }: Pick<Site, "world">, grant: object): void {
  savePolicy(tailscale.state, tailscale.state.policy.replace(/("grants": \[)/, `$1\n\t\t${JSON.stringify(grant)},`));
}

export function takeGrantOut({ world: { tailscale } }: Pick<Site, "world">, grant: object): void {
  savePolicy(tailscale.state, tailscale.state.policy.replace(`\n\t\t${JSON.stringify(grant)},`, ""));
}

const withoutTest = (site: Site) => byHand(site, "console", "remove-test", site.tag);
const inConsole = /^the policy file: https:\/\/login\.tailscale\.com\/admin\/acls/;

/** A part of it: the file's own tests keep the whole out. */
const openToAll = { src: ["*"], dst: ["tag:monitoring"], ip: ["*"] };
const allModels = ({ tag }: Site) => ({
  src: [tag],
  dst: ["tag:aperture"],
  ip: ["tcp:80"],
  app: { "tailscale.com/cap/aperture": [{ role: "user" }, { models: "**" }] },
});
const deploys = ({ tag }: Site) => ({ src: [tag], dst: ["tag:web"], ip: ["tcp:443"] });

export const policyBreaks: readonly Break[] = [
  {
    title: "somebody takes the role out of the grant",
    howTo: [2],
    check: "policy-role",
    says: 'has no {"role": "user"}',
    break: (site) => byHand(site, "console", "remove-role", site.tag),
    mend: "pulumi up",
  },
  {
    title: "somebody gives the tag the role admin",
    check: "policy-role",
    says: "admin",
    break: (site) => byHand(site, "console", "set-role", site.tag, "admin"),
    mend: "pulumi up",
  },
  {
    title: "somebody mistypes the role, which Tailscale saves without a word",
    check: "policy-role",
    says: "users",
    break: (site) => editGrant(site, '"user"', '"users"'),
    mend: "pulumi up",
  },
  {
    title: "somebody takes the models out of the grant",
    howTo: [2],
    check: "policy-models",
    says: 'has the models [] and not ["anthropic/**"]',
    break: (site) => byHand(site, "console", "remove-models", site.tag),
    mend: "pulumi up",
  },
  {
    title: "somebody narrows the models to another one",
    howTo: [2],
    check: "policy-models",
    says: 'has the models ["openai/**"]',
    break: (site) => byHand(site, "console", "set-models", site.tag, "openai/**"),
    mend: "pulumi up",
  },
  {
    title: "somebody writes the models as a list, which Aperture does not read",
    check: "policy-models",
    says: "the models",
    break: (site) => editGrant(site, '"anthropic/**"', '["anthropic/**"]'),
    mend: "pulumi up",
  },
  {
    title: "somebody takes port 80 out of the grant",
    howTo: [4],
    check: "policy-port",
    says: 'has the ports [] and not ["tcp:80"]',
    along: ["policy-test (warns)"],
    break(site) {
      withoutTest(site);
      byHand(site, "console", "remove-port", site.tag, "80");
    },
    mend: "pulumi up",
  },
  {
    title: "somebody lets the grant lead to other devices",
    howTo: [4],
    check: "policy-destination",
    says: 'has the destinations ["tag:web"] and not ["tag:aperture"]',
    along: ["policy-test (warns)"],
    break(site) {
      withoutTest(site);
      byHand(site, "console", "set-destinations", site.tag, "tag:web");
    },
    mend: "pulumi up",
  },
  {
    title: "somebody lets the grant lead to everything as well",
    check: "policy-destination",
    says: 'has the destinations ["tag:aperture","*"]',
    break: (site) => byHand(site, "console", "add-destination", site.tag, "*"),
    mend: "pulumi up",
  },
  {
    title: "somebody takes dst out of the grant, which then applies to nothing",
    check: "policy-destination",
    says: "has the destinations []",
    along: ["policy-test (warns)"],
    break(site) {
      withoutTest(site);
      editGrant(site, /\s*"dst": .*/, "");
    },
    mend: "pulumi up",
  },
  {
    title: "somebody names the device in the grant, by a name that the policy file does not define",
    check: "policy-destination",
    says: 'has the destinations ["ai"]',
    along: ["policy-test (warns)"],
    break(site) {
      withoutTest(site);
      editGrant(site, '["tag:aperture"]', '["ai"]');
    },
    mend: "pulumi up",
  },
  {
    title: "somebody deletes the grant",
    howTo: [2, 4],
    check: "policy-grant",
    says: /^grants has no entry of the stack for tag:/,
    along: ["policy-test (warns)"],
    break(site) {
      withoutTest(site);
      byHand(site, "console", "remove-grant", site.tag);
    },
    mend: "pulumi up",
  },
  {
    title: "somebody adds people to the source of the grant",
    check: "policy-source",
    says: "group:engineering",
    break: (site) =>
      savePolicy(
        site.world.tailscale.state,
        site.world.tailscale.state.policy.replace(
          `"src": ["${site.tag}"]`,
          `"src": ["${site.tag}", "group:engineering"]`,
        ),
      ),
    mend: "pulumi up",
  },
  {
    title: "somebody takes the tag out of tagOwners, with all that names it",
    howTo: [1],
    check: "policy-tag",
    says: /^tagOwners has no entry of the stack for tag:/,
    along: ["policy-grant", "policy-test (warns)"],
    break(site) {
      withoutTest(site);
      byHand(site, "console", "remove-grant", site.tag);
      byHand(site, "console", "remove-tag", site.tag);
    },
    mend: "pulumi up",
  },
  {
    title: "somebody gives the tag another owner",
    check: "policy-tag",
    says: "group:engineering",
    break: (site) => byHand(site, "console", "set-owners", site.tag, "group:engineering"),
    mend: "pulumi up",
  },
  {
    title: "somebody deletes the test of the tag",
    check: "policy-test",
    says: /^tests has no entry of the stack for tag:/,
    break: withoutTest,
    mend: "pulumi up",
  },
  {
    title: "another grant gives the tag every model",
    check: "policy-models-effect",
    says: '"**" as well',
    break: (site) => addGrant(site, allModels(site)),
    mend: { advice: inConsole, by: (site) => takeGrantOut(site, allModels(site)) },
  },
  {
    title: "another grant lets the tag deploy",
    check: "policy-reach",
    says: "tag:web",
    break: (site) => addGrant(site, deploys(site)),
    mend: { advice: inConsole, by: (site) => takeGrantOut(site, deploys(site)) },
  },
  {
    title: "somebody becomes owner of the tag that owns the runners' tags",
    check: "policy-assigners",
    isForAll: true,
    says: "group:engineering",
    break: (site) => byHand(site, "console", "set-owners", "tag:deployer", "group:engineering"),
    mend: {
      advice: inConsole,
      by: ({ world: { tailscale } }) =>
        savePolicy(
          tailscale.state,
          tailscale.state.policy.replace('"tag:deployer": ["group:engineering"]', '"tag:deployer": []'),
        ),
    },
  },
  {
    title: "the file is no policy file any more",
    check: "policy-read",
    isForAll: true,
    says: 'of the tailnet policy file: "}" after the end',
    break({ world: { tailscale } }) {
      tailscale.state.policy += "}";
    },
    mend: {
      advice: inConsole,
      by({ world: { tailscale } }) {
        tailscale.state.policy = tailscale.state.policy.slice(0, -1);
      },
    },
  },
  {
    title: "a rule opens the tailnet to every device, as that of a new tailnet does",
    check: "policy-open",
    isForAll: true,
    says: "Rules for every device hold for the runners as well",
    break: (site) => addGrant(site, openToAll),
    mend: { advice: inConsole, by: (site) => takeGrantOut(site, openToAll) },
  },
];
