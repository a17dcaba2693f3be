/** The stack's entries in the tailnet policy file, link by link. */
import { adminPages } from "../../messages/admin-pages.ts";
import type { Entry } from "../../policy/edit.ts";
import type { SectionName } from "../../policy/fragment.ts";
import { isAsWanted } from "../../policy/ownership.ts";
import type { Fix } from "../check.ts";
import { isUnread, type RepositoryFacts } from "../facts.ts";
import type { RepositoryCheck, Row } from "../judge.ts";
import { findEntry, type PolicyView, requireView, viewPolicy } from "../policy-view.ts";
import { broken, link, ok, skip, text, unknown, up } from "../verdicts.ts";

type Own = Omit<RepositoryCheck, "category" | "phase" | "scope" | "reads">;

const row = (own: Own): RepositoryCheck => ({
  category: "policy",
  phase: "after",
  scope: "repository",
  reads: "`GET /api/v2/tailnet/-/acl`",
  ...own,
  judge: (facts) => (isAwaited(facts) ? skip("`pulumi up` has not set it up yet") : own.judge(facts)),
});

/** By the state: its tag's entries come with it. */
const isAwaited = ({ setup }: RepositoryFacts): boolean => !isUnread(setup) && !setup?.file;

const consoleEdit = "somebody edited or deleted the entry in the admin console, or another program wrote the file anew";
const restore = "`pulumi up`, which shows the difference first";

export const policyRows: readonly Row[] = [
  {
    id: "policy-read",
    category: "policy",
    phase: "after",
    scope: "stack",
    severity: "fatal",
    title: "The tailnet policy file can be read",
    reads: "`GET /api/v2/tailnet/-/acl`",
    cause:
      "the credential lacks the scope `policy_file:read`, has expired, or is of another tailnet; or the file defines a tag of the stack twice",
    fix: "a credential with that scope, in the variables that the [README](../README.md#use-it) lists",
    judge(stack) {
      const read = viewPolicy(stack);
      if (isUnread(read)) return unknown(read.unread);
      return read.kind === "read" ? ok() : broken(read.reason, link(adminPages.policyFile, "the policy file"));
    },
  },
  row({
    id: "policy-tag",
    severity: "error",
    title: "`tagOwners` defines the runners' tag, with the owners of the settings",
    needs: ["policy-read"],
    cause: consoleEdit,
    fix: restore,
    judge: (facts) => {
      const { view, entry } = entryOf(facts, "tagOwners");
      const { tag } = facts.settings;
      if (!entry || isAsWanted(entry.state)) return ok(entry?.state === "adopted" ? "as it was before" : undefined);
      const owners = JSON.stringify(view.wanted[tag]?.owners ?? []);
      if (entry.state === "missing")
        return broken(`tagOwners has no entry of the stack for ${tag}.`, mend(facts, [entry]));
      return broken(`tagOwners, line ${entry.line}: ${entry.found}, and not ${owners}.`, mend(facts, [entry]));
    },
  }),
  row({
    id: "policy-grant",
    severity: "error",
    title: "`grants` has the stack's grant for the tag",
    needs: ["policy-read"],
    cause: `${consoleEdit}; or another stack of this program wants something else for the tag`,
    fix: restore,
    judge: (facts) => {
      const { entry } = entryOf(facts, "grants");
      const { tag } = facts.settings;
      if (!entry) return skip("no grant is wanted");
      if (entry.state === "missing")
        return broken(`grants has no entry of the stack for ${tag}.`, mend(facts, [entry]));
      if (entry.state !== "conflicting") return ok();
      const others = entry.owners?.join(" and ") ?? "another stack";
      return broken(
        `grants, line ${entry.line}: ${others} has a grant for ${tag} that says something else.`,
        text(`Give the repositories of one of the two stacks another tag (tag:), then run pulumi up there.`),
      );
    },
  }),
  grantRow({
    id: "policy-role",
    title: "The grant gives the role `user`",
    cause: `${consoleEdit}. Aperture answers 403, whatever the models are; Tailscale does not check it`,
    fault: ({ unexpected }) => {
      const roles = unexpected["grants.role"];
      if (roles === undefined) return undefined;
      return roles === "missing" ? 'has no {"role": "user"}' : `has the role ${JSON.stringify(roles)} and not "user"`;
    },
  }),
  grantRow({
    id: "policy-models",
    title: "The grant has each model pattern of the settings, and no other",
    cause: `${consoleEdit}. Aperture answers 403 or 404 for a model that no pattern covers`,
    fault: ({ live, wanted }) => differ("models", live.models, wanted.models),
  }),
  grantRow({
    id: "policy-port",
    title: "The grant opens the port of Aperture, and no other",
    cause: `${consoleEdit}. The ping passes all the same: it is not sent to a port`,
    fault: ({ live, wanted }) => differ("ports", live.ports, wanted.ports),
  }),
  grantRow({
    id: "policy-destination",
    title: "The grant leads to Aperture, and to nothing else",
    cause: `${consoleEdit}; or Aperture moved to another device. A grant without \`dst\` applies to nothing, without a word`,
    fault: ({ live, wanted }) => differ("destinations", live.destinations, wanted.destinations),
  }),
  grantRow({
    id: "policy-source",
    title: "The grant is for the runners' tag alone, and depends on nothing else",
    cause: `${consoleEdit}: another \`src\`, \`srcPosture\`, \`via\`, a capability of another program, or a name that stands twice`,
    fault: ({ live, wanted, unexpected }) => {
      const others = Object.entries(unexpected).filter(
        ([name]) => name.startsWith("grants.") && name !== "grants.role",
      );
      if (others.length > 0)
        return `says ${others.map(([name, value]) => `${name.slice(7)}: ${JSON.stringify(value)}`).join(", ")}`;
      const [found, asked] = [live.capabilities, wanted.capabilities].map((list) => list?.filter(isOther).map(asText));
      return differ("capabilities", found, asked);
    },
  }),
  row({
    id: "policy-test",
    severity: "warning",
    title: "`tests` asserts that the tag reaches Aperture",
    needs: ["policy-read"],
    cause: `${consoleEdit}. Runs work without it; nothing then keeps others from closing the way`,
    fix: restore,
    judge: (facts) => {
      const { entry } = entryOf(facts, "tests");
      const { tag } = facts.settings;
      if (!entry) return skip("policy.test is none");
      if (isAsWanted(entry.state)) return ok();
      return entry.state === "missing"
        ? broken(`tests has no entry of the stack for ${tag}.`, mend(facts, [entry]))
        : broken(`tests, line ${entry.line}: it asserts something else: ${entry.found}.`, mend(facts, [entry]));
    },
  }),
];

