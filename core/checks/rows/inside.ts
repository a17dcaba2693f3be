/** Aperture as it is seen from within the tailnet. */
import * as aperture from "../../messages/aperture.ts";
import { status401, status404, status405 } from "../../messages/claude.ts";
import { type Message, toPlainText, toSentence } from "../../messages/entry.ts";
import { matchesModel } from "../../policy/rules.ts";
import type { Check, Verdict } from "../check.ts";
import { isUnread, type StackFacts } from "../facts.ts";
import type { ApertureConfiguration, Inside } from "../inside-facts.ts";
import type { RepositoryCheck, StackCheck } from "../judge.ts";
import { broken, link, ok, skip, text } from "../verdicts.ts";
import { insideLog } from "./inside-log.ts";

type Seen = Extract<Inside, { kind: "inside" }>;
type Judge = (inside: Seen, facts: StackFacts) => Verdict | readonly Verdict[];

const row = { category: "aperture", phase: "inside", scope: "stack", severity: "error" } as const;

/** What is seen in a run means the same here. */
const like = ({ cause, fix }: Message): Pick<Check<StackFacts>, "cause" | "fix"> => ({ cause, fix });
const says = ({ says, fix }: Message): Verdict => broken(toPlainText(says), text(toSentence(fix)));

const fromInside = (judge: Judge) => (facts: StackFacts) => {
  const { inside } = facts;
  if (!inside || inside.kind === "outside") return skip(inside?.reason ?? "not asked");
  return judge(inside, facts);
};

const name: StackCheck = {
  ...row,
  id: "inside-name",
  title: "The name of Aperture stands for its device",
  reads: "DNS of this machine; `GET /api/v2/tailnet/-/devices`",
  ...like(aperture.noName),
  judge: fromInside(({ addresses, answer }, { settings, devices }) => {
    if (addresses === undefined) return answer.kind === "no name" ? says(aperture.noName) : ok();
    if (isUnread(addresses) || addresses.length === 0) return says(aperture.noName);
    const { hostname } = settings.aperture;
    const named = isUnread(devices)
      ? []
      : devices.filter((one) => one.name.split(".")[0] === hostname || one.name === hostname);
    const own = new Set(named.flatMap((one) => one.addresses));
    if (own.size === 0 || addresses.some((address) => own.has(address))) return ok(addresses.join(", "));
    return broken(
      `${hostname} is ${addresses.join(", ")} here, and the device of that name has ${[...own].join(", ")}.`,
      text("Turn MagicDNS on, or set aperture.hostname to the device's full name."),
    );
  }),
};

const port: StackCheck = {
  ...row,
  id: "inside-port",
  title: "Aperture takes connections on its port",
  reads: "`GET http://HOSTNAME/api/providers`",
  needs: ["inside-name"],
  ...like(aperture.noConnection),
  judge: fromInside(({ answer, url }) => {
    if (answer.kind === "no connection") {
      const { reason, fix } = { reason: `${url}: ${answer.said}.`, fix: toSentence(aperture.noConnection.fix) };
      return broken(`${reason} This machine's rule may lack the port as well.`, text(fix));
    }
    return answer.kind === "no answer" ? says(aperture.noAnswer) : ok();
  }),
};

const isAperture: StackCheck = {
  ...row,
  id: "inside-is-aperture",
  title: "What answers is Aperture",
  reads: "the same; `GET /v1/models`",
  needs: ["inside-port"],
  ...like(aperture.notAperture),
  judge: fromInside(({ answer, url }) => {
    if (answer.kind === "failed")
      return broken(`${url} answers ${answer.status}.`, text("Look at Aperture's own log."));
    return answer.kind === "not Aperture" ? says(aperture.notAperture) : ok();
  }),
};

const role: StackCheck = {
  ...row,
  severity: "warning",
  id: "inside-role",
  title: "Aperture gives this machine a role",
  reads: "the same",
  needs: ["inside-is-aperture"],
  cause: "no grant with a role reaches this machine or its user. Runners have one of their own",
  fix: "none is needed; with the role admin in Aperture more can be checked from here",
  judge: fromInside(({ answer, url }) =>
    answer.kind === "no role"
      ? broken(
          `${url} refuses this machine: no grant gives it a role. What Aperture serves is not seen from here.`,
          grants,
        )
      : ok(),
  ),
};

const grants = link("https://tailscale.com/docs/aperture/how-grants-work", "How grants work");
const adminAccess = link("https://tailscale.com/docs/aperture/how-to/set-up-admin-access", "Set up admin access");

/** Admins see the configuration; of what others are shown nobody knows whether it is all. */
const noAdmin = skip("this machine is no admin of Aperture");

