/** The Pulumi schema of the package: https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/ */
import { packageName, policyFragmentType, stackClaimType, workflowFileType } from "../core/resource-types.ts";
import packageJson from "../package.json" with { type: "json" };
import * as claim from "./claim/inputs.ts";
import { buildSchema, listRequired } from "./fields.ts";
import { accessFields, accessType, fields } from "./fragment/inputs.ts";
import { contentTypes } from "./workflow-file/content.ts";
import * as workflowFile from "./workflow-file/inputs.ts";

export const version = packageJson.version;

const string = { type: "string" };
const strings = { type: "array", items: string };

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
    [accessType]: {
      type: "object",
      description: "What runners that carry a tag may reach, and how the policy file says so.",
      properties: buildSchema(accessFields),
      required: listRequired(accessFields),
    },
    ...contentTypes,
    [workflowFile.deliveryType]: {
      type: "object",
      description: "How a workflow file gets into its repository.",
      properties: buildSchema(workflowFile.deliveryFields),
      required: listRequired(workflowFile.deliveryFields),
    },
  },
  resources: {
    [stackClaimType]: {
      description:
        "The stack's claim to its name, whose random id proves which credentials are the stack's own. Created before " +
        "anything else, and only where no stack of the name has left something; goes last.",
      inputProperties: buildSchema(claim.fields),
      requiredInputs: listRequired(claim.fields),
      properties: buildSchema(claim.outputFields),
      required: listRequired(claim.outputFields),
    },
    [policyFragmentType]: {
      description:
        "The tag owners, grants and tests of one stack, which are valid only together. Validated by Tailscale during " +
        "preview, written with `If-Match`, and refreshed before each preview. Import: `pulumi import " +
        `${policyFragmentType} NAME OWNER\`.`,
      inputProperties: buildSchema(fields),
      requiredInputs: listRequired(fields),
      properties: buildSchema(fields),
      required: Object.keys(fields),
    },
    [workflowFileType]: {
      description:
        "The workflow file of one repository, rendered from what it is to do, and delivered. Read anew before each preview, for " +
        `up to fifty repositories in one query. Import: \`pulumi import ${workflowFileType} NAME OWNER/NAME:PATH\`.`,
      inputProperties: buildSchema(workflowFile.fields),
      requiredInputs: listRequired(workflowFile.fields),
      properties: buildSchema({ ...workflowFile.keptFields, ...workflowFile.outputFields }),
    },
  },
};