/** One that gives a role or models has a check of its own. */
const isOther = (capability: Record<string, unknown>): boolean =>
  !["models", "role"].includes(Object.keys(capability).join());

const asText = (value: unknown): string => JSON.stringify(value);

/** What a grant of the stack's own says. */
interface Grant {
  live: PolicyView["observed"][string & keyof PolicyView["observed"]];
  wanted: PolicyView["wanted"][string & keyof PolicyView["wanted"]];
  unexpected: Record<string, unknown>;
}

/** A row about one part of the grant: `fault` says what is wrong with it, as a predicate. */
function grantRow({
  fault,
  ...own
}: Pick<Own, "id" | "title" | "cause"> & { fault(grant: Grant): string | undefined }) {
  return row({
    ...own,
    severity: "error",
    needs: ["policy-read", "policy-grant"],
    fix: restore,
    judge: (facts) => {
      const { view, entry } = entryOf(facts, "grants");
      const { tag } = facts.settings;
      const [live, wanted] = [view.observed[tag], view.wanted[tag]];
      if (!entry || isAsWanted(entry.state) || !live || !wanted) return ok();
      const said = fault({ live, wanted, unexpected: live.unexpected ?? {} });
      return said === undefined
        ? ok()
        : broken(`The grant for ${tag}, line ${entry.line}, ${said}.`, mend(facts, [entry]));
    },
  });
}

/** `has the models [..] and not [..]`; undefined where both have the same. */
function differ(what: string, live: readonly string[] = [], wanted: readonly string[] = []): string | undefined {
  const isSame = live.length === wanted.length && wanted.every((one) => live.includes(one));
  return isSame ? undefined : `has the ${what} ${JSON.stringify(live)} and not ${JSON.stringify(wanted)}`;
}

function entryOf({ stack, settings }: RepositoryFacts, section: SectionName): { view: PolicyView; entry?: Entry } {
  const view = requireView(stack);
  const entry = findEntry(view, section, settings.tag);
  return { view, ...(entry ? { entry } : {}) };
}

/** Where the file is managed elsewhere, nobody but its owner mends it. */
function mend({ stack }: RepositoryFacts, entries: readonly Entry[]): Fix {
  if (stack.settings.policy.mode === "write") return up(stack.stack);
  const wanted = entries.flatMap((entry) => entry.wanted?.replaceAll(/\s*\n\s*/g, " ") ?? []).join(" and ");
  return text(`Have this written where the policy file is managed: ${wanted}`);
}
