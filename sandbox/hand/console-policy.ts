/** What administrators do in the policy editor of the admin console. It judges what they save, as the API does. */
import { savePolicy, type TailscaleState } from "../tailscale/index.ts";
import * as edits from "../tailscale/policy-edits.ts";
import type { World } from "../world.ts";
import { command, file, number, oneOf, word, words } from "./command.ts";

const tag = word("TAG");

/** Saves an edit and says so. */
function save(
  { tailscale: { state } }: Pick<World, "tailscale">,
  edit: (text: string) => string,
  says: string,
): string {
  refuseManagedElsewhere(state);
  const edited = edit(state.policy);
  if (edited === state.policy) throw new Error("The policy file says so already.");
  savePolicy(state, edited);
  return `${says} The console has saved the policy file.`;
}

/** The console locks its editor then. */
function refuseManagedElsewhere({ settings: { aclsExternallyManagedOn, aclsExternalLink } }: TailscaleState): void {
  if (aclsExternallyManagedOn) {
    throw new Error(`The console's editor is locked: the policy file is managed at ${aclsExternalLink}.`);
  }
}

export const policyCommands = [
  command({
    name: "console show",
    does: "shows the policy file",
    example: "console show",
    takes: {},
    perform: ({ tailscale }) => tailscale.state.policy.trimEnd(),
  }),
  command({
    name: "console policy",
    does: "replaces the whole policy file by this one",
    example: "console policy sandbox/example-policy.hujson",
    takes: { text: file("FILE") },
    perform: (world, { text }) => save(world, () => text, "Replaced the whole policy file."),
  }),
  command({
    name: "console remove-role",
    does: "takes the role out of the tag's Aperture grant",
    example: "console remove-role tag:ci",
    takes: { tag },
    perform: (world, given) =>
      save(world, (text) => edits.removeRole(text, given.tag), `The Aperture grant of ${given.tag} has no role now.`),
  }),
  command({
    name: "console set-role",
    does: "gives the tag's Aperture grant another role",
    example: "console set-role tag:ci admin",
    takes: { tag, role: oneOf("user", "admin") },
    perform: (world, given) =>
      save(
        world,
        (text) => edits.setRole(text, given.tag, given.role),
        `The Aperture grant of ${given.tag} has the role ${given.role} now.`,
      ),
  }),
  command({
    name: "console remove-models",
    does: "takes the models out of the tag's Aperture grant",
    example: "console remove-models tag:ci",
    takes: { tag },
    perform: (world, given) =>
      save(
        world,
        (text) => edits.removeModels(text, given.tag),
        `The Aperture grant of ${given.tag} has no models now.`,
      ),
  }),
  command({
    name: "console set-models",
    does: "gives the tag's Aperture grant other models",
    example: "console set-models tag:ci anthropic/claude-haiku-*",
    takes: { tag, models: words("MODEL") },
    perform: (world, given) =>
      save(
        world,
        (text) => edits.setModels(text, given.tag, given.models),
        `The Aperture grant of ${given.tag} has the models ${given.models.join(", ")} now.`,
      ),
  }),
  command({
    name: "console remove-port",
    does: "takes a port out of the tag's grants",
    example: "console remove-port tag:ci 80",
    takes: { tag, port: number("PORT") },
    perform: (world, given) =>
      save(
        world,
        (text) => edits.removePort(text, given.tag, given.port),
        `No grant of ${given.tag} has the port ${given.port} now.`,
      ),
  }),
  command({
    name: "console set-destinations",
    does: "lets the tag's Aperture grant lead elsewhere",
    example: "console set-destinations tag:ci tag:web",
    takes: { tag, destinations: words("DESTINATION") },
    perform: (world, given) =>
      save(
        world,
        (text) => edits.setDestinations(text, given.tag, given.destinations),
        `The Aperture grant of ${given.tag} leads to ${given.destinations.join(", ")} now.`,
      ),
  }),
  command({
    name: "console add-destination",
    does: "lets the tag's Aperture grant lead to one more place",
    example: "console add-destination tag:ci '*'",
    takes: { tag, destination: word("DESTINATION") },
    perform: (world, given) =>
      save(
        world,
        (text) => edits.addDestination(text, given.tag, given.destination),
        `The Aperture grant of ${given.tag} leads to ${given.destination} too now.`,
      ),
  }),
  command({
    name: "console remove-grant",
    does: "deletes the grants whose only source is the tag",
    example: "console remove-grant tag:ci",
    takes: { tag },
    perform: (world, given) =>
      save(world, (text) => edits.removeGrant(text, given.tag), `No grant has ${given.tag} as its only source now.`),
  }),
  command({
    name: "console remove-test",
    does: "deletes the tests whose source is the tag",
    example: "console remove-test tag:ci",
    takes: { tag },
    perform: (world, given) =>
      save(world, (text) => edits.removeTest(text, given.tag), `No test has ${given.tag} as its source now.`),
  }),
  command({
    name: "console set-owners",
    does: "says who may put the tag on a device",
    example: "console set-owners tag:ci group:engineering",
    takes: { tag, owners: words("OWNER") },
    perform: (world, given) =>
      save(
        world,
        (text) => edits.setOwners(text, given.tag, given.owners),
        `The owners of ${given.tag} are ${given.owners.join(", ")} now.`,
      ),
  }),
  command({
    name: "console remove-tag",
    does: "takes the tag out of tagOwners",
    example: "console remove-tag tag:ci",
    takes: { tag },
    perform: (world, given) =>
      save(world, (text) => edits.removeTag(text, given.tag), `tagOwners does not have ${given.tag} now.`),
  }),
  command({
    name: "console manage-elsewhere",
    does: "locks this editor, since the policy file is kept elsewhere; off: unlocks it",
    example: "console manage-elsewhere https://git.example.com/acme/policy",
    takes: { link: word("LINK|off") },
    perform({ tailscale: { state } }, { link }) {
      const isOn = link !== "off";
      Object.assign(state.settings, { aclsExternallyManagedOn: isOn, aclsExternalLink: isOn ? link : "" });
      return isOn
        ? `The policy file is marked as managed at ${link}.`
        : "The policy file is managed in the console again.";
    },
  }),
];