const ofConfiguration = (
  judge: (configuration: ApertureConfiguration, facts: StackFacts) => Verdict | readonly Verdict[],
) =>
  fromInside(({ configuration }, facts) => {
    if (isUnread(configuration)) return skip(configuration.unread);
    return configuration === "no admin" ? noAdmin : judge(configuration, facts);
  });

const models: StackCheck = {
  ...row,
  id: "inside-models",
  title: "Aperture has a model for each grant",
  reads: "`GET /api/providers`, `GET /aperture/config`",
  needs: ["inside-role"],
  ...like(status404),
  judge: fromInside(({ answer, configuration }, { settings }) => {
    if (answer.kind !== "served") return skip("nothing is served to this machine");
    const isAll = !isUnread(configuration) && configuration !== "no admin";
    const providers = isAll ? configuration.providers : (answer.providers ?? []);
    const names = providers.flatMap(({ key, models }) => models.map((model) => `${key}/${model}`));
    const wanted = new Map(
      settings.repositories.map(({ tag, models, workflow: { model } }) => [
        `${tag} ${model ?? ""}`,
        { tag, models, model },
      ]),
    );
    const missing = [...wanted.values()].filter(
      ({ models, model }) => !names.some((one) => isWanted(one, models, model)),
    );
    if (missing.length === 0) return ok();
    if (!isAll) return skip("what is served to this machine is not all that Aperture has");
    const keys = providers.map(({ key }) => key).join(", ") || "none";
    return missing.map(({ tag, models, model }) =>
      broken(
        `No provider of Aperture has ${model === undefined ? "a model" : model} that ${models.join(", ")} covers, for ${tag}. Its providers: ${keys}.`,
        text(toSentence(status404.fix)),
      ),
    );
  }),
};

/** `model` is what Claude Code asks for: a name without a provider, or with a suffix that it takes off. */
function isWanted(served: string, patterns: readonly string[], model: string | undefined): boolean {
  const asked = model?.replace(/\[1m\]$/, "");
  return (
    patterns.some((pattern) => matchesModel(pattern, served)) &&
    (asked === undefined || served.slice(served.indexOf("/") + 1) === asked)
  );
}

const defaultGrant: StackCheck = {
  ...row,
  id: "inside-default-grant",
  title: "Not everybody is admin of Aperture, or may use every model",
  reads: "`GET /aperture/config`",
  needs: ["inside-role"],
  cause:
    'a new gateway gives the role admin, and all models, to `"*"`: every device, runners too, whatever the policy file says',
  fix: "[narrow it](https://tailscale.com/docs/aperture/how-to/set-up-admin-access)",
  judge: fromInside(({ configuration }) => {
    if (isUnread(configuration)) return skip(configuration.unread);
    // If everybody were admin, this machine would be.
    if (configuration === "no admin") return ok("this machine is no admin");
    return configuration.grants
      .filter(({ src }) => src.includes("*"))
      .flatMap(({ isAdmin, models }) => [
        ...(isAdmin
          ? [broken('Aperture\'s own configuration gives "*", runners too, the role admin.', adminAccess)]
          : []),
        ...(models.includes("**")
          ? [broken('Aperture\'s own configuration gives "*", runners too, every model.', adminAccess)]
          : []),
      ]);
  }),
};

const ownKey: StackCheck = {
  ...row,
  id: "inside-provider-key",
  title: "Aperture uses its own key for the provider",
  reads: "`GET /aperture/config`: `auth_mode`",
  needs: ["inside-role"],
  ...like(status401),
  judge: ofConfiguration(({ providers }) =>
    providers
      .filter(({ passesKeysOn }) => passesKeysOn)
      .map(({ key }) =>
        broken(
          `Provider ${key} has auth_mode passthrough: the placeholder of runners, "-", goes upstream in place of Aperture's key.`,
          text(`Take auth_mode out of the provider ${key} in Aperture's configuration.`),
        ),
      ),
  ),
};

const baseUrl: StackCheck = {
  ...row,
  id: "inside-provider-address",
  title: "The provider's address in Aperture has no path of its own",
  reads: "`GET /aperture/config`: `baseurl`",
  needs: ["inside-role"],
  ...like(status405),
  judge: ofConfiguration(({ providers }) =>
    providers
      .filter(({ baseUrl }) => /\/v1\/?$/.test(baseUrl))
      .map(({ key, baseUrl }) =>
        broken(
          `Provider ${key} has the baseurl ${baseUrl}.`,
          text("Take /v1 off its end, in Aperture's configuration."),
        ),
      ),
  ),
};

export const insideRows: readonly (StackCheck | RepositoryCheck)[] = [
  name,
  port,
  isAperture,
  role,
  models,
  defaultGrant,
  ownKey,
  baseUrl,
  insideLog,
];
