import { expect, it } from "vitest";
import { resourcesOf } from "../../stack/departed-repositories.ts";

const urn = (name: string) => `urn:pulumi:prod::claude-aperture::claude-aperture:index:ClaudeRepository$any::${name}`;
const secret = (repository: string) => ({ type: "secret", outputs: { repository } });

const state = {
  [urn("acme-app-secret-audience")]: secret("App"),
  [urn("acme-app-identity-federated")]: { type: "identity", outputs: {} },
  [urn("acme-app-identity-api-identity-federated")]: { type: "identity", outputs: {} },
  [urn("acme-app-identity-api-secret-audience")]: secret("app-identity-api"),
  [urn("acme-application-secret-audience")]: secret("application"),
};
const names = (hasLeft: boolean) =>
  resourcesOf(state, { slug: "acme/app", name: "acme-app", hasLeft }).map(({ child }) => child);

it("a repository's resources are its own, whatever the case of its name, and not those of one whose name begins alike", () => {
  expect(names(false)).toEqual(["acme-app-secret-audience", "acme-app-identity-federated"]);
});

it("one that left the list and cannot be written keeps no credential", () => {
  expect(names(true)).toEqual(["acme-app-secret-audience"]);
});
