import { adminPages } from "./admin-pages.ts";
import { message, type Section } from "./entry.ts";
import { settingsMessages } from "./settings.ts";
import { engineTooOld, nodeTooOld, pluginNodeMissing, pluginNodeTooOld } from "./versions.ts";
import { workflowSettingsMessages } from "./workflow-settings.ts";

export const noDevice = message({
  says: '{found} the MagicDNS name "{hostname}", so the grant has no destination.',
  advice:
    "\n  Name Aperture's tag or address: pulumi config set --path aperture.device tag:aperture\n" +
    "  or its host name, if it is another: pulumi config set --path aperture.hostname NAME",
  cause: "`aperture.device` is not set, and the name is another, or not unique",
  fix: "`pulumi config set --path aperture.device tag:aperture`",
});

export const deviceNotTrusted = message({
  says: "The device {name} ({addresses}) is not taken for Aperture: {why}.",
  advice:
    "\n  If it is Aperture, say so: pulumi config set --path aperture.device {address}\n  or better, give it a tag that nothing else has: pulumi config set --path aperture.device tag:aperture",
  cause:
    "`aperture.device` is not set, and the one device with Aperture's name has no tag, is shared from another tailnet, or carries the runners' tag. Whoever has the name gets the prompts",
  fix: `as it says, after a look at the device in the [admin console](${adminPages.machines})`,
});

export const apertureFound = message({
  says: "Aperture is {name} with {tags} ({addresses}), the device with the name {hostname}.",
  advice: " To go by its tag and not by its name: pulumi config set --path aperture.device {tag}",
  when: "in each run",
  cause: "`aperture.device` is not set, so the device was looked for by its name",
  fix: "`pulumi config set --path aperture.device tag:aperture`; then no device is read",
});

export const devicesUnread = message({
  says: "The tailnet's devices cannot be read, so Aperture's address is not known: {said}",
  advice:
    "\n  The address is needed because aperture.device is not set. Name the tag or the address, and no device is read:\n" +
    "  pulumi config set --path aperture.device tag:aperture\n" +
    "  or give the Tailscale credential in the environment the scope devices:core:read.",
  cause: "the deploying credential lacks the scope `devices:core:read`, has expired, or belongs to another tailnet",
  fix: "`pulumi config set --path aperture.device tag:aperture`; then no device is read",
});

export const componentUnusable = message({
  says: '{kind} "{name}" cannot be made; these arguments are wrong.',
  cause: "another program uses the components, and an argument is missing or wrong",
  fix: "as each line says",
});

export const unforeseen = message({
  says: "The program ended with an unexpected error: {said}",
  advice:
    "\n  This is a bug of claude-aperture, or something between here and a service failed. What was set up stays; try again.\n" +
    "  For a report, --debug shows where it happened.",
  cause: "a fault of the program, or an answer that no service is known to give",
  fix: "again with `--debug`, and report what it shows",
});

export const start: Section = {
  title: "`pulumi` stops before anything happens",
  entries: [
    engineTooOld,
    nodeTooOld,
    {
      theirs: ['Unknown file extension ".ts"', "Pulumi programs need Node.js 22 or newer"],
      pattern: /Unknown file extension "\.ts"|Pulumi programs need Node\.js 22 or newer/,
      cause: "another program uses the components, and the Node of `PATH` is older than 22.18",
      fix: "a newer Node, first on `PATH`",
    },
    pluginNodeTooOld,
    pluginNodeMissing,
    {
      theirs: ["no resource plugin 'pulumi-resource-claude-aperture' found"],
      pattern: /no resource plugin 'pulumi-resource-claude-aperture' found/,
      cause: "`Pulumi.yaml` does not name the plugin: another program uses the components, or the line was removed",
      fix: "`plugins: { providers: [{ name: claude-aperture, path: PATH/TO/provider }] }` in the `Pulumi.yaml` of that program",
    },
    {
      theirs: ["no resource plugin 'pulumi-resource-github' found", "plugin ... not installed"],
      pattern: /no resource plugin 'pulumi-resource-(github|tailscale)' found|plugin .+ not installed/,
      cause:
        "no access to where Pulumi downloads plugins, or `PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION` is set; `pulumi-resource-tailscale` in the same way",
      fix: "`pulumi plugin install resource github v6.15.0` and `... tailscale v0.29.1`, from a mirror with `--server`",
    },
    {
      theirs: ["Failed to connect to 127.0.0.1:... through proxy ..."],
      pattern: /Failed to connect to (127\.0\.0\.1|\[::1\]):\d+ through proxy/,
      cause:
        "`https_proxy` or `http_proxy` in lower case: Pulumi's Node.js SDK then reaches its own engine through the proxy",
      fix: "`export no_proxy=localhost,127.0.0.1`, beside what it has; or the names in upper case",
    },
    {
      theirs: ["failed to load checkpoint: EOF"],
      pattern: /failed to load checkpoint: (EOF|unexpected EOF)/,
      when: "with a `file://` backend, after a run was killed",
      cause:
        "the killed run left the file of attributes beside the state, `STACK.json.attrs`, empty. The state itself is whole",
      fix: "delete `.pulumi/stacks/PROJECT/STACK.json.attrs` in the backend's folder. `file://FOLDER?metadata=skip` writes none",
    },
    ...settingsMessages,
    ...workflowSettingsMessages,
    noDevice,
    deviceNotTrusted,
    apertureFound,
    devicesUnread,
    componentUnusable,
    unforeseen,
  ],
};
