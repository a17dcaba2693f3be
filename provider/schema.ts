/** The Pulumi schema of the package: https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/ */
import packageJson from "../package.json" with { type: "json" };

export const packageName = "claude-aperture";
export const fragmentToken = "claude-aperture:index:PolicyFragment";
export const version = packageJson.version;

const string = { type: "string" };
const strings = { type: "array", items: string };

const access = {
  type: "object",
  additionalProperties: { $ref: "#/types/claude-aperture:index:TagAccess" },
  description: "What the policy file is to hold, keyed by tag, such as `tag:ci`.",
};
const owner = {
  ...string,
  description: "The name in the comment in front of every entry, such as `claude-aperture/prod`.",
};
const mode = {
  ...string,
  default: "write",
  description:
    "`write` edits the policy file. `observe` writes nothing: a preview shows what is missing as ready-to-paste HuJSON, " +
    "and an update fails until it is there.",
};

const filePath = (what: string, variable: string) => ({
  ...string,
  description: `${what}, as \`file:/path\` only: provider configuration stands in state. Otherwise set ${variable}.`,
});

/** Configuration of the provider. Each key wins over the environment variable that its description names. */
export const configuration = {
  baseUrl: {
    ...string,
    description: "The API, without a trailing slash. TAILSCALE_BASE_URL; default https://api.tailscale.com.",
  },
  tailnet: {
    ...string,
    description: "The tailnet ID. TAILSCALE_TAILNET; default `-`, the tailnet of the credential.",
  },
  oauthClientId: {
    ...string,
    description: "The OAuth client's or federated identity's client ID. TAILSCALE_OAUTH_CLIENT_ID.",
  },
  audience: {
    ...string,
    description: "Audience of the identity token to ask of the GitHub Actions runtime. TAILSCALE_AUDIENCE.",
  },
  scopes: { ...strings, description: "Scopes to request for an OAuth client's token. Default: all that it has." },
  identityTokenEnvironmentVariableName: {
    ...string,
    description: "The environment variable that holds the identity token, where it is not TAILSCALE_IDENTITY_TOKEN.",
  },
  apiKey: filePath("The API access token", "TAILSCALE_API_KEY"),
  oauthClientSecret: filePath("The OAuth client's secret", "TAILSCALE_OAUTH_CLIENT_SECRET"),
  identityToken: filePath("The identity token to exchange", "TAILSCALE_IDENTITY_TOKEN"),
};

export const schema = {
  name: packageName,
  version,
  displayName: "Tailnet policy",
  description: "Entries of one stack in the tailnet policy file of Tailscale. The rest of the file is never touched.",
  keywords: ["pulumi", "tailscale", "kind/native", "category/network"],
  license: packageJson.license,
  config: { variables: configuration },
  provider: { inputProperties: configuration },
  types: {
    "claude-aperture:index:TagAccess": {
      type: "object",
      description: "What runners that carry a tag may reach, and how the policy file says so.",
      properties: {
        owners: {
          ...strings,
          description: "Who may assign the tag (`tagOwners`). Empty: Owners, Admins and Network admins.",
        },
        destinations: {
          ...strings,
          description: "The Aperture device, as grant destinations: a tag, or Tailscale addresses.",
        },
        ports: { ...strings, description: "Ports in grant form, `tcp:80`." },
        models: { ...strings, description: "Model patterns in Aperture's form, `provider/pattern`." },
        test: {
          ...string,
          description:
            "The entry in `tests`: `accept` = the ports are reachable, `strict` = and port 22 is not, `none` = no entry.",
        },
        capabilities: {
          type: "array",
          items: { type: "object", additionalProperties: { $ref: "pulumi.json#/Any" } },
          description: "Further objects for the `tailscale.com/cap/aperture` array of the grant.",
        },
      },
      required: ["owners", "destinations", "ports", "models", "test"],
    },
  },
  resources: {
    [fragmentToken]: {
      description:
        "The tag owners, grants and tests of one stack, which are valid only together. Validated by Tailscale during " +
        "preview, written with `If-Match`, and refreshed before each preview. Import: `pulumi import " +
        "claude-aperture:index:PolicyFragment NAME OWNER`.",
      inputProperties: { access, owner, mode },
      requiredInputs: ["access", "owner"],
      properties: { access, owner, mode },
      required: ["access", "owner", "mode"],
    },
  },
};
